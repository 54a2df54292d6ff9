from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from photofind.cli.documents import (
    first_existing,
    hit_document,
    parts_document,
    problems_document,
    report_document,
    search_document,
    taken_at,
)
from photofind.domain import (
    Capture,
    ContentId,
    Hit,
    IndexReport,
    MediaCode,
    Photo,
    PhotoId,
    PhotoPart,
    Problem,
    TakenSource,
    Why,
    WhyKind,
)

WALL_MS = 1_553_166_264_000  # 2019-03-21T11:04:24 as if the clock showed UTC


def test_parts_say_what_they_are() -> None:
    shown = replace(
        photo(Path("/p/a.jpg")),
        parts=(PhotoPart(Path("/p/a.CR2"), 7), PhotoPart(Path("/p/a.MOV"), 8)),
    )
    assert parts_document(shown) == [
        {"path": "/p/a.CR2", "kind": "raw", "bytes": 7},
        {"path": "/p/a.MOV", "kind": "video", "bytes": 8},
    ]


def photo(*paths: Path, capture: Capture = Capture()) -> Photo:  # noqa: B008 (frozen)
    return Photo(
        id=PhotoId(1),
        content_id=ContentId(1),
        sha256=bytes(32),
        paths=paths,
        byte_size=1,
        format="JPEG",
        width=1,
        height=1,
        capture=capture,
    )


@pytest.mark.parametrize(
    ("capture", "text"),
    [
        (Capture(), None),
        (Capture(taken_at_ms=WALL_MS), "2019-03-21T11:04:24"),
        (Capture(taken_at_ms=WALL_MS + 999), "2019-03-21T11:04:24"),
        (Capture(taken_at_ms=WALL_MS, taken_offset_min=-480), "2019-03-21T11:04:24-08:00"),
        (Capture(taken_at_ms=WALL_MS, taken_offset_min=345), "2019-03-21T11:04:24+05:45"),
        (Capture(taken_at_ms=WALL_MS, taken_offset_min=0), "2019-03-21T11:04:24+00:00"),
        (Capture(taken_at_ms=-1), "1969-12-31T23:59:59"),
        (Capture(taken_at_ms=WALL_MS, taken_source=TakenSource.FILE_TIME), None),
        (Capture(taken_at_ms=10**17), None),
        (Capture(taken_at_ms=-(10**17)), None),
        (Capture(taken_at_ms=WALL_MS, taken_offset_min=100_000), None),
    ],
)
def test_taken_at_is_wall_time_with_the_offset_only_if_known(
    capture: Capture, text: str | None
) -> None:
    assert taken_at(capture) == text


def test_the_path_shown_is_the_first_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "here.jpg").touch()
    paths = (tmp_path / "gone.jpg", tmp_path / "here.jpg")
    assert first_existing(paths) == tmp_path / "here.jpg"
    assert first_existing(paths[:1]) == tmp_path / "gone.jpg"


def test_hits_say_where_how_well_when_and_why() -> None:
    hit = Hit(PhotoId(1), ContentId(1), 0.75, True, (Why(WhyKind.TAG, 0.5, "dog"),))
    assert hit_document(hit, photo(Path("/a.jpg"), Path("/b.jpg"))) == {
        "path": str(Path("/a.jpg")),
        "paths": [str(Path("/a.jpg")), str(Path("/b.jpg"))],
        "parts": [],
        "score": 0.75,
        "relevant": True,
        "taken_at": None,
        "why": [{"kind": "tag", "score": 0.5, "text": "dog"}],
    }


def test_a_search_document_without_hits_is_complete() -> None:
    assert search_document("x", "basic", 1.23456, []) == {
        "query": "x",
        "model": "basic",
        "elapsed_ms": 1.235,
        "hits": [],
    }


def test_reports_have_every_count_and_problems_without_attempts() -> None:
    problem = Problem(Path("/bad.jpg"), MediaCode.UNREADABLE, "It is damaged.", 2)
    document = report_document(IndexReport(new=3, failed=1, elapsed_s=0.5, problems=(problem,)))
    assert list(document) == [
        "new",
        "changed",
        "unchanged",
        "moved",
        "copies",
        "missing",
        "failed",
        "ignored",
        "videos",
        "online_only",
        "excluded",
        "elapsed_s",
        "images_per_s",
        "problems",
    ]
    assert document["problems"] == [
        {"path": str(Path("/bad.jpg")), "code": "unreadable", "reason": "It is damaged."}
    ]
    assert problems_document([problem]) == {
        "problems": [
            {
                "path": str(Path("/bad.jpg")),
                "code": "unreadable",
                "reason": "It is damaged.",
                "attempts": 2,
                "tried": "index",
                "question": None,
            }
        ]
    }
