"""A model server on this computer that speaks the OpenAI chat format: Ollama, llama.cpp's server.

The only place that connects to one. It connects to loopback addresses alone, checked after the name
was resolved; http.client follows no redirects and looks at no proxy variables.
"""

from __future__ import annotations

import base64
import http.client
import ipaddress
import json
import logging
import re
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from photofind.domain import PhotofindError
from photofind.inference.describing import Cancelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

logger = logging.getLogger(__name__)

DEFAULT_ADDRESS = "http://localhost:11434"
"""Ollama's; llama.cpp's server has 8080."""
_CONNECT_S = 5.0
SILENCE_S = 120.0
"""Longest time without a word: a large model has to be loaded first."""
_LOOK_S = 0.1
_ANSWER_S = 1_800.0
"""Longest time for a whole answer: a word a second is the slowest that anybody waits for."""
_MOST_LINE_BYTES = 1 << 20
_MOST_STREAM_BYTES = 16 << 20
_MOST_STREAM_LINES = 100_000
_MOST_CHARACTERS = 20_000
_MOST_MODELS = 1_000
_MOST_NAME = 200
_MOST_TOKENS = 1_000
_MOST_TOLD = 200
"""Characters of a server's own words that are shown."""
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the text around them about."""
_THOUGHTS = re.compile(r"<think>.*?(</think>|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where a server listens.

    Attributes:
        host: as it was written: a name or an address.
        path: what comes before "/chat/completions".
    """

    host: str
    port: int
    path: str

    @property
    def netloc(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_address(text: str) -> ServerAddress:
    """Reads "localhost:11434", "http://127.0.0.1:8080" or "http://[::1]:8080/v1".

    Raises:
        PhotofindError: server_address, it is no such address.
    """
    written = text.strip()
    url = urlsplit(written if "://" in written else f"http://{written}")
    try:
        host, port = url.hostname, url.port
    except ValueError:
        host, port = None, None
    if url.scheme != "http" or not host or url.username is not None or url.query or url.fragment:
        raise PhotofindError(
            "server_address",
            "“{written}” is not the address of a model server. It looks like this: {example}",
            written=written[:_MOST_TOLD],
            example=DEFAULT_ADDRESS,
        )
    path = url.path.rstrip("/")
    return ServerAddress(host, port or http.client.HTTP_PORT, path or "/v1")


class ModelServer:
    """One server; every call is a connection of its own."""

    def __init__(self, address: ServerAddress, *, silence_s: float = SILENCE_S) -> None:
        self._address = address
        self._silence_s = silence_s

    def models(self) -> list[str]:
        """The names of the models it has, in its own order.

        Raises:
            PhotofindError: server_address, server_down, server_slow, server_refused or
                server_bad.
        """
        with self._asked("GET", "/models", None, lambda: False) as (response, _heard):
            document = self._document(response)
        entries = document.get("data")
        if not isinstance(entries, list):
            raise self._nonsense()
        names = [entry.get("id") for entry in entries if isinstance(entry, dict)]
        # Another name than the server's own would be of no use: what it can't be is left out.
        return [
            name
            for name in names[:_MOST_MODELS]
            if isinstance(name, str) and 0 < len(name) <= _MOST_NAME and name.isprintable()
        ]

    def chat(
        self,
        model: str,
        words: str,
        jpeg: bytes,
        *,
        tell_part: Callable[[str], None],
        cancelled: Callable[[], bool],
    ) -> str:
        """Asks about a picture.

        Args:
            jpeg: the picture as it is sent.
            tell_part: takes the answer as far as it is written.
            cancelled: looked at several times a second.

        Returns:
            The answer; what a model thought aloud is left out.

        Raises:
            Cancelled: `cancelled` said so; the connection was cut.
            PhotofindError: as for `models`.
        """
        picture = f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
        body = {
            "model": model,
            "stream": True,
            "max_tokens": _MOST_TOKENS,
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": words},
                        {"type": "image_url", "image_url": {"url": picture}},
                    ],
                }
            ],
        }
        with self._asked("POST", "/chat/completions", body, cancelled) as (response, heard):
            if "event-stream" in (response.headers.get("Content-Type") or ""):
                text = self._read_stream(response, heard, tell_part)
            else:
                text = self._said(self._document(response), "message")
        return _spoken(text)

    def _read_stream(
        self,
        response: http.client.HTTPResponse,
        heard: Callable[[], None],
        tell_part: Callable[[str], None],
    ) -> str:
        text = ""
        left = _MOST_STREAM_BYTES
        for _ in range(_MOST_STREAM_LINES):
            line = response.readline(_MOST_LINE_BYTES)
            left -= len(line)
            if not line:
                return text
            if left < 0:
                break
            # Empty lines and comments only keep the connection up.
            if not line.startswith(b"data:"):
                continue
            data = line.removeprefix(b"data:").strip()
            if data == b"[DONE]":
                return text
            heard()
            part = self._said(self._parse(data), "delta")
            if part:
                text = (text + part)[:_MOST_CHARACTERS]
                tell_part(_spoken(text))
            if len(text) == _MOST_CHARACTERS:
                return text
        if text:
            return text
        raise PhotofindError(
            "server_bad",
            "The model server at {address} keeps sending without ever answering. "
            "Restart it, or choose another model.",
            address=self._address.netloc,
        )

    def _said(self, document: Any, where: str) -> str:
        """The words in a document of the chat format."""
        if not isinstance(document, dict):
            raise self._nonsense()
        if "error" in document:
            raise self._refused(document)
        choices = document.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else {}
        message = choice.get(where) if isinstance(choice, dict) else None
        if not isinstance(message, dict):
            return ""
        if message.get("refusal") or choice.get("finish_reason") == "content_filter":
            raise PhotofindError(
                "server_refused", "The model would not answer this. Ask in other words."
            )
        content = message.get("content")
        return content if isinstance(content, str) else ""

    def _document(self, response: http.client.HTTPResponse) -> dict[str, Any]:
        document = self._parse(_read(response))
        if not isinstance(document, dict):
            raise self._nonsense()
        return document

    def _parse(self, text: bytes) -> object:
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise self._nonsense() from error

    @contextmanager
    def _asked(
        self, method: str, path: str, body: object, cancelled: Callable[[], bool]
    ) -> Iterator[tuple[http.client.HTTPResponse, Callable[[], None]]]:
        """A good answer, and what to call whenever a piece of it has come."""
        connection = self._connect()
        watch: _Watch | None = None
        try:
            assert connection.sock is not None
            connection.sock.settimeout(None)  # the watch ends what takes too long
            watch = _Watch(connection.sock, cancelled, self._silence_s)
            headers = {"Host": self._address.netloc, "Connection": "close"}
            encoded = None
            if body is not None:
                encoded = json.dumps(body).encode()
                headers["Content-Type"] = "application/json"
            connection.request(method, f"{self._address.path}{path}", encoded, headers)
            with connection.getresponse() as response:
                watch.heard()
                self._require_good(response)
                yield response, watch.heard
                watch.require_whole(self._address.netloc)
        except (OSError, http.client.HTTPException) as error:
            if watch is not None:
                watch.require_whole(self._address.netloc)
            raise self._down(error) from error
        finally:
            if watch is not None:
                watch.close()
            connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        """Connects to the first address of the name at which somebody listens."""
        failure: OSError = ConnectionRefusedError()
        for place in self._resolve():
            connection = http.client.HTTPConnection(place, self._address.port, timeout=_CONNECT_S)
            try:
                connection.connect()
            except OSError as error:
                failure = error
                connection.close()
            else:
                return connection
        raise self._down(failure) from failure

    def _resolve(self) -> list[str]:
        """Addresses of this computer itself; nothing else is ever connected to."""
        host = self._address.host
        places: list[str] = []
        try:
            places = [str(ipaddress.ip_address(host))]
        except ValueError:
            if host != "localhost" and not host.endswith(".localhost"):
                # No name server needs to know of it (RFC 6761, 6.3).
                raise self._elsewhere() from None
            try:
                found = socket.getaddrinfo(host, self._address.port, type=socket.SOCK_STREAM)
            except OSError as error:
                raise self._down(error) from error
            places = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not places or not all(ipaddress.ip_address(place).is_loopback for place in places):
            raise self._elsewhere()
        return places

    def _elsewhere(self) -> PhotofindError:
        return PhotofindError(
            "server_address",
            "{host} is not this computer. photofind sends photos to a model server on "
            "this computer only; use localhost in its address.",
            host=self._address.host,
        )

    def _require_good(self, response: http.client.HTTPResponse) -> None:
        if response.status < http.client.MULTIPLE_CHOICES:
            return
        if response.status < http.client.BAD_REQUEST:
            raise PhotofindError(
                "server_refused",
                "The model server at {address} redirects to another address, which "
                "photofind doesn't follow. Check the address.",
                address=self._address.netloc,
            )
        try:
            document = json.loads(_read(response))
        except (ValueError, RecursionError):
            document = {}
        raise self._refused(document if isinstance(document, dict) else {}, response.status)

    def _refused(self, document: dict[str, Any], status: int | None = None) -> PhotofindError:
        error = document.get("error")
        said = error.get("message") if isinstance(error, dict) else error
        why = " ".join(_clean(said).split())[:_MOST_TOLD] if isinstance(said, str) else ""
        if not why:
            why = "?" if status is None else f"HTTP {status}"
        return PhotofindError(
            "server_refused",
            "The model server refused ({reason}). Check that it has the model, and that the "
            "model can look at pictures.",
            reason=why,
        )

    def _nonsense(self) -> PhotofindError:
        return PhotofindError(
            "server_bad",
            "What answers at {address} does not speak the OpenAI chat format. Check the "
            "address of the model server.",
            address=self._address.netloc,
        )

    def _down(self, error: Exception) -> PhotofindError:
        logger.info("no model server: %s", type(error).__name__)
        return PhotofindError(
            "server_down",
            "There is no model server at {address}, or it has stopped. Start it, then try again.",
            address=self._address.netloc,
        )


