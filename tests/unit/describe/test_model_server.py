"""The connection to a model server: where it goes, what it sends, and how it ends."""

from __future__ import annotations

import json
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest

from photofind.describe.model_server import ModelServer, ServerAddress, parse_address
from photofind.domain import PhotofindError
from photofind.inference.describing import Cancelled
from tests.plugins.patience import PATIENCE_S
from tests.unit.describe.stand_in_server import Behaviour, serving

if TYPE_CHECKING:
    from collections.abc import Callable


def ask(
    address: str,
    *,
    cancelled: Callable[[], bool] = lambda: False,
    silence_s: float = PATIENCE_S,
    parts: list[str] | None = None,
) -> str:
    server = ModelServer(parse_address(address), silence_s=silence_s)
    tell = (parts if parts is not None else []).append
    return server.chat("llava:7b", "how many?", b"JPEG", tell_part=tell, cancelled=cancelled)


def refusal(address: str, **options: Any) -> PhotofindError:
    with pytest.raises(PhotofindError) as caught:
        ask(address, **options)
    return caught.value


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("localhost:11434", ServerAddress("localhost", 11434, "/v1")),
        (" http://127.0.0.1:8080/ ", ServerAddress("127.0.0.1", 8080, "/v1")),
        ("http://[::1]:8080/api/v1/", ServerAddress("::1", 8080, "/api/v1")),
    ],
)
def test_addresses_are_read_as_people_write_them(written: str, address: ServerAddress) -> None:
    assert parse_address(written) == address


@pytest.mark.parametrize(
    "odd",
    [
        "",
        "https://localhost",
        "http://user:pw@localhost",
        "http://",
        "http://localhost:port",
    ],
)
def test_what_is_no_address_is_refused(odd: str) -> None:
    with pytest.raises(PhotofindError) as caught:
        ask(odd)
    assert caught.value.code == "server_address"


@pytest.mark.parametrize(
    "elsewhere", ["192.0.2.7:80", "[2001:db8::1]:80", "0.0.0.0:80", "my-server:80"]
)
def test_other_computers_are_never_asked(elsewhere: str) -> None:
    assert refusal(elsewhere).code == "server_address"


