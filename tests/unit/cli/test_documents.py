from __future__ import annotations

import re
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from photofind.catalog.status import CatalogStatus
from photofind.cli.documents import (
    first_existing,
    hit_document,
    parts_document,
    problems_document,
    report_document,
    search_document,
    status_document,
)
from photofind.domain import (
    Box,
    Capture,
    ContentId,
    DatePrecision,
    Hit,
    IndexReport,
    MediaCode,
    Photo,
    PhotoId,
    PhotoPart,
    Problem,
    Region,
    RegionKind,
    TakenSource,
    Why,
    WhyKind,
)
from photofind.search.engine import SearchResult
from photofind.sentences import Sentence

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
        (Capture(taken_at_ms=WALL_MS, taken_precision=DatePrecision.DAY), "2019-03-21"),
        (Capture(taken_at_ms=WALL_MS, taken_precision=DatePrecision.MONTH), "2019-03"),
        (Capture(taken_at_ms=WALL_MS, taken_precision=DatePrecision.YEAR), "2019"),
    ],
)
def test_taken_at_is_wall_time_with_the_offset_only_if_known(
    capture: Capture, text: str | None
) -> None:
    assert capture.taken_at() == text


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
        "why": [{"kind": "tag", "score": 0.5, "text": "dog", "region": None}],
    }


@pytest.mark.parametrize(
    ("region", "document"),
    [
        (Region(), None),
        (
            Region(RegionKind.FACE, Box(0.5, 0, 0.25, 1)),
            {"kind": "face", "box": [0.5, 0.0, 0.25, 1.0], "at_ms": None},
        ),
        (Region(RegionKind.FRAME, at_ms=61_500), {"kind": "frame", "box": None, "at_ms": 61_500}),
    ],
)
def test_a_hit_says_what_of_the_photo_fits(region: Region, document: object) -> None:
    hit = Hit(PhotoId(1), ContentId(1), 0.5, True, (Why(WhyKind.LOOKS, 0.5, region=region),))
    why = [{"kind": "looks", "score": 0.5, "text": "", "region": document}]
    assert hit_document(hit, photo(Path("/a.jpg")))["why"] == why


def test_a_search_document_without_hits_is_complete() -> None:
    result = SearchResult("x", "basic", 1.23456, (), 7, 2)
    assert search_document(result, "basic", []) == {
        "query": "x",
        "model": "basic",
        "elapsed_ms": 1.235,
        "total": 7,
        "relevant_total": 2,
        "remarks": [],
        "understood": [],
        "hits": [],
    }


def test_the_guide_lists_what_the_status_tells(repo_root: Path) -> None:
    status = CatalogStatus(1, 2, 3, 4, 5, 6, "basic", ())
    counts = {
        name: number
        for name, number in asdict(status).items()
        if isinstance(number, int) and name != "closed_folders"  # `problems` tells of these
    }
    document = status_document(status, "basic", paused=False)
    assert {name: document[name] for name in counts} == counts
    guide = (repo_root / "resources" / "guide" / "command-line.md").read_text(encoding="utf-8")
    (row,) = [line for line in guide.splitlines() if line.startswith("| `status` |")]
    assert re.findall(r'"(\w+)"', row) == list(document)


def test_reports_have_every_count_and_problems_without_attempts() -> None:
    problem = Problem(Path("/bad.jpg"), MediaCode.UNREADABLE, Sentence("It is damaged."), 2)
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
        "unfinished",
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
