"""Files that are one photo: RAW and JPEG of one exposure, a Live Photo's picture and film."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

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


def loose_form(name: str, *, ignores_case: bool) -> str:
    """The form in which names are compared that are not equal byte for byte.

    Unicode's composed form (NFC): macOS and what came from it write é as two code points, other
    systems as one.

    Args:
        ignores_case: whether the file system takes names that differ in case for the same.
    """
    composed = unicodedata.normalize("NFC", name)
    return unicodedata.normalize("NFC", composed.casefold()) if ignores_case else composed


def pair_parts(names: Iterable[str], *, ignores_case: bool) -> tuple[PhotoParts, ...]:
    """Groups the files of one folder into photos.

    Files belong together when their names differ in the suffix alone. Where several pictures have
    almost the same name (`loose_form`), RAW and film go to the one whose name is exactly theirs.
    Of two pictures of one name that are both rendered (IMG_1.jpg, IMG_1.png) each stays a photo
    of its own, for one may be made from the other; RAW and film belong to the likelier one.

    Args:
        names: file names without folders, in any order; other files than photos and films are
            left out, and so are films without a photo.
        ignores_case: whether the folder's file system takes names that differ in case for the
            same.

    Returns:
        One for each photo, in the order of the primaries' names.
    """
    by_form: defaultdict[str, list[_Named]] = defaultdict(list)
    for name in names:
        stem, suffix = split_name(name)
        if suffix in PHOTO_SUFFIXES or suffix in LIVE_FILM_SUFFIXES:
            form = loose_form(stem, ignores_case=ignores_case)
            by_form[form].append(_Named(suffix, name, stem))
    groups = [
        group
        for alike in by_form.values()
        for files in _by_exact_stem(alike)
        for group in _group(sorted((file.suffix, file.name) for file in files))
    ]
    return tuple(sorted(groups, key=lambda group: group.primary))


class _Named(NamedTuple):
    suffix: str
    name: str
    stem: str

    @property
    def is_rendered(self) -> bool:
        return self.suffix in PHOTO_SUFFIXES and self.suffix not in RAW_SUFFIXES


def _by_exact_stem(files: list[_Named]) -> list[list[_Named]]:
    """Divides files of almost the same stem so that each list has rendered pictures of one."""
    rendered = sorted((likelihood(file.suffix), file.stem) for file in files if file.is_rendered)
    stems = list(dict.fromkeys(stem for _, stem in rendered))
    if len(stems) < 2:
        return [files]
    divided: dict[str, list[_Named]] = {stem: [] for stem in stems}
    for file in files:
        divided.get(file.stem, divided[stems[0]]).append(file)
    return list(divided.values())


def _group(files: list[tuple[str, str]]) -> list[PhotoParts]:
    """The photos among files of one stem; `files` are suffixes and names."""
    raws = tuple(name for suffix, name in files if suffix in RAW_SUFFIXES)
    films = tuple(name for suffix, name in files if suffix in LIVE_FILM_SUFFIXES)
    rendered = sorted(
        (likelihood(suffix), suffix, name)
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


def likelihood(suffix: str) -> int:
    """How likely a camera or phone wrote this picture beside a RAW or a film; 0 is likeliest."""
    return _RENDERED_FIRST.index(suffix) if suffix in _RENDERED_FIRST else len(_RENDERED_FIRST)
