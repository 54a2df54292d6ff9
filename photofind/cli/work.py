"""Hands a job to the worker and shows how it goes."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from photofind.cli.exits import InterruptedByPersonError
from photofind.cli.progress import choose_display
from photofind.worker.client import WorkerClient
from photofind.worker.messages import JobFinished, Notice, Progress, report_from_wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from photofind.cli.progress import ProgressDisplay
    from photofind.cli.session import Session
    from photofind.domain import IndexReport
    from photofind.worker.messages import AddFolders, Event, RemoveFolder, Rescan


def run_job(session: Session, command: AddFolders | Rescan) -> IndexReport:
    """Has the worker index until done, showing its progress on standard error.

    Raises:
        InterruptedByPersonError: Ctrl-C.
        PhotofindError: the job could not be done.
    """
    with choose_display(session.output) as display, _connected(session, display) as client:
        answer = client.request(command)
    assert isinstance(answer, JobFinished)
    return report_from_wire(answer.report)


def run_order(session: Session, command: RemoveFolder) -> None:
    """Has the worker carry out something that takes no time worth showing.

    Raises:
        InterruptedByPersonError: Ctrl-C.
        PhotofindError: it could not be done.
    """
    with choose_display(session.output) as display, _connected(session, display) as client:
        client.request(command)


@contextlib.contextmanager
def _connected(session: Session, display: ProgressDisplay) -> Iterator[WorkerClient]:
    def show(event: Event) -> None:
        match event:
            case Progress():
                display.update(event)
            case Notice(message=message):
                display.notice(message)
            case _:
                pass

    client = WorkerClient(session.folders, show)
    try:
        client.start()
        yield client
    except KeyboardInterrupt:
        raise InterruptedByPersonError(
            "Stopped. What is indexed so far can be found; `photofind index` goes on from there."
            if client.owns_worker
            else "No longer waiting; the photofind that is running goes on with it."
        ) from None
    finally:
        client.close()
