"""Changes to XMP packets of several programs: what they say then, and what stays as it was."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photofind.media.metadata.xmp_edit import XmpChange, edit_xmp, new_xmp
from photofind.media.metadata.xmp_facts import read_xmp

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.domain import Annotations

LIGHTROOM = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 5.6">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
   xmp:Rating="2"
   crs:Exposure2012="+0.35 > &quot;0&quot;"
   crs:HasSettings="True">
   <dc:subject>
    <rdf:Bag>
     <rdf:li>harbour</rdf:li>
     <rdf:li>M&#252;ller &amp; Sons</rdf:li>
    </rdf:Bag>
   </dc:subject>
   <dc:title>
    <rdf:Alt>
     <rdf:li xml:lang="x-default">Old title</rdf:li>
     <rdf:li xml:lang="de">Alter Titel</rdf:li>
    </rdf:Alt>
   </dc:title>
   <crs:ToneCurvePV2012>
    <rdf:Seq>
     <rdf:li>0, 0</rdf:li>
     <rdf:li>255, 255</rdf:li>
    </rdf:Seq>
   </crs:ToneCurvePV2012>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""
EXIFTOOL = b"""<?xpacket begin='\xef\xbb\xbf' id='W5M0MpCehiHzreSzNTczkc9d'?>
<x:xmpmeta xmlns:x='adobe:ns:meta/' x:xmptk='Image::ExifTool 12.57'>
<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>

 <rdf:Description rdf:about=''
  xmlns:tiff='http://ns.adobe.com/tiff/1.0/'>
  <tiff:Make>Canon</tiff:Make>
 </rdf:Description>

 <rdf:Description rdf:about=''
  xmlns:xmp='http://ns.adobe.com/xap/1.0/'>
  <xmp:Rating>4</xmp:Rating>
 </rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end='w'?>"""
ODD = b"""<a:xmpmeta xmlns:a="adobe:ns:meta/"><r:RDF
xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/dc/elements/1.1/"
><r:Description r:about=""/></r:RDF></a:xmpmeta>"""
EMPTY_ARRAYS = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:subject/><dc:title><rdf:Alt/></dc:title>
 <dc:description>plain</dc:description></rdf:Description></rdf:RDF></x:xmpmeta>"""
PACKETS = {
    "lightroom": LIGHTROOM,
    "exiftool": EXIFTOOL,
    "odd": ODD,
    "empty arrays": EMPTY_ARRAYS,
    "utf-16": LIGHTROOM.decode().encode("utf-16"),
}
EVERYTHING = XmpChange(
    title="Boats & <b>",
    description="two boats in a \u201charbour\u201d, ท่าเรือ",
    rating=5,
    add_keywords=("boat", "Harbour", "ท่าเรือ"),
    remove_keywords=("müller & sons",),
)


def said(packet: bytes) -> Annotations:
    return read_xmp(packet).annotations


@pytest.mark.parametrize("name", PACKETS)
def test_a_packet_says_what_it_was_given(name: str) -> None:
    edited = edit_xmp(PACKETS[name], EVERYTHING)
    now = said(edited)
    assert (now.title, now.rating) == (EVERYTHING.title, 5)
    assert now.description == EVERYTHING.description
    assert {word.casefold() for word in now.keywords} == {"boat", "harbour", "ท่าเรือ"}
    assert edit_xmp(edited, EVERYTHING) == edited


def test_a_new_packet_says_just_that() -> None:
    now = said(new_xmp(EVERYTHING))
    assert (now.title, now.description, now.rating) == (
        EVERYTHING.title,
        EVERYTHING.description,
        5,
    )
    assert now.keywords == ("boat", "Harbour", "ท่าเรือ")
    assert said(new_xmp(XmpChange(rating=3))).keywords == ()


def test_everything_else_stays_byte_for_byte() -> None:
    change = XmpChange(title="New", rating=3, add_keywords=("boat",), remove_keywords=("HARBOUR",))
    edited = edit_xmp(LIGHTROOM, change)
    expected = (
        LIGHTROOM.replace(b'xmp:Rating="2"', b'xmp:Rating="3"')
        .replace(b">Old title<", b">New<")
        .replace(b"\n     <rdf:li>harbour</rdf:li>", b"")
        .replace(b"Sons</rdf:li>", b"Sons</rdf:li>\n     <rdf:li>boat</rdf:li>")
    )
    assert edited == expected


