"""Which files of one folder belong together: the parts of a photo, and the sidecars beside it."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photofind.media.formats import PHOTO_SUFFIXES, SIDECAR_SUFFIX, split_name
from photofind.media.pairs import likelihood, loose_form, pair_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from photofind.media.pairs import PhotoParts


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


def group_companions(
    names: Iterable[str], sidecars: Iterable[str], *, ignores_case: bool
) -> Iterator[Companions]:
    """Groups the files of one folder into photos and finds their sidecars.

    A sidecar named after the primary file goes before one that all parts have in common, and that
    one before those of other parts (IMG_1.CR2.xmp speaks for IMG_1.JPG too). A sidecar speaks for
    one photo only: for the one with exactly its name if there is one, and where several share the
    stem (IMG_1.jpg, IMG_1.png, IMG_1.xmp) for the one with the RAW, else for the likeliest.

    Args:
        names: photos and films.
        sidecars: `.xmp` files.
        ignores_case: whether the folder's file system takes names that differ in case for the
            same.
    """
    groups = pair_parts(names, ignores_case=ignores_case)
    chosen = _choose_sidecars(groups, set(sidecars), ignores_case=ignores_case)
    for position, group in enumerate(groups):
        yield Companions(group.primary, (*group.raws, *group.films), chosen.get(position))


def _choose_sidecars(
    groups: Sequence[PhotoParts], sidecars: set[str], *, ignores_case: bool
) -> dict[int, str]:
    """By position of the photo, its sidecar; exact names first, then almost equal ones."""
    ranked = sorted(range(len(groups)), key=lambda position: _rank(groups[position]))
    chosen: dict[int, str] = {}
    forms: tuple[Callable[[str], str], ...] = (
        _with_plain_suffix,
        lambda name: loose_form(_with_plain_suffix(name), ignores_case=ignores_case),
    )
    for form in forms:
        candidates: dict[int, list[str]] = {}
        by_name: dict[str, int] = {}
        by_stem: dict[str, int] = {}
        for position in ranked:
            group = groups[position]
            candidates[position] = []
            for name in (group.primary, *group.raws, *group.films):
                own, shared = map(form, sidecar_names(name))
                by_name.setdefault(own, position)
                by_stem.setdefault(shared, position)
                candidates[position] += [own, shared]
        claims: defaultdict[int, list[tuple[int, bool, str]]] = defaultdict(list)
        for sidecar in sidecars:
            formed = form(sidecar)
            speaks_for = by_name.get(formed, by_stem.get(formed))
            if speaks_for is not None and speaks_for not in chosen:
                order = candidates[speaks_for].index(formed)
                claims[speaks_for].append((order, not sidecar.endswith(SIDECAR_SUFFIX), sidecar))
        for position, claimed in claims.items():
            chosen[position] = min(claimed)[2]
        sidecars = sidecars.difference(chosen.values())
    return chosen


def _rank(group: PhotoParts) -> tuple[bool, int, str]:
    return not group.raws, likelihood(split_name(group.primary)[1]), group.primary


def _with_plain_suffix(name: str) -> str:
    """The suffix of a sidecar says what it is, in whatever case (IMG_1.XMP)."""
    return split_name(name)[0] + SIDECAR_SUFFIX


def differ_in_case_only(names: Iterable[str]) -> bool:
    """Whether some of a folder's files would belong together if case didn't matter."""
    forms: set[str] = set()
    for name in names:
        stem, suffix = split_name(name)
        whole = stem if suffix == SIDECAR_SUFFIX else name
        forms |= {loose_form(each, ignores_case=False) for each in (whole, companion_stem(name))}
    return len({loose_form(form, ignores_case=True) for form in forms}) < len(forms)


def sidecar_names(name: str) -> tuple[str, str]:
    """The names a photo's sidecar may have, the more particular first.

    digiKam and darktable write IMG.jpg.xmp, Lightroom and most others IMG.xmp, which belongs to
    all parts of a photo (IMG.cr2, IMG.jpg).
    """
    return name + SIDECAR_SUFFIX, os.path.splitext(name)[0] + SIDECAR_SUFFIX  # noqa: PTH122


def companion_stem(name: str) -> str:
    """What the names of a photo's files have in common.

    That of IMG_1.JPG, IMG_1.CR2, IMG_1.MOV, IMG_1.xmp and IMG_1.JPG.xmp is IMG_1.
    """
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 (100,000 names)
    if suffix.lower() == SIDECAR_SUFFIX:
        shorter, inner = os.path.splitext(stem)  # noqa: PTH122
        return shorter if inner.lower() in PHOTO_SUFFIXES else stem
    return stem
