"""Hands a job to the worker and shows how it goes."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

from photofind.cli.exits import InterruptedByPersonError
from photofind.cli.progress import choose_display
from photofind.domain import PhotofindError
from photofind.settings import read_settings
from photofind.worker.client import WorkerClient
from photofind.worker.messages import (
    FinishBackground,
    IndexingProgress,
    Notice,
    PhotosReady,
    Watch,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from photofind.cli.progress import ProgressDisplay
    from photofind.cli.session import Session
    from photofind.domain import IndexReport
    from photofind.worker.messages import AddFolders, Event, Rescan
    from photofind.worker.wire import AnswerT, BaseCommand, Done, JobFinished


def run_job(session: Session, command: BaseCommand[JobFinished]) -> IndexReport:
    """Has the worker index until done, showing its progress on standard error.

    Raises:
        InterruptedByPersonError: Ctrl-C.
        PhotofindError: the job could not be done.
    """
    require_not_paused(session)
    with choose_display(session.output) as display, connected(session, display) as client:
        answer = client.request(command)
    return answer.report


def index_to_the_end(
    session: Session, command: AddFolders | Rescan, show_report: Callable[[IndexReport], None]
) -> None:
    """Has the worker index until every photo can be found, then until all is perfect: previews
    are replaced by whole pictures, and indexes of other models are complete.

    Args:
        show_report: called once, when every photo can be found.

    Raises:
        InterruptedByPersonError: Ctrl-C.
        PhotofindError: the job could not be done.
    """
    require_not_paused(session)
    stopped = "Stopped. What is indexed can be found; `photofind index` continues from there."
    with (
        choose_display(session.output) as display,
        connected(session, display, stopped=stopped) as client,
    ):
        answer = client.request(command)
        show_report(answer.report)
        try:
            client.request(FinishBackground())
        except PhotofindError as error:
            # The report was given: what could not be perfected is no failure of it.
            display.notice(error.user_message)


def watch_folders(
    session: Session, command: AddFolders | Rescan, show_report: Callable[[IndexReport], None]
) -> None:
    """Has the worker index, then notice changes until Ctrl-C.

    Args:
        show_report: called once, after the first indexing.

    Raises:
        PhotofindError: the job could not be done.
    """
    require_not_paused(session)
    watching = threading.Event()

    def hear(event: Event) -> None:
        if isinstance(event, PhotosReady) and watching.is_set():
            display.notice(f"{len(event.content_ids)} more can be found now.")

    with choose_display(session.output) as display, connected(session, display, hear) as client:
        answer = client.request(command)
        show_report(answer.report)
        client.request(Watch())
        watching.set()
        display.notice("Watching for changes. Ctrl-C ends it.")
        with contextlib.suppress(KeyboardInterrupt):
            while not client.wait_until_lost(timeout_s=1.0):
                pass


def require_not_paused(session: Session) -> None:
    """Else a script would wait until somebody resumes it.

    Raises:
        PhotofindError: paused.
    """
    if read_settings(session.folders).paused:
        raise PhotofindError(
            "paused",
            "Indexing is paused. Resume it with `photofind resume`, then try again."
            " Nothing was changed.",
        )


def carry_out(session: Session, command: BaseCommand[Done], *, shows_progress: bool = False) -> int:
    """Has the worker carry out something that, as a rule, takes no time worth showing.

    Args:
        shows_progress: it does take time.

    Returns:
        How many photos it concerned, of commands that say so.

    Raises:
        InterruptedByPersonError: Ctrl-C.
        PhotofindError: it could not be done.
    """
    return run_request(session, command, shows_progress=shows_progress).count


def run_request(
    session: Session, command: BaseCommand[AnswerT], *, shows_progress: bool = False
) -> AnswerT:
    """As `carry_out`, of a command with an answer of its own."""
    # Whatever else the worker is doing (or has paused) says nothing about this command.
    with (
        choose_display(session.output) as display,
        connected(session, display, shows_progress=shows_progress) as client,
    ):
        return client.request(command)


@contextlib.contextmanager
def connected(
    session: Session,
    display: ProgressDisplay,
    hear: Callable[[Event], None] | None = None,
    stopped: str = "Stopped. What is indexed so far can be found; `photofind index` continues from"
    " there.",
    *,
    shows_progress: bool = True,
) -> Iterator[WorkerClient]:
    """A client whose progress and notices are shown.

    Args:
        hear: told every event first, on the client's thread.
        stopped: said after Ctrl-C, when the worker ends as well.
        shows_progress: else notices alone.
    """

    def show(event: Event) -> None:
        if hear is not None:
            hear(event)
        match event:
            case IndexingProgress(progress=progress) if shows_progress:
                display.update(progress)
            case Notice(sentence=sentence):
                display.notice(str(sentence))
            case _:
                pass

    client = WorkerClient(
        session.folders, show, on_silence=lambda sentence: display.warning(str(sentence))
    )
    try:
        client.start()
        yield client
    except KeyboardInterrupt:
        if client.owns_worker:
            said = stopped
        elif client.is_unresponsive:
            said = (
                "No longer waiting. photofind's background process may still do it once it goes on."
            )
        else:
            said = "No longer waiting; the photofind that is running continues with it."
        raise InterruptedByPersonError(said) from None
    finally:
        client.close()
