from __future__ import annotations

import errno
import os

import pytest
from report import SetupError, exit_code_of


def _raising(error: BaseException) -> int:
    raise error


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (SetupError("Do this."), 1, "Do this."),
        (KeyboardInterrupt(), 130, "Stopped."),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/v/x"), 1, "The disk is full (/v/x)."),
        (PermissionError(errno.EACCES, "Permission denied", "/v"), 1, "can't be written to (/v)"),
        (OSError(errno.EROFS, "Read-only file system"), 1, "can't be written to"),
        (OSError(errno.EIO, "Input/output error", "/v"), 1, "Input/output error (/v)"),
    ],
)
def test_every_failure_is_a_sentence(
    capsys: pytest.CaptureFixture[str], error: BaseException, code: int, said: str
) -> None:
    assert exit_code_of(lambda: _raising(error)) == code
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.out == ""


def test_exit_code_is_handed_on() -> None:
    assert exit_code_of(lambda: 7) == 7


def test_bugs_are_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        exit_code_of(lambda: 1 // 0)
