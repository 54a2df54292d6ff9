"""A place that owes an answer keeps nobody waiting."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from photofind.domain import FolderError
from photofind.media.timeouts import TimedCalls
from tests.plugins.patience import PATIENCE_S

SERVER, HERE = Path("/mnt/server"), Path("/home")


def test_answers_and_errors_are_passed_on() -> None:
    def fail() -> None:
        raise PermissionError(13, "no")

    questions = TimedCalls()
    assert questions.call(HERE, lambda: 5) == 5
    with pytest.raises(PermissionError):
        questions.call(HERE, fail)


def test_who_does_not_answer_is_left_and_not_asked_again_until_then() -> None:
    questions = TimedCalls()
    answers = threading.Event()
    asked = []

    def hang() -> str:
        asked.append(1)
        answers.wait(PATIENCE_S)
        return "late"

    for _ in range(3):
        with pytest.raises(FolderError, match="isn't responding") as caught:
            questions.call(SERVER, hang, patience_s=0.01)
        assert caught.value.code == "folder_stalled"
    assert len(asked) == 1
    assert questions.call(HERE, lambda: "others go on") == "others go on"
    answers.set()
    for thread in threading.enumerate():
        if thread.name == "answering":
            thread.join(PATIENCE_S)
    assert questions.call(SERVER, lambda: "back") == "back"
