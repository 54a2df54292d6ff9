"""The only place from which photofind can reach another machine. It does so when asked to alone."""

from __future__ import annotations

import errno
import http.client
import ipaddress
import logging
import re
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from photofind import __version__
from photofind.domain import PhotofindError
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from email.message import Message
    from pathlib import PurePath

    from photofind.sentences import Value

logger = logging.getLogger(__name__)

TIMEOUT_S = 30.0
_SLOW_S = 60.0
_LEAST_BYTES_PER_S = 100
"""On average over a minute; a file of 100 MB would take two weeks then."""
_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TOO_MANY_REQUESTS = 429
_UNAVAILABLE = 503
_FIRST_SERVER_ERROR = 500
_NUMBER = re.compile("[0-9]{1,18}")
_LONGEST_PAUSE_S = 24 * 60 * 60
"""Of a server that asks for more, it is only said that it is busy."""


class NetworkError(PhotofindError):
    """Something was not to be had.

    Codes: network_forbidden, network_unreachable, network_cut, network_busy, network_refused,
    network_insecure.

    Attributes:
        status: HTTP's, where there was an answer.
        may_pass: worth another try.
        retry_after_s: how long the server asks to be left alone, where it says so.
    """

    def __init__(
        self,
        code: str,
        template: str | Sentence,
        *,
        status: int | None = None,
        may_pass: bool = False,
        retry_after_s: float | None = None,
        **values: Value | PurePath,
    ) -> None:
        super().__init__(code, template, **values)
        self.status = status
        self.may_pass = may_pass
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Response:
    """The head of an answer.

    Attributes:
        headers: by name, any case.
    """

    status: int
    headers: Message[str, str]


class Body:
    """An answer that is read piece by piece."""

    def __init__(self, response: http.client.HTTPResponse, host: str) -> None:
        self._response = response
        self._host = host
        self._began_s = time.monotonic()
        self._arrived = 0

    @property
    def answer(self) -> Response:
        return Response(self._response.status, self._response.headers)

    def read(self, most: int) -> bytes:
        """Reads the next bytes; none at the end, also where the connection was closed early.

        Raises:
            NetworkError: network_cut, also where next to nothing comes.
        """
        try:
            # Not read(): a chunk whose length is negative has it read whatever comes.
            piece = self._response.read1(most)
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise _cut(self._host, error) from error
        self._arrived += len(piece)
        now_s = time.monotonic()
        if piece and now_s - self._began_s > _SLOW_S:
            if self._arrived < _SLOW_S * _LEAST_BYTES_PER_S:
                raise _cut(self._host, TimeoutError())
            self._began_s, self._arrived = now_s, 0
        return piece


class Network:
    """Asks other machines for things, through the proxies that the system or the environment
    (HTTPS_PROXY, NO_PROXY) names, and trusting the certificates that the system trusts."""

    def __init__(self, *, forbidden: Sentence | None = None, timeout_s: float = TIMEOUT_S) -> None:
        """Opens nothing yet.

        Args:
            forbidden: why nothing may be reached at all, as the end of a sentence; None: it may.
            timeout_s: longest silence.
        """
        self._forbidden = forbidden
        self._timeout_s = timeout_s

    def require_allowed(self) -> None:
        """Raises NetworkError, network_forbidden: nothing may be reached."""
        if self._forbidden is not None:
            raise NetworkError(
                "network_forbidden",
                "Nothing is downloaded: {forbidden}.",
                forbidden=self._forbidden,
            )

    def head(self, url: str) -> Response:
        """Asks what is at an address. Redirects are followed within the same host only: the first
        answer is the one that knows about the file.

        Raises:
            NetworkError: there is no answer, or a bad one.
        """
        with self._open(url, "HEAD", {}) as body:
            return body.answer

    @contextmanager
    def get(self, url: str, headers: Mapping[str, str]) -> Iterator[Body]:
        """Fetches what is at an address, wherever it leads to.

        Raises:
            NetworkError: there is no answer, or a bad one.
        """
        with self._open(url, "GET", headers) as body:
            yield body

    @contextmanager
    def _open(self, url: str, method: str, headers: Mapping[str, str]) -> Iterator[Body]:
        self.require_allowed()
        host = urlsplit(url).netloc
        _require_safe(url)
        request = urllib.request.Request(  # noqa: S310 (the scheme was checked)
            url,
            method=method,
            headers={
                "User-Agent": f"photofind/{__version__}",
                "Accept-Encoding": "identity",
                **headers,
            },
        )
        try:
            response = _opener(url).open(request, timeout=self._timeout_s)
        except urllib.error.HTTPError as error:
            with error:
                if method == "HEAD" and error.code in _REDIRECTS:
                    yield Body(_as_response(error), host)
                    return
                raise _bad_status(host, error.code, error.headers) from error
        except (OSError, http.client.HTTPException) as error:
            raise _unreachable(host, error) from error
        except ValueError as error:
            raise NetworkError(
                "network_refused",
                "{host} leads to what is no address. Try again later.",
                host=host,
            ) from error
        with response:
            yield Body(response, host)


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Keeps the method, and never goes from a safe connection to one that isn't."""

    max_redirections = _MOST_REDIRECTS

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: Any,
        code: int,
        msg: str,
        headers: Any,
        newurl: str,
    ) -> urllib.request.Request | None:
        target = urljoin(req.full_url, newurl)
        if req.get_method() == "HEAD" and urlsplit(target).netloc != urlsplit(req.full_url).netloc:
            return None
        try:
            _require_safe(target)
        except NetworkError:
            fp.close()
            raise
        followed = super().redirect_request(req, fp, code, msg, headers, target)
        if followed is not None:
            followed.method = req.get_method()
        return followed


