"""`photofind info`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from photofind.catalog.files import find_photo_at
from photofind.catalog.photos import read_photos
from photofind.catalog.reader import CatalogReader
from photofind.catalog.status import read_problems
from photofind.catalog.tags import TagSource, read_tags
from photofind.catalog.texts import read_answers, read_captions, read_text_in
from photofind.cli.description_documents import Said, said_document
from photofind.cli.documents import first_existing, info_document, parts_document
from photofind.domain import Flag, PhotofindError, TakenSource
from photofind.inference.spec import short_key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from photofind.catalog.tags import TagRow
    from photofind.catalog.texts import CaptionRow
    from photofind.cli.session import Session
    from photofind.domain import Capture, Photo, PhotoId

_NAME_WIDTH = 13
_FRACTIONS_BELOW_S = 0.35
"""A camera's display says 1/3, and then 0.4."""
SAID_BY = {
    TagSource.USER: "yours",
    TagSource.FILE: "from the file",
    TagSource.MODEL: "proposed",
}
"""Whose a tag is, for people."""


def show_info(session: Session, path: Path) -> None:
    """Prints all that is known of one photo.

    Raises:
        PhotofindError: the file is not among the photos that can be found (not_indexed), or can't
            be searched (its problem's code).
    """
    with CatalogReader(session.folders) as reader:
        photo_id = find_photo(reader, path)
        with reader.snapshot() as snapshot:
            photo = read_photos(snapshot, [photo_id])[photo_id]
            tags = read_tags(snapshot, [photo_id]).get(photo_id, ())
            said = Said(
                read_captions(snapshot, [photo_id]).get(photo_id, ()),
                read_answers(snapshot, [photo_id]).get(photo_id, ()),
                read_text_in(snapshot, photo_id),
            )
    if session.output.as_json:
        session.output.document({**info_document(photo, tags), **said_document(said)})
        return
    for name, value in _lines(photo, tags, said):
        session.output.line(f"{name:<{_NAME_WIDTH}}{value}")


def find_photo(reader: CatalogReader, path: Path) -> PhotoId:
    """The photo at a path.

    Raises:
        PhotofindError: as `show_info`.
    """
    with reader.snapshot() as snapshot:
        photo_id = find_photo_at(snapshot, path)
        problems = [] if photo_id is not None else read_problems(snapshot)
    if photo_id is not None:
        return photo_id
    for problem in problems:
        if problem.path == path:
            raise PhotofindError(problem.code, "{path}: {reason}", path=path, reason=problem.reason)
    if not os.path.lexists(path):
        raise PhotofindError("not_indexed", f"There is no file {path}. Check its name.")
    raise PhotofindError(
        "not_indexed", f"{path} is not indexed. Index its folder first: photofind index FOLDER"
    )


def _lines(photo: Photo, tags: Sequence[TagRow], said: Said) -> list[tuple[str, str]]:
    """What is known, in lines of a name and a value; what is not known is left out."""
    capture = photo.capture
    pixels = f"{photo.width:,} × {photo.height:,} pixels" if photo.width and photo.height else ""
    lines = [
        ("file", str(first_existing(photo.paths))),
        *(("also at", str(path)) for path in photo.paths if path != first_existing(photo.paths)),
        *(("part", f"{part['path']} ({part['kind']})") for part in parts_document(photo)),
        ("title", photo.title or ""),
        ("description", (photo.description or "") if photo.description != photo.title else ""),
        *(("comment", each) for each in photo.comments),
        ("people", ", ".join(photo.people)),
        ("location", ", ".join(photo.location)),
        ("rating", _rating(photo.rating)),
        ("favourite", "yes" if photo.favourite else ""),
        ("picked", "yes" if photo.flag is Flag.PICK else ""),
        ("rejected", "yes" if photo.flag is Flag.REJECT else ""),
        *(("note", line) for line in photo.note.splitlines()),
        ("taken", _taken(capture)),
        ("camera", capture.camera or ""),
        ("lens", capture.lens or ""),
        ("exposure", _exposure(capture)),
        ("place", _place(capture)),
        ("picture", ", ".join(filter(None, (photo.format, pixels, _size(photo.byte_size))))),
        ("tags", ", ".join(f"{tag.label} ({SAID_BY[tag.source]})" for tag in tags)),
        *(("caption", f"{each.text} ({_writer(each)})") for each in said.captions),
        *(
            ("question", f"{each.question} {each.answer} ({short_key(each.model)})")
            for each in said.answers
        ),
        *(("text", line) for line in ("" if said.text is None else said.text.text).splitlines()),
        ("sha256", photo.sha256.hex()),
    ]
    return [(name, value) for name, value in lines if value]


def _rating(rating: int | None) -> str:
    return f"{rating} of 5" if rating is not None and rating > 0 else ""


def _taken(capture: Capture) -> str:
    moment = (capture.taken_at() or "").replace("T", " ")
    by_name = moment and capture.taken_source is TakenSource.FILE_NAME
    return f"{moment} (from the file's name)" if by_name else moment


def _exposure(capture: Capture) -> str:
    exposure = capture.exposure
    if exposure is None:
        return ""
    seconds, parts = exposure.seconds, []
    if exposure.f_number:
        parts.append(f"f/{exposure.f_number:.3g}")
    if seconds:
        fraction = seconds < _FRACTIONS_BELOW_S
        parts.append(f"1/{round(1 / seconds)} s" if fraction else f"{seconds:.3g} s")
    if exposure.iso:
        parts.append(f"ISO {exposure.iso}")
    if exposure.focal_mm:
        parts.append(f"{exposure.focal_mm:.4g} mm")
    if exposure.focal_35mm and exposure.focal_35mm != exposure.focal_mm:
        parts.append(f"like {exposure.focal_35mm:.4g} mm on full frame")
    return ", ".join(parts)


def _place(capture: Capture) -> str:
    if capture.latitude is None or capture.longitude is None:
        return ""
    return f"{capture.latitude:.6f}, {capture.longitude:.6f}"


def _size(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{max(1, round(size / 1e3))} kB"


def _writer(caption: CaptionRow) -> str:
    if not caption.model:
        return "yours"
    model = short_key(caption.model)
    if caption.edited:
        return f"{model}, changed by you"
    return f"{model}, accepted by you" if caption.accepted else model
