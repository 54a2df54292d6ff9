"""All that a picture file says of itself, from every standard it may say it in."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final

from PIL.TiffImagePlugin import TiffImageFile

from photofind.domain import Annotations, Capture, Exposure
from photofind.media.containers.tiff import TiffReader
from photofind.media.guard import DECODER_ERRORS
from photofind.media.metadata.annotations import merge_annotations, overlay
from photofind.media.metadata.dates import candidate_of, choose_date, with_date
from photofind.media.metadata.exif import (
    ExifTags,
    find_annotations,
    find_capture,
    find_comment,
    find_dates,
    read_exif,
)
from photofind.media.metadata.iptc import DIGEST_RESOURCE, IPTC_RESOURCE, IptcFacts, read_iptc
from photofind.media.metadata.values import tidy_text
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
    metadata = combine(read_exif(image), iptc=_read_iptc(image), xmp=_bytes(image.info.get("xmp")))
    return PhotoMetadata(metadata.capture, overlay(_read_png_text(image), metadata.annotations))


def combine(exif: ExifTags, *, iptc: IptcFacts | None = None, xmp: bytes = b"") -> PhotoMetadata:
    """Makes one out of what three standards say.

    Args:
        xmp: the packet as it lies in the file.
    """
    iptc, from_xmp = iptc or IptcFacts(), read_xmp(xmp)
    annotations = merge_annotations(
        exif=find_annotations(exif),
        iptc=iptc.annotations,
        xmp=from_xmp.annotations,
        comment=find_comment(exif),
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
    """The keywords PNG predefines for texts."""
    if image.format != "PNG":
        return Annotations()
    return Annotations(
        title=tidy_text(image.info.get("Title")) or None,
        description=tidy_text(image.info.get("Description")) or None,
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
