"""What is allowed to be reached, and how it is asked."""

from __future__ import annotations

import errno
import socket
import socketserver
import ssl
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from photofind import network
from photofind.domain import ModelError
from photofind.inference.registry_clip import LAION_B32
from photofind.inference.spec import FileSpec
from photofind.models.hub import Hub
from photofind.network import Network, NetworkError
from photofind.sentences import Sentence
from tests.plugins.local_hub import LocalHub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from photofind.inference.spec import ModelSpec

SPEC: ModelSpec = LAION_B32
FILE = FileSpec("config.json")


@pytest.fixture
def local_hub(tmp_path: Path) -> Iterator[LocalHub]:
    (tmp_path / "config.json").write_bytes(b"{}")
    with LocalHub() as hub:
        hub.add(SPEC.source, SPEC.revision, FILE.path, tmp_path / "config.json")
        yield hub


def test_nothing_is_asked_where_the_network_is_forbidden(local_hub: LocalHub) -> None:
    network = Network(forbidden=Sentence("photofind runs with --offline"))
    with pytest.raises(NetworkError, match="Nothing is downloaded: photofind runs") as caught:
        Hub(network, local_hub.endpoint).describe(SPEC, FILE)
    assert caught.value.code == "network_forbidden"
    assert local_hub.requests == []


def test_only_safe_connections_are_made() -> None:
    with pytest.raises(NetworkError, match="does not begin with https") as caught:
        Hub(Network(), "http://mirror.example").describe(SPEC, FILE)
    assert caught.value.code == "network_insecure"


def test_a_redirect_may_not_leave_safe_ground(local_hub: LocalHub) -> None:
    local_hub.moved[SPEC.source] = "/evil.example"  # //evil.example/… is another host
    url = f"{local_hub.endpoint}/{SPEC.source}/resolve/x/y"
    with (
        pytest.raises(NetworkError, match=r"evil\.example can't be used") as caught,
        Network().get(url, {}),
    ):
        pass
    assert caught.value.code == "network_insecure"


def test_a_repository_that_was_renamed_is_found(local_hub: LocalHub) -> None:
    local_hub.moved["old/name"] = SPEC.source
    answer = Network().head(f"{local_hub.endpoint}/old/name/resolve/{SPEC.revision}/config.json")
    assert answer.status == 302
    assert answer.headers["x-repo-commit"] == SPEC.revision
    assert [request.split()[0] for request in local_hub.requests] == ["HEAD", "HEAD"]


def test_a_server_that_is_not_there_is_a_clear_error() -> None:
    with LocalHub() as other:
        endpoint = other.endpoint
    with pytest.raises(NetworkError, match=r"can't be reached: .*refused") as caught:
        Hub(Network(), endpoint).describe(SPEC, FILE)
    assert caught.value.code == "network_unreachable"
    assert caught.value.may_pass


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (socket.gaierror(-2, "Name or service not known"), "its address can't be found"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "no connection to it"),
        (OSError("Tunnel connection failed: 403 Forbidden"), "the proxy does not let it through"),
        (TimeoutError("timed out"), "it isn't responding"),
        (OSError(errno.EIO, "Input/output error"), "the connection failed"),
        (ssl.SSLCertVerificationError("self-signed"), "its certificate isn't trusted"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]"), "no encryption could be agreed on"),
    ],
)
def test_why_there_is_no_connection_is_told_in_plain_words(
    monkeypatch: pytest.MonkeyPatch, reason: OSError, words: str
) -> None:
    def fail(*_: object, **__: object) -> object:
        raise urllib.error.URLError(reason)

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", fail)
    with pytest.raises(NetworkError) as caught:
        Hub(Network(), "https://hub.example").describe(SPEC, FILE)
    assert words in caught.value.user_message
    assert str(reason) not in caught.value.user_message


def test_it_says_its_name_and_nothing_else(local_hub: LocalHub) -> None:
    Hub(Network(), local_hub.endpoint).describe(SPEC, FILE)
    (agent,) = local_hub.agents
    assert agent.startswith("photofind/")
    assert " " not in agent


