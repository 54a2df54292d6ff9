"""Lists of photos for other programs."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from photofind.catalog.texts import edit_caption, write_caption
from photofind.describe.photo_export import ExportRow, read_export_rows, to_csv, to_html, to_json
from photofind.domain import TextId
from tests.plugins.catalog import write

if TYPE_CHECKING:
    from photofind.domain import PhotoId
    from tests.unit.describe.made_up import Desk

ROW = ExportRow(
    path="/photos/=1 & 2.jpg",
    caption='a "fine" day <b>',
    caption_by="blip-base@1",
    tags=("sea", "boat"),
    title="",
    description="",
    rating=4,
    taken_at="2024-05-01T10:00:00",
    camera="",
    latitude=-13.5,
    longitude=None,
    width=40,
    height=30,
)


def test_a_table_has_a_line_a_photo_and_no_formulas() -> None:
    text = to_csv([replace(ROW, caption="=1+1"), ROW])
    header, first, second = csv.reader(io.StringIO(text))
    record = dict(zip(header, first, strict=True))
    assert record["path"] == "/photos/=1 & 2.jpg"
    assert record["caption"] == "'=1+1", "a spreadsheet must not compute what a stranger wrote"
    assert (record["latitude"], record["longitude"]) == ("-13.5", "")
    assert record["tags"] == "sea; boat"
    assert second[header.index("caption")] == 'a "fine" day <b>'


def test_json_keeps_every_field() -> None:
    (record,) = json.loads(to_json([ROW]))
    assert record["tags"] == ["sea", "boat"]
    assert record["rating"] == 4


def test_html_is_safe_whatever_the_caption_says() -> None:
    assert to_html([ROW, replace(ROW, width=0)]).splitlines() == [
        (
            '<img src="%3D1%20%26%202.jpg" alt="a &quot;fine&quot; day &lt;b&gt;"'
            ' width="40" height="30">'
        ),
        '<img src="%3D1%20%26%202.jpg" alt="a &quot;fine&quot; day &lt;b&gt;">',
    ]


def test_a_persons_caption_goes_before_a_models(desk: Desk) -> None:
    content = desk.add("a.jpg")
    photo_id: PhotoId = desk.photo_of(content)
    desk.queue_captions([content])
    desk.describer.start()
    text_id = TextId(desk.ears.next().number or 0)
    (row,) = read_export_rows(desk.reader, [photo_id])
    assert (row.caption, row.caption_by) == ("a picture", "small@test")
    write(desk.writer, write_caption, photo_id, "our kitchen")
    write(desk.writer, edit_caption, text_id, "a red kitchen")
    (row,) = read_export_rows(desk.reader, [photo_id])
    assert (row.caption_by, row.path) == ("", str(desk.root / "a.jpg"))
    assert row.caption in {"our kitchen", "a red kitchen"}
