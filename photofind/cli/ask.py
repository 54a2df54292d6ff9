"""`photofind ask`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.cli.description_documents import answer_document
from photofind.cli.progress import choose_display
from photofind.cli.work import connected
from photofind.worker.description_messages import AskFile

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.cli.session import Session


def ask_about(session: Session, path: Path, question: str, model: str) -> None:
    """Prints what a model answers.

    Raises:
        PhotofindError: there is no model, the file can't be read, or the question is none.
    """
    with (
        choose_display(session.output) as display,
        connected(session, display, stopped="Stopped. Nothing was answered.") as client,
    ):
        command = AskFile(path=path, question=question, model=model)
        answer = client.request(command)
    if session.output.as_json:
        session.output.document(answer_document(path, question, answer))
    else:
        session.output.line(answer.answer)
