"""What is known of every photo, in columns beside the vectors: filters become masks over them."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog.columns import (
    NumberColumn,
    TextColumn,
    read_folder_paths,
    read_numbers,
    read_texts,
)
from photofind.catalog.folders import read_folders
from photofind.catalog.tags import read_every_label
from photofind.media.formats import split_name
from photofind.normal_form import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from photofind.catalog.photos import PhotoOrder
    from photofind.catalog.reader import CatalogReader


class Facts:
    """Columns of the visible photos as they are now, each read when it is first asked for.

    To be made anew when the catalog has changed. Not thread-safe.
    """

    def __init__(self, reader: CatalogReader, order: PhotoOrder) -> None:
        """
        Args:
            order: the visible photos.
        """
        self.reader = reader
        self.order = order
        self._numbers: dict[NumberColumn, NDArray[np.float64]] = {}
        self._texts: dict[
            TextColumn, tuple[Sequence[str], NDArray[np.int64], NDArray[np.int64]]
        ] = {}

    def __len__(self) -> int:
        return len(self.order.photo_ids)

    @cached_property
    def photo_ids(self) -> NDArray[np.int64]:
        """int64 [n], rising; the order of every column and mask."""
        return np.sort(self.order.photo_ids)

    def numbers(self, column: NumberColumn) -> NDArray[np.float64]:
        """float64 [n]; NaN where it is not known.

        Raises:
            CatalogError: the catalog can't be read.
        """
        known = self._numbers.get(column)
        if known is None:
            with self.reader.snapshot() as snapshot:
                photo_ids, values = read_numbers(snapshot, column)
            known = np.full(len(self), np.nan)
            places, there = self._places(photo_ids)
            known[places] = values[there]
            self._numbers[column] = known
        return known

    def texts(
        self, column: TextColumn
    ) -> tuple[Sequence[str], NDArray[np.int64], NDArray[np.int64]]:
        """The different texts of a column; int64 [m] places of photos and int64 [m] which text
        each of them has.

        Raises:
            CatalogError: the catalog can't be read.
        """
        known = self._texts.get(column)
        if known is None:
            with self.reader.snapshot() as snapshot:
                values, photo_ids, which = read_texts(snapshot, column)
            places, there = self._places(photo_ids)
            known = (values, places, which[there])
            self._texts[column] = known
        return known

    def with_text(self, column: TextColumn, fits: Callable[[str], bool]) -> NDArray[np.bool_]:
        """The photos with a text that fits: bool [n]."""
        values, places, which = self.texts(column)
        wanted = np.fromiter((fits(value) for value in values), np.bool_, len(values))
        mask = np.zeros(len(self), np.bool_)
        mask[places[wanted[which]]] = True
        return mask

    def of_photos(self, photo_ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """A mask of some photos: bool [n]."""
        mask = np.zeros(len(self), np.bool_)
        mask[self._places(photo_ids)[0]] = True
        return mask

    @cached_property
    def moments(self) -> NDArray[np.int64]:
        """When each was taken, milliseconds of wall time, int64 [n]; 0 where `dated` is False.

        The first moment that it can be, where only a day, a month or a year is known.
        """
        taken = self.numbers(NumberColumn.TAKEN_AT)
        return np.where(np.isnan(taken), 0, taken).astype(np.int64)

    @cached_property
    def last_moments(self) -> NDArray[np.int64]:
        """The last moment that each can be taken at, as `moments`; the same where the time is
        known."""
        last = self.moments.copy()
        begins = self.moments.astype("datetime64[ms]")
        parts = self.numbers(NumberColumn.DATE_PARTS)
        for known, unit in ((1, "Y"), (2, "M"), (3, "D")):
            ends = (begins.astype(f"datetime64[{unit}]") + 1).astype("datetime64[ms]")
            chosen = parts == known
            last[chosen] = ends.astype(np.int64)[chosen] - 1
        return last

    @cached_property
    def timed(self) -> NDArray[np.bool_]:
        """Of which photos the time of day is known: bool [n]."""
        exact: NDArray[np.bool_] = np.equal(self.last_moments, self.moments)
        return np.logical_and(self.dated, exact)

    @cached_property
    def dated(self) -> NDArray[np.bool_]:
        """Of which photos it is known when they were taken: bool [n]."""
        return ~np.isnan(self.numbers(NumberColumn.TAKEN_AT))

    @cached_property
    def labels(self) -> dict[str, list[str]]:
        """Every label by its folded form."""
        with self.reader.snapshot() as snapshot:
            labels = read_every_label(snapshot)
        by_form: dict[str, list[str]] = {}
        for label in labels:
            by_form.setdefault(fold(label), []).append(label)
        return by_form

    def place_of(self, folder: str) -> str:
        """A folder's path from the folder on that was added; its parents name no photos."""
        for root in self._roots:
            if folder == root or folder.startswith(root.rstrip(os.sep) + os.sep):
                return folder[len(os.path.dirname(root)) :]  # noqa: PTH120
        return folder

    @cached_property
    def folder_names(self) -> frozenset[str]:
        """The names of the folders that photos lie in, from those that were added on, folded."""
        with self.reader.snapshot() as snapshot:
            folders = read_folder_paths(snapshot)
        paths = (self.place_of(folder).replace("\\", "/") for folder in folders)
        return frozenset(fold(name) for path in paths for name in path.split("/") if name)

    @cached_property
    def _roots(self) -> list[str]:
        with self.reader.snapshot() as snapshot:
            roots = [str(row.path) for row in read_folders(snapshot)]
        return sorted(roots, key=len, reverse=True)

    @cached_property
    def suffixes(self) -> tuple[Sequence[str], NDArray[np.int64], NDArray[np.int64]]:
        """As `texts`: what the names of files end with, lower case, without the dot."""
        names, places, which = self.texts(TextColumn.NAME)
        numbers: dict[str, int] = {}
        of_name = np.fromiter(
            (numbers.setdefault(split_name(name)[1][1:], len(numbers)) for name in names),
            np.int64,
            len(names),
        )
        return list(numbers), places, of_name[which]

    def with_suffix(self, suffixes: Sequence[str]) -> NDArray[np.bool_]:
        """The photos with a file whose name ends with one of some suffixes: bool [n]."""
        known, places, which = self.suffixes
        wanted = np.fromiter((each in suffixes for each in known), np.bool_, len(known))
        mask = np.zeros(len(self), np.bool_)
        mask[places[wanted[which]]] = True
        return mask

    def _places(self, photo_ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Where photos stand, int64 [k], and which of them do, bool [len(photo_ids)]."""
        if not len(self):
            return np.empty(0, np.int64), np.zeros(len(photo_ids), np.bool_)
        places = np.searchsorted(self.photo_ids, photo_ids)
        there = self.photo_ids.take(places, mode="clip") == photo_ids
        return places[there], there
