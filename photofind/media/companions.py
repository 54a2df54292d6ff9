"""Which files of one folder belong together: the parts of a photo, and the sidecars beside it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photofind.media.formats import PHOTO_SUFFIXES, SIDECAR_SUFFIX
from photofind.media.pairs import pair_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Companions:
    """The files of one photo, by their names.

    Attributes:
        primary: what is shown and embedded.
        parts: RAW files and films that belong to it.
        sidecar: what speaks for the photo as a whole; None when nothing does.
    """

    primary: str
    parts: tuple[str, ...] = ()
    sidecar: str | None = None


def group_companions(names: Iterable[str], sidecars: Iterable[str]) -> Iterator[Companions]:
    """Groups the files of one folder into photos and finds their sidecars.

    A sidecar named after the primary file goes before one that all parts have in common, and that
    one before those of other parts (IMG_1.CR2.xmp speaks for IMG_1.JPG too).

    Args:
        names: photos and films.
        sidecars: `.xmp` files; case doesn't matter.
    """
    beside = {name.casefold(): name for name in sidecars}
    for group in pair_parts(names):
        parts = (*group.raws, *group.films)
        candidates = [
            candidate for name in (group.primary, *parts) for candidate in sidecar_names(name)
        ]
        found = (beside.get(candidate.casefold()) for candidate in candidates)
        yield Companions(group.primary, parts, next((each for each in found if each), None))


def sidecar_names(name: str) -> tuple[str, str]:
    """The names a photo's sidecar may have, the more particular first.

    digiKam and darktable write IMG.jpg.xmp, Lightroom and most others IMG.xmp, which belongs to
    all parts of a photo (IMG.cr2, IMG.jpg).
    """
    return name + SIDECAR_SUFFIX, os.path.splitext(name)[0] + SIDECAR_SUFFIX  # noqa: PTH122


def companion_stem(name: str) -> str:
    """What the names of a photo's files have in common but for their case.

    That of IMG_1.JPG, IMG_1.CR2, IMG_1.MOV, IMG_1.xmp and IMG_1.JPG.xmp is IMG_1.
    """
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 (100,000 names)
    if suffix.lower() == SIDECAR_SUFFIX:
        shorter, inner = os.path.splitext(stem)  # noqa: PTH122
        return shorter if inner.lower() in PHOTO_SUFFIXES else stem
    return stem
