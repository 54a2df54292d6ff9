"""A hub on this machine that speaks the hub's protocol, and fails on demand.

Two servers, as there are two hosts in truth: the hub describes files and redirects, a network of
caches delivers them. Large files (`X-Linked-Etag`: sha256) come from the latter, small ones
(`ETag`: git's blob id) from the hub itself.
"""

from __future__ import annotations

import hashlib
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote, urlsplit

from tests.plugins.patience import PATIENCE_S

if TYPE_CHECKING:
    from pathlib import Path

_RESOLVE = re.compile(r"/(?P<repository>.+)/resolve/(?P<revision>[^/]+)/(?P<path>.+)")
_PIECE = 2**16


@dataclass
class Served:
    """One file of a repository.

    Attributes:
        is_large: kept apart, as the hub does with all that is larger than 10 MB or binary.
        says_sha256, says_bytes: what the hub says of it, if not the truth.
    """

    content: Path
    is_large: bool = True
    says_sha256: str | None = None
    says_bytes: int | None = None

    @property
    def bytes(self) -> int:
        return self.content.stat().st_size

    @property
    def sha256(self) -> str:
        with self.content.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    @property
    def blob_id(self) -> str:
        content = self.content.read_bytes()
        return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


@dataclass(frozen=True)
class Fault:
    """How one GET request for a file goes wrong.

    Attributes:
        status: refuse with this, 0 for not at all.
        headers: added to the refusal.
        after: deliver so many bytes, then hang up.
        whole: ignore the range that was asked for.
        content: deliver this instead.
    """

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    after: int | None = None
    whole: bool = False
    content: bytes | None = None


@dataclass
class LocalHub:
    """Serves files while it is open.

    Attributes:
        files: by repository, revision and path.
        moved: repositories that have a new name.
        faults: for the next GET requests, one each; then all goes well.
        head_status: what a HEAD request is refused with, 0 for not at all.
        commit: what the hub says the revision is, if not the one that was asked for.
        is_bare: a mirror that leaves out what the hub says of the content.
        requests: "METHOD path" and the range, of all that was asked.
        pause: what is waited for after half a file, when it is set.
    """

    files: dict[tuple[str, str, str], Served] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    head_status: int = 0
    commit: str | None = None
    is_bare: bool = False
    requests: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    pause: threading.Event | None = None
    reached_pause: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._servers = [_Server(self, _HubHandler), _Server(self, _CacheHandler)]
        return self

    def __exit__(self, *_: object) -> None:
        if self.pause is not None:
            self.pause.set()
        for server in self._servers:
            server.end()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._servers[0].server_port}"

    @property
    def cache(self) -> str:
        return f"http://localhost:{self._servers[1].server_port}"

    def add(
        self,
        repository: str,
        revision: str,
        path: str,
        content: Path,
        *,
        is_large: bool = True,
    ) -> Served:
        served = Served(content, is_large)
        self.files[repository, revision, path] = served
        return served

    def find(self, url: str) -> tuple[Served, str, str] | None:
        """The file at an address, its revision, and its path there."""
        match = _RESOLVE.fullmatch(unquote(urlsplit(url).path))
        if match is None:
            return None
        served = self.files.get((match["repository"], match["revision"], match["path"]))
        return None if served is None else (served, match["revision"], match["path"])


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # waited for at the end

    def __init__(self, hub: LocalHub, handler: type[_Handler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.hub = hub
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))
        self._thread.start()

    def end(self) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass

    def note(self) -> None:
        asked = self.headers.get("Range", "")
        self.server.hub.requests.append(f"{self.command} {self.path} {asked}".strip())
        self.server.hub.agents.add(self.headers.get("User-Agent", ""))

    def answer(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()

    def deliver(self, served: Served) -> None:
        """Sends a file, or what was asked of it, as well as the next fault lets it."""
        hub = self.server.hub
        fault = hub.faults.pop(0) if hub.faults else Fault()
        if fault.status:
            self.answer(fault.status, **fault.headers)
            return
        content = served.content.read_bytes() if fault.content is None else fault.content
        start = 0
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if match and not fault.whole:
            start = int(match[1])
            if start >= len(content):
                self.answer(416, Content_Range=f"bytes */{len(content)}")
                return
            place = f"bytes {start}-{len(content) - 1}/{len(content)}"
            self.answer(206, Content_Length=str(len(content) - start), Content_Range=place)
        else:
            self.answer(200, Content_Length=str(len(content)))
        stop = len(content) if fault.after is None else min(start + fault.after, len(content))
        self._send(content, start, stop)

    def _send(self, content: bytes, start: int, stop: int) -> None:
        hub = self.server.hub
        try:
            for at in range(start, stop, _PIECE):
                self.wfile.write(content[at : min(at + _PIECE, stop)])
                if hub.pause is not None and at - start >= (stop - start) // 2:
                    hub.reached_pause.set()
                    hub.pause.wait(PATIENCE_S)
        except ConnectionError:
            return  # whoever asked has gone


class _HubHandler(_Handler):
    def do_HEAD(self) -> None:
        self._describe()

    def do_GET(self) -> None:
        self._describe()

    def _describe(self) -> None:
        self.note()
        hub = self.server.hub
        for old, new in hub.moved.items():
            if self.path.startswith(f"/{old}/"):
                self.answer(307, Location=self.path.replace(old, new, 1))
                return
        if self.command == "HEAD" and hub.head_status:
            self.answer(hub.head_status)
            return
        found = hub.find(self.path)
        if found is None:
            self.answer(404, X_Error_Code="EntryNotFound")
            return
        served, revision, _ = found
        about = {"X_Repo_Commit": hub.commit or revision}
        size = str(served.bytes if served.says_bytes is None else served.says_bytes)
        if not served.is_large:
            if self.command == "HEAD":
                about["ETag"] = f'"{served.blob_id}"'
                self.answer(200, Content_Length=size, **about)
            else:
                self.deliver(served)
            return
        if not hub.is_bare:
            about["X_Linked_Etag"] = f'"{served.says_sha256 or served.sha256}"'
            about["X_Linked_Size"] = size
            about["ETag"] = f'"{revision}"'
        self.answer(302, Location=f"{hub.cache}{self.path}?signature=abc", **about)


class _CacheHandler(_Handler):
    def do_GET(self) -> None:
        self.note()
        found = self.server.hub.find(self.path)
        if found is None:
            self.answer(404)
        else:
            self.deliver(found[0])
