"""photofind/__main__.py: which way a start goes, and what becomes of errors."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from photofind.__main__ import run

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.paths import AppFolders


@pytest.fixture(autouse=True)
def _hooks_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    """run() changes these for its whole process, which here goes on."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(logging, "raiseExceptions", logging.raiseExceptions)


def install_window(monkeypatch: pytest.MonkeyPatch, module: ModuleType | None) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setitem(sys.modules, "photofind.gui.app", module)


def test_folders_open_the_window_on_them(
    tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    window = ModuleType("photofind.gui.app")

    def run_window(folders: AppFolders, add: list[Path]) -> int:
        calls.append((folders.data, add))
        return 0

    window.run = run_window  # type: ignore[attr-defined]
    install_window(monkeypatch, window)
    assert run([str(tmp_path)]) == 0
    assert calls == [(data_dir, [tmp_path])]


def test_a_window_that_qt_cannot_open_is_explained(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class MissingLibrary(ModuleType):
        def __getattr__(self, name: str) -> object:
            message = "libEGL.so.1: cannot open shared object file"
            raise ImportError(message, name="PySide6.QtGui")

    install_window(monkeypatch, MissingLibrary("photofind.gui.app"))
    assert run([]) == 1
    error = capsys.readouterr().err
    assert "libEGL.so.1" in error
    assert "packaging/run.py" in error
    assert "Traceback" not in error


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a screen")
def test_without_a_screen_the_commands_are_pointed_to(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert run([]) == 1
    assert "no screen" in capsys.readouterr().err


@pytest.mark.expects_log("a bug ended the program")
def test_a_bug_is_a_sentence_for_people_and_a_traceback_in_the_log(
    data_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: object) -> None:
        raise KeyError("stumbled")

    monkeypatch.setattr("photofind.cli.app.run_command", stumble)
    assert run(["status", "--json"]) == 1
    captured = capsys.readouterr()
    error = json.loads(captured.out)["error"]
    assert error["code"] == "internal"
    assert "bug of its own" in error["message"]
    log = data_dir / "logs" / "photofind.log"
    assert str(log) in error["message"]
    assert "in stumble" in log.read_text()
    assert captured.err == ""


def test_ctrl_c_is_no_bug(
    data_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("photofind.cli.app.run_command", interrupt)
    assert run(["status"]) == 130
    assert capsys.readouterr().err == "photofind: Stopped.\n"
    assert not data_dir.exists()


@pytest.mark.parametrize(
    "words", [["status", "--bogus"], ["folders", "add"], ["search", "x", "--limit", "-1"]]
)
def test_wrong_use_is_one_sentence_and_exit_code_2(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("photofind: ")
    assert len(captured.err.splitlines()) == 1
    assert "--help` says what is possible" in captured.err
    assert run([*words, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "usage"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["search", "x", "--limit", "many"], "--limit takes a whole number, 1 or more."),
        (["battery", "never"], "`photofind battery` takes slower, pause or full."),
    ],
)
def test_a_wrong_value_is_told_in_our_own_words(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 2
    assert capsys.readouterr().err.startswith(f"photofind: {sentence} ")


def test_help_names_the_window_and_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    text = capsys.readouterr().out
    for word in ("[FOLDER ...]", "index", "search", "similar", "status", "problems", "eval"):
        assert word in text
    assert run(["--help", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["help"].split() == text.split()


@pytest.mark.parametrize("group", [[], ["folders"], ["models"]])
def test_no_sentence_about_a_command_is_cut_off(
    group: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*group, "--help"]) == 0
    commands = capsys.readouterr().out.partition("Commands:")[2].splitlines()
    assert len(commands) > 5
    assert [line for line in commands if line.endswith("...")] == []


@pytest.mark.parametrize(
    ("statement", "unwanted"),
    [
        ("import photofind.__main__", "typer rich numpy PySide6 onnxruntime PIL sqlite3"),
        ("import photofind.cli.app", "rich numpy PySide6 onnxruntime PIL sqlite3"),
        ("import photofind.cli.status", "rich PySide6 onnxruntime PIL sqlite_utils tokenizers"),
        (
            "import photofind.gui.program",
            "rich typer onnxruntime tokenizers photofind.network photofind.inference.installing",
        ),
    ],
)
def test_starting_imports_nothing_slow_that_is_not_needed(statement: str, unwanted: str) -> None:
    code = f"import sys; {statement}; print(*(set({unwanted.split()}) & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
