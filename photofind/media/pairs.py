"""Files that are one photo: RAW and JPEG of one exposure, a Live Photo's picture and film."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from photofind.media.formats import (
    LIVE_FILM_SUFFIXES,
    LIVE_PICTURE_SUFFIXES,
    PHOTO_SUFFIXES,
    RAW_SUFFIXES,
    split_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_RENDERED_FIRST: Final = (
    ".jpg", ".jpeg", ".jpe", ".heic", ".heif", ".hif", ".jxl", ".avif", ".png", ".tif", ".tiff",
)  # fmt: skip
"""What a camera or phone writes beside a RAW, the likeliest first."""

LARGEST_LIVE_FILM: Final = 64 << 20
"""Bytes. A Live Photo films three seconds, in 2 to 10 MB; a larger file of a photo's name is a
video, with the picture as its cover or by chance."""


@dataclass(frozen=True, slots=True)
class PhotoParts:
    """The files of one photo, by their names.

    Attributes:
        primary: what is shown and embedded.
        raws: the sensor's data of the same exposure.
        films: the moving part of a Live Photo; not searchable.
    """

    primary: str
    raws: tuple[str, ...] = ()
    films: tuple[str, ...] = ()


def pair_parts(names: Iterable[str]) -> tuple[PhotoParts, ...]:
    """Groups the files of one folder into photos.

    Files belong together when their names differ in the suffix alone; case doesn't matter. Of two
    pictures of one name that are both rendered (IMG_1.jpg, IMG_1.png) each stays a photo of its
    own, for one may be made from the other; RAW and film belong to the likelier one.

    Args:
        names: file names without folders, in any order; other files than photos and films are
            left out, and so are films without a photo.

    Returns:
        One for each photo, in the order of the primaries' names.
    """
    by_stem: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for name in names:
        stem, suffix = split_name(name)
        if suffix in PHOTO_SUFFIXES or suffix in LIVE_FILM_SUFFIXES:
            by_stem[stem].append((suffix, name))
    groups = [group for files in by_stem.values() for group in _group(sorted(files))]
    return tuple(sorted(groups, key=lambda group: group.primary))


def _group(files: list[tuple[str, str]]) -> list[PhotoParts]:
    """The photos among files of one stem; `files` are suffixes and names."""
    raws = tuple(name for suffix, name in files if suffix in RAW_SUFFIXES)
    films = tuple(name for suffix, name in files if suffix in LIVE_FILM_SUFFIXES)
    rendered = sorted(
        (_likelihood(suffix), suffix, name)
        for suffix, name in files
        if suffix in PHOTO_SUFFIXES and suffix not in RAW_SUFFIXES
    )
    if not rendered:
        is_live = any(suffix in RAW_SUFFIXES & LIVE_PICTURE_SUFFIXES for suffix, _ in files)
        return [PhotoParts(raws[0], raws[1:], films if is_live else ())] if raws else []
    # of a HEIC and a JPEG, phones filmed the HEIC
    live = sorted((suffix, name) for _, suffix, name in rendered if suffix in LIVE_PICTURE_SUFFIXES)
    return [
        PhotoParts(
            name,
            raws if position == 0 else (),
            films if live and name == live[0][1] else (),
        )
        for position, (_, _, name) in enumerate(rendered)
    ]


def _likelihood(suffix: str) -> int:
    return _RENDERED_FIRST.index(suffix) if suffix in _RENDERED_FIRST else len(_RENDERED_FIRST)
