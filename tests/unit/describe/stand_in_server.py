"""A model server for tests: speaks the chat format, and misbehaves when asked to."""

from __future__ import annotations

import base64
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass
class Behaviour:
    """What the server does.

    Attributes:
        parts: of the answer, one event each.
        streams: else the answer is one document.
        status, document: of a refusal.
        between: called before each part and before the first word.
        location: where it sends people instead.
    """

    parts: tuple[str, ...] = ("two ", "dogs")
    streams: bool = True
    status: int = 200
    document: dict[str, Any] = field(default_factory=dict)
    between: Callable[[], None] = lambda: None
    raw: bytes | None = None
    location: str = ""
    models: tuple[str, ...] = ("llava:7b", "qwen2.5vl")
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def picture(self) -> bytes:
        """The picture of the last request."""
        content = self.requests[-1]["messages"][0]["content"]
        url = content[1]["image_url"]["url"]
        assert url.startswith("data:image/jpeg;base64,")
        return base64.b64decode(url.partition(",")[2])

    def words(self) -> str:
        text = self.requests[-1]["messages"][0]["content"][0]["text"]
        assert isinstance(text, str)
        return text


class _Handler(BaseHTTPRequestHandler):
    behaviour: Behaviour

    def do_GET(self) -> None:
        self._answer_document({"data": [{"id": name} for name in self.behaviour.models]})

    def do_POST(self) -> None:
        behaviour = self.behaviour
        body = self.rfile.read(int(self.headers["Content-Length"]))
        behaviour.requests.append(json.loads(body))
        behaviour.headers.append(dict(self.headers.items()))
        try:
            behaviour.between()
            if behaviour.location:
                self.send_response(307)
                self.send_header("Location", behaviour.location)
                self.end_headers()
            elif behaviour.raw is not None:
                self.wfile.write(behaviour.raw)
                while again := getattr(behaviour.raw, "again", b""):
                    self.wfile.write(again)
            elif behaviour.status != 200 or not behaviour.streams:
                said = "".join(behaviour.parts)
                self._answer_document(
                    behaviour.document or {"choices": [{"message": {"content": said}}]},
                    behaviour.status,
                )
            else:
                self._stream()
        except OSError:
            self.close_connection = True  # the client hung up

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for part in self.behaviour.parts:
            event = {"choices": [{"delta": {"content": part}}]}
            self.wfile.write(b": keep-alive\n\ndata: " + json.dumps(event).encode() + b"\n\n")
            self.wfile.flush()
            self.behaviour.between()
        self.wfile.write(b"data: [DONE]\n\n")

    def _answer_document(self, document: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[str]:
    """The server's address, inside the `with` block."""
    handler = type("Handler", (_Handler,), {"behaviour": behaviour})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), name="stand-in")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
