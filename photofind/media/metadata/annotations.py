"""Rating, title, description and keywords: what EXIF, IPTC and XMP say, made into one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from photofind.domain import Annotations
from photofind.media.metadata.values import to_number, without_repeats

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_KEYWORDS: Final = 500

_FILLERS: Final = frozenset(
    {
        "olympus digital camera", "minolta digital camera", "konica minolta digital camera",
        "digital camera", "digimax", "sony dsc", "samsung", "kodak digital still camera",
        "jenoptik digital camera", "casio computer", "exif_jpeg_picture", "binary comment",
        "default", "hdrpl", "dav",
    }
)  # fmt: skip
"""What cameras write as the description of every photo, in lower case."""

_FILLER_BEGINNINGS: Final = (
    "dcim\\", "applemark", "created with gimp", "creator: gd-jpeg", "creator: xv",
    "lead technologies", "file written by adobe photoshop", "intel(r) jpeg library", "lavc",
    "optimized by jpegmini",
    "handmade software", "compressed by", "jpeg encoder", "charset=",
)  # fmt: skip
"""What programs write as a comment of every picture."""


def stars(value: object) -> int | None:
    """A rating of -1 (rejected) to 5; None for any other."""
    number = to_number(value)
    if number is None or not -1 <= number <= 5:
        return None
    return round(number)


def stars_from_percent(value: object) -> int | None:
    """Windows' rating of 0 to 100 as stars: it writes 1, 25, 50, 75 and 99 for one to five."""
    number = to_number(value)
    if number is None or not 0 <= number <= 100:
        return None
    return 0 if number == 0 else 1 + round(number / 25)


def merge_annotations(
    *,
    exif: Annotations,
    iptc: Annotations,
    xmp: Annotations,
    iptc_is_newer: bool = False,
) -> Annotations:
    """Makes one out of what three standards say, in the order of the Metadata Working Group
    (Guidelines for Handling Image Metadata 2.0, "Metadata Harmonization").

    EXIF before XMP before IPTC for the description; XMP before IPTC for title and keywords, and
    EXIF's tags of Windows for want of others. A rating of 0 yields to stars, since cameras write
    it into every photo.

    Args:
        iptc_is_newer: a program that knows IPTC alone has changed it last.
    """
    first, second = (iptc, xmp) if iptc_is_newer else (xmp, iptc)
    ratings = [each.rating for each in (xmp, exif, iptc) if each.rating is not None]
    descriptions = [first.description, second.description]
    if not _lost_characters(exif.description, descriptions):
        descriptions.insert(0, exif.description)
    description = next((each for each in descriptions if is_written(each)), None)
    comments = without_repeats([*exif.comments, *xmp.comments, *iptc.comments])
    remarks = [each for each in comments if is_written(each)]
    if description is None and remarks:
        description = remarks.pop(0)
    known = (description or "").casefold()
    return Annotations(
        rating=next((rating for rating in ratings if rating), 0) if ratings else None,
        title=first.title or second.title or exif.title,
        description=description,
        keywords=(first.keywords or second.keywords or exif.keywords)[:MOST_KEYWORDS],
        people=without_repeats([*first.people, *second.people])[:MOST_KEYWORDS],
        location=first.location or second.location,
        comments=tuple(each for each in remarks if each.casefold() not in known),
    )


def overlay(below: Annotations, above: Annotations) -> Annotations:
    """What a sidecar says, and for the rest what the file says."""
    return Annotations(
        rating=below.rating if above.rating is None else above.rating,
        title=above.title or below.title,
        description=above.description or below.description,
        keywords=above.keywords or below.keywords,
        people=above.people or below.people,
        location=above.location or below.location,
        comments=without_repeats(
            [each for each in (*below.comments, *above.comments) if is_written(each)]
        ),
    )


def is_written(description: str | None) -> bool:
    """Whether a person may have written it: not blank, and no camera's filler."""
    if not description:
        return False
    plain = description.strip(" <>[]().-_").lower()
    return bool(plain) and plain not in _FILLERS and not plain.startswith(_FILLER_BEGINNINGS)


def split_levels(path: str, separator: str) -> list[str]:
    """The levels of a hierarchical keyword, "Places|France|Paris"."""
    return [level.strip() for level in path.split(separator)]


def join_keywords(flat: list[str], hierarchical: Iterable[str]) -> tuple[str, ...]:
    """Flat keywords, and the levels of hierarchical ones that aren't among them."""
    return without_repeats([*flat, *hierarchical])[:MOST_KEYWORDS]


def _lost_characters(description: str | None, others: list[str | None]) -> bool:
    """Whether characters beyond ASCII became question marks on the way into EXIF."""
    return (
        description is not None
        and "?" in description
        and description.isascii()
        and any(other is not None and not other.isascii() for other in others)
    )
