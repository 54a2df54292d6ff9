"""What a model server can answer, by the real program: it runs on the person's own computer, but
what it says is nobody's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.unit.describe.stand_in_server import Behaviour, serving

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.program import Program

_STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
_DOCUMENT = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"


class Endless(bytes):
    again = b"\n"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (_DOCUMENT + b"[" * 200_000, "server_bad"),
        (_STREAM + b"data: " + b"[" * 200_000 + b"\n\n", "server_bad"),
        (Endless(_STREAM), "server_bad"),
        (_STREAM + b'data: {"error": {"message": "<img src=x> \\ud800 \\u202e"}}\n\n',
         "server_refused"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_the_servers_fault(
    program: Program, photos: Path, raw: bytes, code: str
) -> None:
    program.document("index", photos)
    with serving(Behaviour(raw=raw)) as address:
        _choose(program, address)
        done = program.run("ask", photos / "photo 1.jpg", "how", "many?", "--model", "server")
        problems = program.document("problems")["problems"]
    assert done.code == 1
    assert "server" in done.err
    assert "Something went wrong with this photo" not in done.err
    assert [problem["code"] for problem in problems] in ([], [code])


def test_an_answer_with_half_a_character_is_kept_once(program: Program, photos: Path) -> None:
    """It ended the worker before it was sent, and was stored again by the next one."""
    program.document("index", photos)
    photo = photos / "photo 1.jpg"
    said = b'data: {"choices": [{"delta": {"content": "two \\ud800 \\u0000dogs\\u202e"}}]}\n\n'
    behaviour = Behaviour(raw=_STREAM + said + b"data: [DONE]\n\n")
    with serving(behaviour) as address:
        _choose(program, address)
        answer = program.document("ask", photo, "how many?", "--model", "server")
        program.document("caption", photo, "--model", "server")
    assert len(behaviour.requests) == 2
    assert answer["answer"] == "two \ufffd dogs"
    kept = program.document("info", photo)
    assert "two \ufffd dogs" in json.dumps(kept, ensure_ascii=False)


def _choose(program: Program, address: str) -> None:
    program.folders.config.mkdir(parents=True, exist_ok=True)
    settings = {"model_server": address, "server_model": "llava:7b"}
    program.folders.settings.write_text(json.dumps(settings))
