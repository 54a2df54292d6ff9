"""Photos as a list for other programs: a table, JSON, or pictures with their text for the web."""

from __future__ import annotations

import csv
import html
import io
import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING
from urllib.parse import quote

from photofind.catalog.photos import read_photos
from photofind.catalog.tags import read_tags
from photofind.catalog.texts import read_captions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from photofind.catalog.reader import CatalogReader
    from photofind.domain import PhotoId

_FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One photo; what is not known is empty or None.

    Attributes:
        caption: the person's own if there is one, else the newest of a model.
        caption_by: "" for the person's own words, else the catalog key of the model.
        taken_at: ISO 8601 wall time, as far as it is known.
        width, height: pixels after orientation.
    """

    path: str
    caption: str
    caption_by: str
    tags: tuple[str, ...]
    title: str
    description: str
    rating: int | None
    taken_at: str
    camera: str
    latitude: float | None
    longitude: float | None
    width: int
    height: int


def read_export_rows(reader: CatalogReader, photo_ids: Sequence[PhotoId]) -> list[ExportRow]:
    """The photos in the order asked for; those that are gone are left out.

    Raises:
        CatalogError: the catalog can't be read.
    """
    with reader.snapshot() as snapshot:
        photos = read_photos(snapshot, photo_ids)
        captions = read_captions(snapshot, photo_ids)
        tags = read_tags(snapshot, photo_ids)
    rows = []
    for photo_id in photo_ids:
        photo = photos.get(photo_id)
        if photo is None:
            continue
        caption = next(iter(captions.get(photo_id, ())), None)
        rows.append(
            ExportRow(
                path=str(photo.paths[0]).encode("utf-8", "replace").decode(),
                caption=caption.text if caption is not None else "",
                caption_by=caption.model if caption is not None and not caption.edited else "",
                tags=tuple(dict.fromkeys(tag.label for tag in tags.get(photo_id, ()))),
                title=photo.title or "",
                description=photo.description or "",
                rating=photo.rating,
                taken_at=photo.capture.taken_at(with_offset=False) or "",
                camera=photo.capture.camera or "",
                latitude=photo.capture.latitude,
                longitude=photo.capture.longitude,
                width=photo.width,
                height=photo.height,
            )
        )
    return rows


def to_csv(rows: Iterable[ExportRow]) -> str:
    """A header and a line a photo; tags are set apart by semicolons."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\r\n")  # RFC 4180
    lines.writerow([field.name for field in fields(ExportRow)])
    for row in rows:
        cells = asdict(row) | {"tags": "; ".join(row.tags)}
        lines.writerow(
            [guarded(value) if isinstance(value, str) else value for value in cells.values()]
        )
    return text.getvalue()


def to_json(rows: Iterable[ExportRow]) -> str:
    """A list of objects with the fields of `ExportRow`."""
    return json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=2) + "\n"


def to_html(rows: Iterable[ExportRow]) -> str:
    """An `<img>` a photo, by its file's name, with the caption as its `alt` text."""
    lines = []
    for row in rows:
        name = row.path.replace("\\", "/").rpartition("/")[2]
        size = f' width="{row.width}" height="{row.height}"' if row.width and row.height else ""
        text = html.escape(row.caption, quote=True)
        lines.append(f'<img src="{quote(name)}" alt="{text}"{size}>')
    return "\n".join(lines)


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: file names and keywords come from strangers
    (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(_FORMULA_SIGNS) else cell