@pytest.mark.parametrize("places", [["192.0.2.7"], ["127.0.0.1", "192.0.2.7"]])
def test_a_name_counts_as_what_it_resolves_to(
    places: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", (place, 80)) for place in places]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    error = refusal("localhost:80")
    assert (error.code, "this computer only" in error.user_message) == ("server_address", True)


def test_an_answer_comes_in_parts_and_proxies_are_not_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    behaviour, parts = Behaviour(("<think>hm", "m</think>", "two ", "dogs")), list[str]()
    with serving(behaviour) as address:
        assert ask(address, parts=parts) == "two dogs"
        assert ModelServer(parse_address(address)).models() == ["llava:7b", "qwen2.5vl"]
    assert parts[-2:] == ["two", "two dogs"]
    assert "hm" not in "".join(parts)
    assert behaviour.words() == "how many?"
    assert behaviour.picture() == b"JPEG"
    assert (behaviour.requests[0]["model"], behaviour.requests[0]["stream"]) == ("llava:7b", True)
    assert not {"Authorization", "Cookie", "User-Agent", "Referer"} & set(behaviour.headers[0])


def test_a_server_may_answer_in_one_piece() -> None:
    with serving(Behaviour(streams=False)) as address:
        assert ask(address) == "two dogs"


@pytest.mark.parametrize(
    ("behaviour", "code", "said"),
    [
        (Behaviour(status=404, document={"error": {"message": "no such model"}}),
         "server_refused", "no such model"),
        (Behaviour(status=500, document={"error": "out of memory"}),
         "server_refused", "out of memory"),
        (Behaviour(status=503, document={"x": 1}), "server_refused", "HTTP 503"),
        (Behaviour(streams=False, document={"choices": [{"message": {"refusal": "no"}}]}),
         "server_refused", "would not answer"),
        (Behaviour(streams=False, document={"error": {"message": "no images"}}),
         "server_refused", "no images"),
        (Behaviour(location="http://192.0.2.7/"), "server_refused", "redirects"),
        (Behaviour(raw=b"SSH-2.0-OpenSSH\r\n"), "server_down", "no model server"),
        (Behaviour(raw=b"HTTP/1.1 200 OK\r\n\r\n<html>"), "server_bad", "OpenAI chat format"),
        (Behaviour(raw=b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {\n"),
         "server_bad", "OpenAI chat format"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_said(behaviour: Behaviour, code: str, said: str) -> None:
    with serving(behaviour) as address:
        error = refusal(address)
    assert error.code == code
    assert said in error.user_message


def test_nobody_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    error = refusal(f"localhost:{port}")
    assert error.code == "server_down"
    assert "Start it" in error.user_message


class Words(list[str]):
    """What was told so far, and a way to wait for the first of it."""

    def __init__(self) -> None:
        super().__init__()
        self.there = threading.Event()

    def append(self, text: str) -> None:
        super().append(text)
        self.there.set()


@pytest.mark.parametrize("after_words", [False, True])
def test_a_cancelled_question_ends_at_once(after_words: bool) -> None:
    waits, go, told = threading.Event(), threading.Event(), Words()
    calls: list[int] = []

    def between() -> None:
        calls.append(1)
        if len(calls) == 1 + after_words:
            if after_words:
                told.there.wait(PATIENCE_S)
            waits.set()
            go.wait(PATIENCE_S)

    with serving(Behaviour(between=between)) as address:
        with pytest.raises(Cancelled):
            ask(address, cancelled=waits.is_set, parts=told)
        go.set()
    assert bool(told) is after_words


def test_a_server_that_says_nothing_is_given_up() -> None:
    go = threading.Event()

    def be_silent() -> None:
        go.wait(PATIENCE_S)

    with serving(Behaviour(between=be_silent)) as address:
        error = refusal(address, silence_s=0.05)
        go.set()
    assert error.code == "server_slow"


def test_an_answer_without_end_is_cut() -> None:
    with serving(Behaviour(("x" * 15_000,) * 3)) as address:
        assert len(ask(address)) == 20_000


_STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
_DOCUMENT = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"


class Endless(bytes):
    """Said, then its end again and again until nobody listens."""

    again: bytes


def endless(begin: bytes, again: bytes) -> Endless:
    said = Endless(begin)
    said.again = again
    return said


def delta(content: str) -> bytes:
    """As a server writes it: JSON in ASCII, with its escapes."""
    return b"data: " + json.dumps({"choices": [{"delta": {"content": content}}]}).encode() + b"\n\n"


@pytest.mark.parametrize(
    "again",
    [
        b"\n",
        b": still here\n\n",
        b"event: ping\n",
        delta(""),
        b"data: {}\n\n",
        b'data: {"choices": [{"delta": {"reasoning_content": "hm "}}]}\n\n',
        b"data: [" + b" " * (1 << 20),
    ],
)
def test_an_answer_that_never_comes_is_given_up(again: bytes) -> None:
    with serving(Behaviour(raw=endless(_STREAM, again))) as address:
        assert refusal(address).code == "server_bad"


def test_an_answer_that_never_ends_is_cut() -> None:
    with serving(Behaviour(raw=endless(_STREAM, delta("word ")))) as address:
        assert len(ask(address)) <= 20_000
    with serving(Behaviour(raw=endless(_STREAM + delta("two dogs"), b"\n"))) as address:
        assert ask(address) == "two dogs"


@pytest.mark.parametrize(
    "raw",
    [
        _DOCUMENT + b"[" * 200_000,
        _DOCUMENT + b'{"a":' * 100_000,
        _STREAM + b"data: " + b"[" * 200_000 + b"\n\n",
        _DOCUMENT + b"9" * 500_000,
        endless(_DOCUMENT, b" " * 4096),
        endless(_DOCUMENT[:-2] + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n", b" " * 4096),
        _DOCUMENT[:-2] + b"Content-Length: -5\r\n\r\n[]",
        _DOCUMENT[:-2] + b"Content-Length: " + b"9" * 400 + b"\r\n\r\n[]",
        _DOCUMENT[:-2] + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b",
    ],
)
def test_documents_of_hostile_shapes_are_no_answers(raw: bytes) -> None:
    with serving(Behaviour(raw=raw)) as address:
        assert refusal(address).code in {"server_bad", "server_down"}


def test_texts_are_cleaned_where_they_come_in() -> None:
    parts = [r"\ud83d", r"\ude00 two \u0000\u001b[31m dogs", r"\ud800 \u202etxt\u202c"]
    lines = [f'data: {{"choices": [{{"delta": {{"content": "{part}"}}}}]}}\n\n' for part in parts]
    told: list[str] = []
    with serving(Behaviour(raw=_STREAM + "".join(lines).encode())) as address:
        assert ask(address, parts=told) == "\U0001f600 two [31m dogs\ufffd txt"
    for text in told:
        assert text.encode()
    document = b'{"error": {"message": "\\ud800 no\\u202e"}}'
    with serving(Behaviour(raw=_DOCUMENT.replace(b"200 OK", b"500 No") + document)) as address:
        assert refusal(address).user_message.encode()
    names = ["ok", "\ud800", "a\nb", "x" * 300, "", 7, "\u202eabc"]
    with serving(Behaviour(models=names)) as address:  # type: ignore[arg-type]
        assert ModelServer(parse_address(address)).models() == ["ok"]
