"""Has the worker look at files one after the other; one that can't be done doesn't end the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.cli.progress import choose_display
from photofind.cli.work import connected
from photofind.domain import PhotofindError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from photofind.cli.session import Session
    from photofind.worker.wire import AnswerT, BaseCommand


def ask_each(
    session: Session,
    paths: Sequence[Path],
    command: Callable[[Path], BaseCommand[AnswerT]],
    *,
    fatal: Collection[str],
    stopped: str,
) -> Iterator[tuple[Path, AnswerT | PhotofindError]]:
    """Sends a command for each file and yields its answer, or why there is none.

    An error is told to a person at once.

    Args:
        fatal: codes of errors that every other file would end with too.
        stopped: said after Ctrl-C.

    Raises:
        PhotofindError: a fatal one, or none of the files could be done; then the first.
    """
    errors: list[PhotofindError] = []
    with (
        choose_display(session.output) as display,
        connected(session, display, stopped=stopped) as client,
    ):
        for path in paths:
            try:
                answer = client.request(command(path))
            except PhotofindError as error:
                if error.code in fatal or len(paths) == 1:
                    raise
                errors.append(error)
                if not session.output.as_json:
                    session.output.error(error.code, f"{path}: {error.user_message}")
                yield path, error
            else:
                yield path, answer
    if len(errors) == len(paths):
        raise errors[0]
