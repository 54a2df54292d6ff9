from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from photofind.cli import work
from photofind.cli.exits import InterruptedByPersonError
from photofind.cli.output import Output
from photofind.cli.session import Session
from photofind.domain import Activity, FolderError, WorkProgress
from photofind.paths import app_folders
from photofind.sentences import Sentence
from photofind.worker.messages import IndexingProgress, Notice, RemoveFolder, Rescan

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.paths import AppFolders
    from photofind.worker.messages import Command, Event


class StandIn:
    """A client whose request ends as the test wants it to."""

    ending: BaseException
    owns_worker = True
    is_unresponsive = False
    closed = 0

    def __init__(
        self,
        folders: AppFolders,
        on_event: Callable[[Event], None],
        *,
        on_silence: Callable[[Sentence], None],
    ) -> None:
        self._on_event = on_event

    def start(self) -> None:
        self._on_event(
            IndexingProgress(progress=WorkProgress(activity=Activity.INDEXING, done=1, total=2))
        )
        self._on_event(Notice(code="worker_restarted", sentence=Sentence("It was started again.")))

    def request(self, command: Command) -> Event:
        raise self.ending

    def close(self) -> None:
        StandIn.closed += 1


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setattr(work, "WorkerClient", StandIn)
    monkeypatch.setattr(StandIn, "closed", 0)
    return Session(app_folders(tmp_path), Output(as_json=False))


@pytest.mark.parametrize(
    ("owns_worker", "is_unresponsive", "said"),
    [
        (True, False, "continues from there"),
        (False, False, "that is running continues"),
        (False, True, "may still do it"),
    ],
)
def test_ctrl_c_says_what_becomes_of_the_work(
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    owns_worker: bool,
    is_unresponsive: bool,
    said: str,
) -> None:
    monkeypatch.setattr(StandIn, "ending", KeyboardInterrupt(), raising=False)
    monkeypatch.setattr(StandIn, "owns_worker", owns_worker)
    monkeypatch.setattr(StandIn, "is_unresponsive", is_unresponsive)
    with pytest.raises(InterruptedByPersonError, match=said):
        work.run_job(session, Rescan())
    assert StandIn.closed == 1


def test_a_refusal_passes_through_and_the_client_leaves(
    session: Session, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refusal = FolderError("folder_unknown", "No.")
    monkeypatch.setattr(StandIn, "ending", refusal, raising=False)
    with pytest.raises(FolderError, match="No"):
        work.carry_out(session, RemoveFolder(path=Path("/x")))
    assert StandIn.closed == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    # What the worker is at is none of the order's business.
    assert captured.err.splitlines() == ["It was started again."]


def test_a_job_shows_how_far_it_is(
    session: Session, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(StandIn, "ending", FolderError("folder_unknown", "No."), raising=False)
    with pytest.raises(FolderError, match="No"):
        work.run_job(session, Rescan())
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["Indexing: 1 of 2", "It was started again."]
