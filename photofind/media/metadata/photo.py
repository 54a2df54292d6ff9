"""All that a picture file says of itself, from every standard it may say it in."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final

from PIL.PngImagePlugin import iTXt
from PIL.TiffImagePlugin import TiffImageFile

from photofind.domain import Annotations, Capture, Exposure
from photofind.media.containers.tiff import TiffReader
from photofind.media.decoder_errors import DECODER_ERRORS
from photofind.media.metadata.annotations import is_written, merge_annotations, overlay
from photofind.media.metadata.dates import candidate_of, choose_date, with_date
from photofind.media.metadata.exif import (
    ExifTags,
    find_annotations,
    find_capture,
    find_dates,
    read_exif,
)
from photofind.media.metadata.iptc import DIGEST_RESOURCE, IPTC_RESOURCE, IptcFacts, read_iptc
from photofind.media.metadata.values import exif_text, tidy_text
from photofind.media.metadata.xmp_facts import read_xmp

if TYPE_CHECKING:
    from PIL import Image

_TIFF_IPTC: Final = 33723


@dataclass(frozen=True, slots=True)
class PhotoMetadata:
    """What a file, or a sidecar, says of a photo."""

    capture: Capture
    annotations: Annotations


def read_metadata(image: Image.Image) -> PhotoMetadata:
    """Reads EXIF, XMP and IPTC of a picture, and the title and description a PNG may have.

    What is damaged or senseless counts as absent; nothing is raised.

    Args:
        image: as opened by Pillow. TIFFs must not be loaded yet, PNGs must be.
    """
    exif = read_exif(image)
    xmp = _bytes(image.info.get("xmp"))
    comment = tidy_text(image.info.get("comment"))  # of a JPEG or a GIF
    metadata = combine(exif, iptc=_read_iptc(image), xmp=xmp, comment=comment)
    return PhotoMetadata(metadata.capture, overlay(_read_png_text(image), metadata.annotations))


def combine(
    exif: ExifTags, *, iptc: IptcFacts | None = None, xmp: bytes = b"", comment: str = ""
) -> PhotoMetadata:
    """Makes one out of what three standards say.

    Args:
        xmp: the packet as it lies in the file.
        comment: of the file's format itself.
    """
    iptc, from_xmp = iptc or IptcFacts(), read_xmp(xmp)
    from_exif = find_annotations(exif)
    annotations = merge_annotations(
        exif=replace(from_exif, comments=(*from_exif.comments, comment)),
        iptc=iptc.annotations,
        xmp=from_xmp.annotations,
        iptc_is_newer=iptc.is_newer,
    )
    capture = fill_capture(find_capture(exif), from_xmp.capture)
    dates = [*find_dates(exif), candidate_of(from_xmp.capture), iptc.date]
    chosen = choose_date(each for each in dates if each is not None)
    return PhotoMetadata(with_date(capture, chosen), annotations)


def fill_capture(capture: Capture, other: Capture) -> Capture:
    """Fills in what a capture leaves open, but for the date.

    A place is taken as a whole; camera, lens and the parts of the exposure one by one.
    """
    filled = replace(
        capture, camera=capture.camera or other.camera, lens=capture.lens or other.lens
    )
    if capture.latitude is None:
        filled = replace(filled, latitude=other.latitude, longitude=other.longitude)
    if other.exposure is not None:
        own = capture.exposure or Exposure()
        values = {each.name: getattr(own, each.name) for each in fields(Exposure)}
        missing = {
            name: getattr(other.exposure, name) for name, value in values.items() if value is None
        }
        filled = replace(filled, exposure=replace(own, **missing))
    return filled


def _read_png_text(image: Image.Image) -> Annotations:
    """The keywords PNG predefines for texts.

    iTXt is UTF-8. tEXt should be Latin-1, which is how Pillow reads it, but programs write there
    what they write into EXIF.
    """
    if image.format != "PNG":
        return Annotations()

    def text(key: str) -> str | None:
        value = image.info.get(key)
        return (tidy_text(value) if isinstance(value, iTXt) else exif_text(value)) or None

    comment = text("Comment")
    return Annotations(
        title=text("Title"),
        description=text("Description"),
        comments=(comment,) if comment and is_written(comment) else (),
    )


def _read_iptc(image: Image.Image) -> IptcFacts:
    """From Photoshop's resources in a JPEG, from a tag in a TIFF."""
    resources = image.info.get("photoshop")
    if isinstance(resources, dict):
        return read_iptc(
            _bytes(resources.get(IPTC_RESOURCE)), _bytes(resources.get(DIGEST_RESOURCE))
        )
    if not isinstance(image, TiffImageFile) or image.fp is None:
        return IptcFacts()
    try:
        # Pillow takes this tag for a number, since most programs declare it as numbers
        reader = TiffReader(image.fp)
        entry = reader.read_directory(reader.first)[0].get(_TIFF_IPTC)
        return IptcFacts() if entry is None else read_iptc(reader.data(entry))
    except DECODER_ERRORS:
        return IptcFacts()


def _bytes(value: object) -> bytes:
    """Bytes as they are; a text, or numbers of one byte, as bytes; anything else as none."""
    if isinstance(value, str):
        return value.encode("utf-8", errors="replace")
    if isinstance(value, tuple) and all(
        isinstance(each, int) and 0 <= each < 256 for each in value
    ):
        return bytes(value)
    return value if isinstance(value, bytes) else b""