def _read(response: http.client.HTTPResponse) -> bytes:
    """A document's bytes, at most so many: what is longer is no document of this format."""
    # Not read(): a chunk whose length is negative has it read whatever comes.
    pieces, left = [], _MOST_LINE_BYTES
    while left > 0 and (piece := response.read1(left)):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _spoken(text: str) -> str:
    """What a model said, without what it thought aloud, as text that can be stored and shown."""
    return _clean(_THOUGHTS.sub("", text)).strip()


def _clean(text: str) -> str:
    """Text without halves of characters, invisible controls and directions."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _INVISIBLE.sub("", whole.replace("\r\n", "\n"))


class _Watch:
    """Cuts a connection that is cancelled or silent for too long: reading from it then ends."""

    def __init__(
        self, connection: socket.socket, cancelled: Callable[[], bool], silence_s: float
    ) -> None:
        self._connection = connection
        self._is_cancelled = cancelled
        self._silence_s = silence_s
        self._began_s = self._heard_s = time.monotonic()
        self._over = threading.Event()
        self._cancelled = False
        self._silent = False
        self._thread = threading.Thread(target=self._run, name="model-server", daemon=True)
        self._thread.start()

    def heard(self) -> None:
        self._heard_s = time.monotonic()

    def require_whole(self, netloc: str) -> None:
        """Says why the connection was cut, if it was.

        Raises:
            Cancelled: nobody wanted the answer any more.
            PhotofindError: server_slow.
        """
        if self._cancelled:
            raise Cancelled
        if self._silent:
            raise PhotofindError(
                "server_slow",
                "The model server at {address} isn't responding. It may be busy, or the model too "
                "large for this computer. Try again later.",
                address=netloc,
            )

    def close(self) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(_LOOK_S):
            self._cancelled = self._is_cancelled()
            now_s = time.monotonic()
            self._silent = (
                now_s - self._heard_s > self._silence_s or now_s - self._began_s > _ANSWER_S
            )
            if self._cancelled or self._silent:
                try:
                    self._connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    logger.debug("the model server has hung up already")
                return
