"""Facts of all visible photos as columns: one kind each, read when a query asks for it."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from photofind.catalog.transactions import Snapshot


class NumberColumn(StrEnum):
    """A fact that is a number; what is not known is NaN."""

    TAKEN_AT = "taken_at"
    """Milliseconds of wall time; a file's own time says nothing about the picture."""
    DATE_PARTS = "taken_precision"
    """How much of that is known: 1 the year, 2 the month, 3 the day, 4 the time."""
    RATING = "rating"
    FAVOURITE = "favourite"
    FLAG = "flag"
    ISO = "iso"
    F_NUMBER = "f_number"
    WIDTH = "width"
    HEIGHT = "height"
    BYTES = "bytes"
    LATITUDE = "lat"
    LONGITUDE = "lon"
    PATHS = "paths"
    """How many paths its content lies at."""
    HAS_CAPTION = "caption"
    HAS_TEXT = "ocr"


class TextColumn(StrEnum):
    """A fact that is a text; a photo may have none or several."""

    CAMERA = "camera"
    LENS = "lens"
    FORMAT = "format"
    FOLDER = "folder"
    """Absolute path of a folder that one of its files lies in."""
    NAME = "name"
    """Of its files, those that are parts of it too."""


_NUMBERS = {
    NumberColumn.TAKEN_AT: "CASE WHEN c.taken_source IS NOT 'file_time' THEN c.taken_at END",
    NumberColumn.DATE_PARTS: """CASE c.taken_precision
        WHEN 'year' THEN 1 WHEN 'month' THEN 2 WHEN 'day' THEN 3 ELSE 4 END""",
    NumberColumn.RATING: "coalesce(p.rating, c.file_rating)",
    NumberColumn.FAVOURITE: "p.favourite",
    NumberColumn.FLAG: "p.flag",
    NumberColumn.ISO: "c.iso",
    NumberColumn.F_NUMBER: "c.f_number",
    NumberColumn.WIDTH: "c.width",
    NumberColumn.HEIGHT: "c.height",
    NumberColumn.BYTES: "c.byte_size",
    NumberColumn.LATITUDE: "c.lat",
    NumberColumn.LONGITUDE: "c.lon",
    NumberColumn.PATHS: "(SELECT count(*) FROM live_files WHERE content_id = c.id)",
    NumberColumn.HAS_CAPTION: """EXISTS (SELECT 1 FROM texts WHERE content_id = c.id
        AND kind = 'caption' AND text <> '')""",
    NumberColumn.HAS_TEXT: """EXISTS (SELECT 1 FROM texts WHERE content_id = c.id
        AND kind = 'ocr' AND text <> '')""",
}


def read_numbers(
    snapshot: Snapshot, column: NumberColumn
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """A column of all visible photos: their numbers, int64 [n] rising, and float64 [n]."""
    rows = snapshot.execute(
        f"""SELECT v.photo_id, {_NUMBERS[column]} FROM visible_photos v
            CROSS JOIN photos p ON p.id = v.photo_id
            CROSS JOIN contents c ON c.id = v.content_id ORDER BY v.photo_id"""  # noqa: S608
    ).fetchall()
    values = (np.nan if value is None else value for _photo, value in rows)
    return np.fromiter((photo for photo, _ in rows), np.int64), np.fromiter(values, np.float64)


def read_texts(
    snapshot: Snapshot, column: TextColumn
) -> tuple[Sequence[str], NDArray[np.int64], NDArray[np.int64]]:
    """A column of all visible photos.

    Returns:
        The different texts; int64 [m] numbers of photos, int64 [m] which text each has. A photo
        stands there once for each of its texts.
    """
    match column:
        case TextColumn.CAMERA | TextColumn.LENS | TextColumn.FORMAT:
            rows = snapshot.execute(
                f"""SELECT v.photo_id, c.{column.value} FROM visible_photos v
                    CROSS JOIN contents c ON c.id = v.content_id
                    WHERE c.{column.value} IS NOT NULL"""  # noqa: S608
            ).fetchall()
        case TextColumn.FOLDER:
            roots = {
                number: os.fsdecode(path)
                for number, path in snapshot.execute("SELECT id, path FROM folders")
            }
            rows = [
                (photo, os.path.dirname(os.path.join(roots[root], os.fsdecode(rel))))  # noqa: PTH118, PTH120
                for photo, root, rel in snapshot.execute(
                    """SELECT v.photo_id, f.folder_id, f.rel_path FROM visible_photos v
                       CROSS JOIN live_files f ON f.content_id = v.content_id"""
                )
            ]
        case TextColumn.NAME:
            rows = snapshot.execute(
                """SELECT c.photo_id, f.name FROM live_files f
                   CROSS JOIN contents c ON c.id = f.content_id
                   CROSS JOIN visible_photos v ON v.photo_id = c.photo_id"""
            ).fetchall()
    numbers: dict[str, int] = {}
    texts = np.fromiter((numbers.setdefault(text, len(numbers)) for _photo, text in rows), np.int64)
    return list(numbers), np.fromiter((photo for photo, _text in rows), np.int64), texts


def read_folder_paths(snapshot: Snapshot) -> list[str]:
    """The absolute paths of the folders that files lie in, much sooner than by the column: no row
    for each photo leaves the database."""
    roots: dict[int, bytes] = dict(snapshot.execute("SELECT id, path FROM folders").fetchall())
    # What is left of a path without all that is no separator at its end is its folder.
    rows = snapshot.execute(
        """SELECT DISTINCT folder_id, CAST(rtrim(path, replace(path, ?1, '')) AS BLOB)
           FROM (SELECT folder_id, CAST(rel_path AS TEXT) AS path FROM files
                 WHERE missing_since IS NULL)""",
        (os.sep,),
    ).fetchall()
    return [
        os.fsdecode(os.path.join(roots[root], folder)).rstrip(os.sep)  # noqa: PTH118
        for root, folder in rows
    ]


def read_usual(snapshot: Snapshot, column: TextColumn, most: int) -> list[str]:
    """The different cameras or lenses of the visible photos, the most frequent first."""
    rows = snapshot.execute(
        f"""SELECT c.{column.value} FROM visible_photos v
            CROSS JOIN contents c ON c.id = v.content_id
            WHERE c.{column.value} IS NOT NULL
            GROUP BY c.{column.value} ORDER BY count(*) DESC LIMIT ?""",  # noqa: S608
        (most,),
    )
    return [text for (text,) in rows]


def read_suffixes(snapshot: Snapshot) -> list[str]:
    """What the names of files end with, lower case, without the dot; the most frequent first."""
    rows = snapshot.execute(
        """SELECT lower(replace(name, rtrim(name, replace(name, '.', '')), '')) AS suffix
           FROM live_files WHERE name LIKE '%_.%' GROUP BY suffix ORDER BY count(*) DESC"""
    )
    return [suffix for (suffix,) in rows if suffix]
