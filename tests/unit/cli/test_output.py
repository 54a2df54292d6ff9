from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from photofind.cli.output import Output, file_link, printable, to_json
from photofind.domain import PhotofindError


def test_undecodable_bytes_are_escapes_in_json() -> None:
    path = os.fsdecode(b"caf\xe9.jpg")
    document = to_json({"path": path})
    assert document == '{"path": "caf\\udce9.jpg"}'
    assert os.fsencode(json.loads(document)["path"]) == b"caf\xe9.jpg"


def test_json_is_one_line_of_ascii() -> None:
    text = to_json({"path": "ภาพ\n😀"})
    assert text.isascii()
    assert "\n" not in text


def test_json_refuses_what_is_no_json_number() -> None:
    with pytest.raises(ValueError, match="JSON"):
        to_json({"score": float("nan")})


def test_control_characters_and_undecodable_bytes_never_reach_a_terminal() -> None:
    assert printable("a\x1b[2Jb\nc\udce9d ภาพ") == "a�[2Jb�c�d ภาพ"


def test_errors_are_sentences_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    Output(as_json=False).error("folder_missing", "There is no folder x.")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "photofind: There is no folder x.\n"


def test_errors_are_documents_with_json(capsys: pytest.CaptureFixture[str]) -> None:
    Output(as_json=True).error("folder_missing", "There is no folder x.")
    captured = capsys.readouterr()
    assert json.loads(captured.out) == {
        "error": {"code": "folder_missing", "message": "There is no folder x."}
    }
    assert captured.err == ""


def test_remarks_stay_out_of_what_is_piped_on(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output(as_json=False)
    output.remark("Nothing found.")
    output.line("a", "b")
    captured = capsys.readouterr()
    assert captured.out == "a\tb\n"
    assert captured.err == "Nothing found.\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_result_that_cannot_be_written_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr("sys.stdout", full)
        with pytest.raises(PhotofindError, match="could not be written"):
            Output(as_json=True).document({"photos": 1})


def test_links_are_file_addresses(tmp_path: Path) -> None:
    assert file_link(tmp_path / "a b.jpg").endswith("/a%20b.jpg")
    assert file_link(tmp_path / os.fsdecode(b"caf\xe9.jpg")).endswith("/caf%E9.jpg")
    assert file_link(Path("relative.jpg")) == ""