def test_what_is_said_already_changes_nothing() -> None:
    change = XmpChange(
        title="Old title",
        rating=2,
        add_keywords=("HARBOUR", "Müller & Sons"),
        remove_keywords=("boat",),
    )
    assert edit_xmp(LIGHTROOM, change) == LIGHTROOM
    assert edit_xmp(LIGHTROOM, XmpChange()) == LIGHTROOM


CAPTION = 'A dog & a "ball" é <1>'


@pytest.mark.parametrize("packet", PACKETS.values(), ids=list(PACKETS))
def test_a_description_of_ours_goes_and_leaves_what_was_there_before(packet: bytes) -> None:
    """Byte for byte, where the place had room for it; else what it says."""
    written = edit_xmp(packet, XmpChange(description=CAPTION))
    gone = edit_xmp(written, XmpChange(remove_description=CAPTION))
    assert said(gone).description is None
    assert said(gone) == replace(said(packet), description=None)
    if packet in (LIGHTROOM, EXIFTOOL):
        assert gone == packet


def test_an_edited_description_stays() -> None:
    theirs = edit_xmp(LIGHTROOM, XmpChange(description="A dog and its ball"))
    assert edit_xmp(theirs, XmpChange(remove_description="A dog")) == theirs
    assert edit_xmp(LIGHTROOM, XmpChange(remove_description="A dog")) == LIGHTROOM


def test_a_description_in_another_language_stays() -> None:
    german = b'<rdf:li xml:lang="de">Ein Hund</rdf:li>'
    ours = b'<rdf:li xml:lang="x-default">A dog</rdf:li>'
    start = b"<dc:description><rdf:Alt>"
    with_both = LIGHTROOM.replace(
        b"<dc:title>", start + ours + german + b"</rdf:Alt></dc:description>\n   <dc:title>"
    )
    assert edit_xmp(with_both, XmpChange(remove_description="A dog")) == with_both.replace(
        ours, b""
    )


def test_a_description_as_an_attribute_goes_alone() -> None:
    packet = LIGHTROOM.replace(b'xmp:Rating="2"', b"dc:description = 'A dog'\n   xmp:Rating=\"2\"")
    assert edit_xmp(packet, XmpChange(remove_description="A dog")) == LIGHTROOM


def test_a_title_in_one_language_gets_a_default_one() -> None:
    packet = LIGHTROOM.replace(b'\n     <rdf:li xml:lang="x-default">Old title</rdf:li>', b"")
    edited = edit_xmp(packet, XmpChange(title="Boats"))
    assert said(edited).title == "Boats"
    assert b'<rdf:li xml:lang="de">Alter Titel</rdf:li>' in edited


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"not xml",
        b"<a/>",
        LIGHTROOM[:-40],
        b'<!DOCTYPE x [<!ENTITY e "boo">]>' + LIGHTROOM,
        b"<x>" * 1_000,
        LIGHTROOM + b" " * (4 << 20),
        LIGHTROOM.replace(b"harbour", b"harb\xff\xfeour"),
    ],
)
def test_what_is_no_sound_packet_is_refused(packet: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        edit_xmp(packet, EVERYTHING)


TEXTS = st.text(
    st.characters(categories=("L", "N", "P")),
    min_size=1,
    max_size=20,
)


@settings(max_examples=60, deadline=None)
@given(packet=st.sampled_from(sorted(PACKETS)), title=TEXTS, words=st.lists(TEXTS, max_size=3))
def test_any_text_survives(packet: str, title: str, words: list[str]) -> None:
    edited = edit_xmp(PACKETS[packet], XmpChange(title=title, add_keywords=tuple(words)))
    assert said(edited).title == title.strip()
    there = {word.casefold() for word in said(edited).keywords}
    assert there >= {word.strip().casefold() for word in words if word.strip()}


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="needs exiftool to compare with")
@pytest.mark.parametrize("name", ["lightroom", "exiftool", "empty arrays"])
def test_exiftool_reads_the_same(name: str, tmp_path: Path) -> None:
    sidecar = tmp_path / "photo.xmp"
    sidecar.write_bytes(edit_xmp(PACKETS[name], EVERYTHING))
    done = subprocess.run(
        ["exiftool", "-json", "-validate", "-warning", "-XMP-dc:all", "-XMP-xmp:Rating", sidecar],
        capture_output=True,
        check=True,
    )
    (found,) = json.loads(done.stdout)
    assert found["Rating"] == 5
    assert found["Title"] == EVERYTHING.title
    assert found["Description"] == EVERYTHING.description
    subject = found["Subject"]
    assert {word.casefold() for word in subject} == {"boat", "harbour", "ท่าเรือ"}
    assert "Warning" not in found
