"""XMP from friends and from foes."""

from __future__ import annotations

import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photofind.media.metadata.xmp import LARGEST_XMP, parse_xmp

_HEAD = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:a="urn:a:" '
    'xmlns:b="urn:b:">'
)
_TAIL = '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'


def _packet(inside: str) -> bytes:
    return (_HEAD + inside + _TAIL).encode()


_SIMPLE = _packet('<rdf:Description a:one="1"/>')


def test_the_shapes_a_property_may_have() -> None:
    assert parse_xmp(
        _packet(
            """<rdf:Description rdf:about="" a:attribute=" 1 " xml:lang="de">
                 <a:element> 2 </a:element>
                 <a:bag><rdf:Bag><rdf:li>x</rdf:li><rdf:li/><rdf:li>y</rdf:li></rdf:Bag></a:bag>
                 <a:alt><rdf:Alt>
                   <rdf:li xml:lang="de">Haus</rdf:li><rdf:li xml:lang="x-default">house</rdf:li>
                 </rdf:Alt></a:alt>
                 <a:link rdf:resource="urn:there"/>
                 <a:empty/>
               </rdf:Description>
               <rdf:Description b:second="3" a:attribute="later"/>"""
        )
    ) == {
        "{urn:a:}attribute": ["1"],
        "{urn:a:}element": ["2"],
        "{urn:a:}bag": ["x", "y"],
        "{urn:a:}alt": ["house", "Haus"],
        "{urn:a:}link": ["urn:there"],
        "{urn:b:}second": ["3"],
    }


def test_structures_do_not_leak_into_properties() -> None:
    found = parse_xmp(
        _packet(
            """<rdf:Description>
                 <a:flash a:Fired="True"/>
                 <a:region rdf:parseType="Resource"><a:name>Anna</a:name></a:region>
                 <a:after>1</a:after>
               </rdf:Description>"""
        )
    )
    assert found is not None
    assert "{urn:a:}name" not in found
    assert "{urn:a:}Fired" not in found
    assert found["{urn:a:}after"] == ["1"]


@pytest.mark.parametrize(
    "data",
    [
        _SIMPLE,
        _SIMPLE + b"\x00" * 20,
        _SIMPLE + b" " * 2048 + b"\n",
        b"<?xml version='1.0' encoding='UTF-8'?>\n" + _SIMPLE,
        b"\xef\xbb\xbf" + _SIMPLE,
        b"\xff\xfe" + _SIMPLE.decode().encode("utf-16-le"),
        b"\xfe\xff" + _SIMPLE.decode().encode("utf-16-be"),
        b'<?xml version="1.0" encoding="nonsense"?>' + _SIMPLE,
        b'<?xml version="1.0" encoding="utf-7"?>' + _SIMPLE,
        _SIMPLE + b"<trailing>",
        _SIMPLE.replace(b'<x:xmpmeta xmlns:x="adobe:ns:meta/">', b"").replace(b"</x:xmpmeta>", b""),
    ],
)
def test_wrappings(data: bytes) -> None:
    assert parse_xmp(data) == {"{urn:a:}one": ["1"]}


def test_bytes_that_are_no_utf8_are_windows_1252() -> None:
    packet = _packet('<rdf:Description a:one="1" a:two="H\x0buser"/>').replace(
        b"H\x0b", b"H\xe4\x0b"
    )
    assert parse_xmp(packet) == {"{urn:a:}one": ["1"], "{urn:a:}two": ["Hä user"]}


_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]>"
)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(_LAUGHS + _SIMPLE.replace(b'"1"', b'"&j;"'), id="billion laughs"),
        pytest.param(_LAUGHS + _SIMPLE, id="entities declared and not used"),
        pytest.param(b"<!DOCTYPE x>" + _SIMPLE, id="a document type"),
        pytest.param(
            b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
            + _packet("<rdf:Description><a:one>&f;</a:one></rdf:Description>"),
            id="external entity",
        ),
        pytest.param(
            b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">' + _SIMPLE, id="external document type"
        ),
        pytest.param(
            b'<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///dev/zero"> %p;]>' + _SIMPLE,
            id="parameter entity",
        ),
        pytest.param(
            _packet("<rdf:Description><a:one>&f;</a:one></rdf:Description>"), id="undeclared"
        ),
        pytest.param(_HEAD.encode() + b"<rdf:Description a:one='1'>", id="cut short"),
        pytest.param(_SIMPLE.replace(b'"1"', b'"' + b"x" * LARGEST_XMP + b'"'), id="too large"),
        pytest.param(b"", id="empty"),
        pytest.param(b"\x00" * 100, id="zeros"),
        pytest.param(b"not XML at all", id="text"),
        pytest.param(b"<html><body>no RDF</body></html>", id="other XML"),
    ],
)
def test_what_is_refused(data: bytes) -> None:
    assert parse_xmp(data) is None


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(_packet("<rdf:Description a:one='" + "x" * (5 << 20) + "'/>"), id="5 MB"),
        pytest.param(b"<a>" * (LARGEST_XMP // 3), id="depth without end"),
        pytest.param(_packet("<rdf:Description>" + "<a:b/>" * 600_000), id="elements without end"),
        pytest.param(
            _packet("<rdf:Description " + " ".join(f"a:a{n}='1'" for n in range(250_000)) + "/>"),
            id="attributes without end",
        ),
        pytest.param(_packet("<rdf:Description a:one='" + "<" * 3_000_000), id="brackets"),
    ],
)
def test_size_is_bounded_in_time_and_memory(data: bytes) -> None:
    tracemalloc.start()
    start = time.thread_time()
    parse_xmp(data)
    elapsed_s, peak = time.thread_time() - start, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert elapsed_s < 20  # a tenth of it without tracing
    assert peak < 200 << 20


def test_an_array_without_end_keeps_its_beginning() -> None:
    items = "".join(f"<rdf:li>{number}</rdf:li>" for number in range(50_000))
    found = parse_xmp(
        _packet(f"<rdf:Description><a:b><rdf:Bag>{items}</rdf:Bag></a:b></rdf:Description>")
    )
    assert found is not None
    assert found["{urn:a:}b"][:3] == ["0", "1", "2"]
    assert len(found["{urn:a:}b"]) <= 1_000


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.data())
def test_damage_is_survived(data: st.DataObject) -> None:
    packet = bytearray(_SIMPLE)
    for position, value in data.draw(
        st.lists(st.tuples(st.integers(0, len(packet) - 1), st.integers(0, 255)), max_size=8)
    ):
        packet[position] = value
    found = parse_xmp(bytes(packet))
    assert found is None or all(found.values())
