"""A place that owes an answer keeps nobody waiting."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from photofind.domain import FolderError
from photofind.media.answering import Questions

SERVER, HERE = Path("/mnt/server"), Path("/home")
_PATIENCE_S = 30.0


def test_answers_and_errors_are_passed_on() -> None:
    def fail() -> None:
        raise PermissionError(13, "no")

    questions = Questions()
    assert questions.ask(HERE, lambda: 5) == 5
    with pytest.raises(PermissionError):
        questions.ask(HERE, fail)


def test_who_does_not_answer_is_left_and_not_asked_again_until_then() -> None:
    questions = Questions()
    answers = threading.Event()
    asked = []

    def hang() -> str:
        asked.append(1)
        answers.wait(_PATIENCE_S)
        return "late"

    for _ in range(3):
        with pytest.raises(FolderError, match="doesn't answer") as caught:
            questions.ask(SERVER, hang, patience_s=0.01)
        assert caught.value.code == "folder_stalled"
    assert len(asked) == 1
    assert questions.ask(HERE, lambda: "others go on") == "others go on"
    answers.set()
    for thread in threading.enumerate():
        if thread.name == "answering":
            thread.join(_PATIENCE_S)
    assert questions.ask(SERVER, lambda: "back") == "back"
