"""What `photofind problems` and `photofind status` say of models that failed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.files import mark_missing
from photofind.catalog.jobs import Priority, add_jobs, fail_job, find_next_job
from photofind.catalog.status import CatalogStatus
from photofind.cli import status
from photofind.cli.app import run_command
from photofind.cli.arguments import parse
from photofind.describe.job_params import (
    AnswerParams,
    CaptionOptions,
    params_to_json,
)
from photofind.domain import FileId, JobKind
from photofind.paths import app_folders
from photofind.sentences import Sentence
from tests.plugins.catalog import read, write
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
    content = library.content_id("A")
    for kind, params in (
        (JobKind.CAPTION, CaptionOptions()),
        (JobKind.ANSWER, AnswerParams(question="how many dogs?")),
    ):
        write(
            library.writer, add_jobs, kind, [content], params_to_json(params), Priority.BACKGROUND
        )
        job = read(library.reader, find_next_job, [kind])
        assert job is not None
        write(library.writer, fail_job, job.id, "too_large", Sentence("The picture is too large."))
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
    write(failed.writer, mark_missing, [FileId(1)], 1)
    run_command(parse(["problems", "--json"]), failed.folders)
    assert json.loads(capsys.readouterr().out) == {"problems": []}


def test_every_line_of_the_status_is_about_a_count() -> None:
    nothing = CatalogStatus(
        photos=0, ready=0, pending=0, failed=0, missing=0, offline=0, model=None, folders=()
    )
    told = {*nothing.counts(), "problems", "failed_jobs", "online_only", "videos"}
    in_the_first_line_or_among_problems = {"photos", "ready", "failed", "preview_only"}
    assert set(status._LINES) == told - in_the_first_line_or_among_problems