def test_the_environment_names_a_mirror(
    local_hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", f"{local_hub.endpoint}/")
    assert Hub(Network()).describe(SPEC, FILE).bytes == 2


@pytest.mark.network_attempts
def test_a_proxy_is_honoured(monkeypatch: pytest.MonkeyPatch, network_log: Path) -> None:
    """It is the proxy that is looked for, not the hub."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.delenv("https_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(NetworkError, match="can't be reached"):
        Hub(Network()).describe(SPEC, FILE)
    assert "proxy.example" in network_log.read_text()


def test_a_proxy_is_not_asked_for_this_machine(
    local_hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    assert Hub(Network(), local_hub.endpoint).describe(SPEC, FILE).bytes == 2


def test_another_revision_is_not_taken(local_hub: LocalHub) -> None:
    local_hub.commit = "0" * 40
    with pytest.raises(ModelError, match="another version"):
        Hub(Network(), local_hub.endpoint).describe(SPEC, FILE)


@contextmanager
def answering(*pieces: bytes, again: bytes = b"") -> Iterator[str]:
    """A server that says this to each request, then `again` until nobody listens any more."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline().strip():
                pass
            try:
                for piece in pieces:
                    self.wfile.write(piece)
                while again:
                    self.wfile.write(again)
            except OSError:
                return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/file"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("²", "in a few minutes"),
        ("-7", "in a few minutes"),
        ("1" + "0" * 20, "in a few minutes"),
        ("9" * 400, "in a few minutes"),
        ("100000000000", "in a few minutes"),
        ("Fri, 31 Dec 99999 23:59:59 GMT", "in a few minutes"),
        ("١٢٠", "in a few minutes"),
        ("119", "in 2 minutes"),
    ],
)
def test_what_a_busy_server_asks_for_is_said_if_it_makes_sense(value: str, said: str) -> None:
    head = f"HTTP/1.1 429 Busy\r\nRetry-After: {value}\r\nContent-Length: 0\r\n\r\n"
    with answering(head.encode()) as url, pytest.raises(NetworkError, match=said) as caught:
        Network().head(url)
    assert caught.value.code == "network_busy"


@pytest.mark.parametrize(
    "location",
    ["http://[", "http://" + "a" * 70_000, "https://\x00/", "//:x/", "file:///etc/passwd"],
)
def test_redirects_to_nowhere_are_said(location: str) -> None:
    head = f"HTTP/1.1 302 There\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
    with answering(head.encode()) as url, pytest.raises(NetworkError), Network().get(url, {}):
        pass


@pytest.mark.parametrize("length", ["-5", "9" * 400, "²", "ffffffffffffffffffff", ""])
def test_chunks_of_odd_lengths_are_read_within_bounds(length: str) -> None:
    """http.client would read a chunk of -5 bytes to its end, which never comes."""
    head = f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{length}\r\n"
    got = 0
    with answering(head.encode(), again=bytes(4096)) as url, Network().get(url, {}) as body:
        try:
            while got < 1 << 20 and (piece := body.read(1 << 16)):
                assert len(piece) <= 1 << 16
                got += len(piece)
        except NetworkError as error:
            assert error.code == "network_cut"  # noqa: PT017 (both ends are right)


def test_a_head_that_comes_a_byte_at_a_time_is_given_up() -> None:
    with (
        answering(b"HTTP/1.1 200 OK\r\n", again=b"X: y\r\nX:") as url,
        pytest.raises(NetworkError, match=r"can't be reached"),
        Network(timeout_s=0.2).get(url, {}),
    ):
        pass


def test_a_body_of_which_next_to_nothing_comes_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(network, "_SLOW_S", 1e-9)
    monkeypatch.setattr(network, "_LEAST_BYTES_PER_S", float("inf"))
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    with (
        answering(head, again=b"x") as url,
        Network().get(url, {}) as body,
        pytest.raises(NetworkError, match="stopped responding") as caught,
    ):
        body.read(100)
    assert caught.value.may_pass
