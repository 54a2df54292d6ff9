"""What `photofind problems` and `photofind status` say of models that failed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.description_rows import Urgency
from photofind.cli.app import run_command
from photofind.cli.arguments import parse
from photofind.describe.orders import ANSWER, CAPTION, AnswerOrder, CaptionOrder, order_to_text
from photofind.domain import FileId
from photofind.paths import app_folders
from tests.unit.catalog.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(app_folders(tmp_path / "data"), tmp_path / "photos")
    library.add("a.jpg", "A")
    yield library
    library.close()


@pytest.fixture
def failed(library: Library) -> Library:
    """A photo that could not be described, and about which a question was not answered."""
    jobs, content = library.writer.descriptions, library.content_id("A")
    for kind, order in (
        (CAPTION, CaptionOrder()),
        (ANSWER, AnswerOrder(question="how many dogs?")),
    ):
        jobs.add_jobs(kind, [content], order_to_text(order), Urgency.BACKGROUND)
        job = library.reader.descriptions.next_job([kind])
        assert job is not None
        jobs.fail_job(job.id, "too_large", "The picture is too large.")
    return library


def test_problems_list_what_models_could_not_do(
    failed: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    run_command(parse(["problems", "--json"]), failed.folders)
    path = str(failed.root / "a.jpg")
    same = {"path": path, "code": "too_large", "reason": "The picture is too large.", "attempts": 1}
    assert json.loads(capsys.readouterr().out) == {
        "problems": [
            {**same, "tried": "caption", "question": None},
            {**same, "tried": "ask", "question": "how many dogs?"},
        ]
    }
    run_command(parse(["problems"]), failed.folders)
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        f"{path}: not described. The picture is too large.",
        f"{path}: “how many dogs?” was not answered. The picture is too large.",
    ]
    assert "`photofind ask FILE QUESTION`, `photofind caption FILE`" in said.err
    run_command(parse(["status"]), failed.folders)
    assert "Descriptions that failed: 2 (" in capsys.readouterr().out


def test_a_photo_that_is_gone_is_no_problem(
    failed: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    failed.writer.mark_missing([FileId(1)], 1)
    run_command(parse(["problems", "--json"]), failed.folders)
    assert json.loads(capsys.readouterr().out) == {"problems": []}
