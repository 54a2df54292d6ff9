"""The catalog as the background-calls threads read it: status, problems, photos by id."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from photofind.catalog.columns import (
    TextColumn,
    read_folder_paths,
    read_suffixes,
    read_usual,
)
from photofind.catalog.folders import read_download_roots, read_folders
from photofind.catalog.photos import read_photos
from photofind.catalog.places import read_overview, today_here
from photofind.catalog.searches import read_saved_searches
from photofind.catalog.status import read_problems, read_status
from photofind.catalog.tags import TagSource, read_labels, read_tags
from photofind.catalog.texts import read_captions
from photofind.describe.failures import read_failures
from photofind.domain import ModelError
from photofind.gui.lazy_reader import LazyReader
from photofind.media.formats import PHOTO_SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from photofind.catalog.places import Overview
    from photofind.catalog.searches import SavedSearch
    from photofind.catalog.status import CatalogStatus
    from photofind.domain import Photo, PhotoId, Problem
    from photofind.paths import AppFolders


_MOST_LABELS = 5_000
_MOST_CAMERAS = 500


@dataclass(frozen=True, slots=True)
class SaidOfPhotos:
    """What people have said of some photos.

    Attributes:
        title, caption, note: None where the photos differ.
        labels: that at least one of them has.
        known_labels: of the whole library, the most frequent first.
    """

    title: str | None
    caption: str | None
    note: str | None
    labels: tuple[str, ...]
    known_labels: tuple[str, ...]


class LibraryReads:
    """Every method belongs to one background-calls thread; the first call opens the catalog."""

    def __init__(self, folders: AppFolders) -> None:
        self._folders = folders
        self._reader = LazyReader(folders)

    def status(self) -> CatalogStatus:
        """May take long: it touches every folder, and a network folder can be slow to answer."""
        from photofind.indexing.scanning import is_online  # the window doesn't wait for it
        from photofind.media.mounts import volumes_below

        reader = self._reader.get()
        with reader.snapshot() as snapshot:
            rows = {folder.path: folder for folder in read_folders(snapshot)}
        online = {path: is_online(row) for path, row in rows.items()}
        with reader.snapshot() as snapshot:
            return read_status(snapshot, lambda path: online.get(path, True), volumes_below)

    def overview(self) -> Overview:
        """How many photos are where; may take some tenths of a second."""
        with self._reader.get().snapshot() as snapshot:
            return read_overview(snapshot, today_here())

    def saved_searches(self) -> list[SavedSearch]:
        """By name."""
        with self._reader.get().snapshot() as snapshot:
            return read_saved_searches(snapshot)

    def known_values(self) -> dict[str, list[str]]:
        """What filters may ask for, by their keys; may take some tenths of a second."""
        with self._reader.get().snapshot() as snapshot:
            roots = [str(row.path) for row in read_folders(snapshot)]
            return {
                "tag": read_labels(snapshot, _MOST_LABELS),
                "folder": _folder_names(read_folder_paths(snapshot), roots),
                "camera": read_usual(snapshot, TextColumn.CAMERA, _MOST_CAMERAS),
                "lens": read_usual(snapshot, TextColumn.LENS, _MOST_CAMERAS),
                "ext": [
                    suffix for suffix in read_suffixes(snapshot) if f".{suffix}" in PHOTO_SUFFIXES
                ],
            }

    def problems(self) -> list[Problem]:
        with self._reader.get().snapshot() as snapshot:
            return [*read_problems(snapshot), *read_failures(snapshot)]

    def download_roots(self) -> list[Path]:
        with self._reader.get().snapshot() as snapshot:
            return read_download_roots(snapshot)

    def photos(self, photo_ids: Sequence[PhotoId]) -> list[Photo]:
        """In the order asked for; photos that are gone are left out."""
        with self._reader.get().snapshot() as snapshot:
            found = read_photos(snapshot, photo_ids)
        return [found[photo_id] for photo_id in photo_ids if photo_id in found]

    def said_of(self, photo_ids: Sequence[PhotoId]) -> SaidOfPhotos:
        """What people have said of these photos together."""
        with self._reader.get().snapshot() as snapshot:
            photos = read_photos(snapshot, photo_ids)
            captions = read_captions(snapshot, photo_ids)
            tags = read_tags(snapshot, photo_ids)
            known = read_labels(snapshot, _MOST_LABELS)
        own = {
            each: next((row.text for row in captions.get(each, ()) if not row.model), "")
            for each in photos
        }
        labels = {
            tag.label: None
            for rows in tags.values()
            for tag in rows
            if tag.source is not TagSource.MODEL
        }
        return SaidOfPhotos(
            title=_common(photo.title or "" for photo in photos.values()),
            caption=_common(own.values()),
            note=_common(photo.note for photo in photos.values()),
            labels=tuple(labels),
            known_labels=tuple(known),
        )

    def imported_model(self, key: str) -> tuple[str, str]:
        """What a model that the registry doesn't list is called, and a sentence about it."""
        from photofind.inference.store import ModelStore

        try:
            spec = ModelStore(self._folders).spec(key)
        except ModelError:  # its files are gone, its index isn't
            return key, ""
        return spec.title, spec.notice

    def close(self) -> None:
        self._reader.close()


def _folder_names(folders: Iterable[str], roots: Iterable[str]) -> list[str]:
    """What to ask for a folder by: its name where no other has it, else its way from the folder
    that was added."""
    below = sorted(roots, key=len, reverse=True)
    ways = []
    for folder in folders:
        root = next((each for each in below if Path(folder).is_relative_to(each)), folder)
        ways.append(Path(folder).relative_to(Path(root).parent))
    names = Counter(way.name for way in ways)
    return sorted(way.name if names[way.name] == 1 else way.as_posix() for way in ways if way.name)


def _common(texts: Iterable[str]) -> str | None:
    """What all of them are; None if they differ."""
    different = set(texts)
    return different.pop() if len(different) == 1 else None
