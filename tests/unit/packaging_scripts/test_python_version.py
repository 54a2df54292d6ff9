from __future__ import annotations

import shutil
import sys

import pytest
import python_version


def test_this_python_is_new_enough() -> None:
    python_version.require_python()


@pytest.mark.parametrize(
    ("found", "advice"),
    [("python3.12", "run python3.12 packaging/run.py"), ("none", "Install a newer one")],
)
def test_old_python_is_refused(monkeypatch: pytest.MonkeyPatch, found: str, advice: str) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 13, "final", 0))
    monkeypatch.setattr(sys, "argv", ["packaging/run.py"])
    monkeypatch.setattr(shutil, "which", lambda name: name if name == found else None)
    with pytest.raises(SystemExit) as caught:
        python_version.require_python()
    assert "3.11 or newer; this is Python 3.10." in str(caught.value)
    assert advice in str(caught.value)