class _Prompt(http.client.HTTPConnection):
    """Gives up a server that takes too long for the head of its answer, a byte now and then."""

    def getresponse(self) -> http.client.HTTPResponse:
        timeout_s = self.timeout
        late = threading.Timer(TIMEOUT_S if timeout_s is None else timeout_s, self._hang_up)
        late.daemon = True
        late.start()
        try:
            return super().getresponse()
        finally:
            late.cancel()

    def _hang_up(self) -> None:
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except (OSError, AttributeError) as error:
            logger.debug("already hung up: %s", error)


class _PromptAndSafe(_Prompt, http.client.HTTPSConnection):
    pass


class _Http(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Prompt, req)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(context=context)
        self._trusting = context

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_PromptAndSafe, req, context=self._trusting)


def _opener(url: str) -> urllib.request.OpenerDirector:
    import truststore

    handlers: list[urllib.request.BaseHandler] = [
        _Redirects(),
        _Http(),
        _Https(truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)),
    ]
    if _is_this_machine(url):
        handlers.append(urllib.request.ProxyHandler({}))
    return urllib.request.build_opener(*handlers)


def _require_safe(url: str) -> None:
    """Only https, or this machine itself: what others could change on its way is not taken."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and _is_this_machine(url)):
        return
    raise NetworkError(
        "network_insecure",
        "{host} can't be used: its address does not begin with https://.",
        host=parts.netloc or url,
    )


def _is_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _as_response(error: urllib.error.HTTPError) -> http.client.HTTPResponse:
    assert isinstance(error.fp, http.client.HTTPResponse)
    return error.fp


def _unreachable(host: str, error: Exception) -> NetworkError:
    reason = getattr(error, "reason", error)
    if isinstance(reason, ssl.SSLError):
        return NetworkError(
            "network_insecure",
            "The connection to {host} is not safe: {reason}. Check the computer's "
            "clock, and whether a proxy or a virus scanner stands in between.",
            host=host,
            reason=_insecure(reason),
        )
    logger.info("a server can't be reached: %s", type(reason).__name__)
    return NetworkError(
        "network_unreachable",
        "{host} can't be reached: {reason}. Check the connection (and the "
        "proxy, if there is one), then try again.",
        host=host,
        reason=_why_unreachable(reason),
        may_pass=True,
    )


def _insecure(error: ssl.SSLError) -> Sentence:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Sentence("its certificate isn't trusted")
    return Sentence("no encryption could be agreed on")


def _why_unreachable(reason: object) -> Sentence:
    """In words for people who are offline, most of all: what the system says is for others."""
    match reason:
        case TimeoutError():
            return Sentence("it isn't responding")
        case socket.gaierror():
            return Sentence("its address can't be found, perhaps because there is no connection")
        case ConnectionRefusedError():
            return Sentence("it refused the connection")
        case OSError(errno=errno.ENETUNREACH | errno.EHOSTUNREACH | errno.ENETDOWN):
            return Sentence("there is no connection to it")
        case OSError() if "Tunnel connection failed" in str(reason):  # http.client's words
            return Sentence("the proxy does not let it through")
    return Sentence("the connection failed")


def _cut(host: str, error: Exception) -> NetworkError:
    why = Sentence("the connection was cut")
    if isinstance(error, TimeoutError):
        why = Sentence("it stopped responding")
    return NetworkError(
        "network_cut",
        "{host}: {why}. Try again: what has arrived is kept.",
        host=host,
        why=why,
        may_pass=True,
    )


def _bad_status(host: str, status: int, headers: Message[str, str]) -> NetworkError:
    if status in {_TOO_MANY_REQUESTS, _UNAVAILABLE}:
        wait_s = _retry_after_s(headers)
        when = Sentence("in a few minutes")
        if wait_s is not None and wait_s <= _LONGEST_PAUSE_S:
            when = Sentence("in %Ln minute(s)", n=max(1, -(-int(wait_s) // 60)))
        return NetworkError(
            "network_busy",
            "{host} is busy and asks not to be contacted for a while. Try again {when}: "
            "what has arrived is kept.",
            host=host,
            when=when,
            status=status,
            may_pass=True,
            retry_after_s=wait_s,
        )
    if status >= _FIRST_SERVER_ERROR:
        return NetworkError(
            "network_busy",
            "{host} has a fault of its own (HTTP {http}). Try again later: what has "
            "arrived is kept.",
            host=host,
            http=status,
            status=status,
            may_pass=True,
        )
    refusal: Sentence = _refusal(host, status)
    return NetworkError("network_refused", refusal, status=status)


def _refusal(host: str, status: int) -> Sentence:
    match status:
        case 401 | 403:
            return Sentence(
                "{host} doesn't give this file to everybody (HTTP {http}): it was withdrawn, or "
                "needs an account. Choose another model, or import the files from a folder.",
                host=host,
                http=status,
            )
        case 404 | 410:
            return Sentence(
                "{host} doesn't have this file (any more). Choose another model, or import the "
                "files from a folder.",
                host=host,
            )
        case 407:
            return Sentence(
                "The proxy needs a user name and a password. Put them into its address."
            )
        case _:
            return Sentence(
                "{host} refused (HTTP {http}). Try again later.", host=host, http=status
            )


def _retry_after_s(headers: Message[str, str]) -> float | None:
    """The header Retry-After: seconds, or a date (RFC 9110, 10.2.3)."""
    value = headers.get("Retry-After", "").strip()
    if (seconds := whole_number(value)) is not None:
        return float(seconds)
    try:
        until: datetime = parsedate_to_datetime(value)
        return max(0.0, until.timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def whole_number(header: str | None) -> int | None:
    """What a header says, if it is a number at all, and one that a size or a time can be."""
    found = _NUMBER.fullmatch((header or "").strip())
    return int(found[0]) if found else None
