"""The only place from which photofind can reach another machine. It does so when asked to alone."""

from __future__ import annotations

import errno
import http.client
import ipaddress
import logging
import socket
import ssl
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

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from email.message import Message

logger = logging.getLogger(__name__)

TIMEOUT_S = 30.0
_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TOO_MANY_REQUESTS = 429
_UNAVAILABLE = 503
_FIRST_SERVER_ERROR = 500


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
        user_message: str,
        *,
        status: int | None = None,
        may_pass: bool = False,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(code, user_message)
        self.status = status
        self.may_pass = may_pass
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Answer:
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

    @property
    def answer(self) -> Answer:
        return Answer(self._response.status, self._response.headers)

    def read(self, most: int) -> bytes:
        """Reads the next bytes; none at the end, also where the connection was closed early.

        Raises:
            NetworkError: network_cut.
        """
        try:
            return self._response.read(most)
        except (OSError, http.client.HTTPException) as error:
            raise _cut(self._host, error) from error


class Network:
    """Asks other machines for things, through the proxies that the system or the environment
    (HTTPS_PROXY, NO_PROXY) names, and trusting the certificates that the system trusts."""

    def __init__(self, *, forbidden: str | None = None, timeout_s: float = TIMEOUT_S) -> None:
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
            raise NetworkError("network_forbidden", f"Nothing is downloaded: {self._forbidden}.")

    def head(self, url: str) -> Answer:
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


def _opener(url: str) -> urllib.request.OpenerDirector:
    import truststore

    handlers: list[urllib.request.BaseHandler] = [
        _Redirects(),
        urllib.request.HTTPSHandler(context=truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)),
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
        f"{parts.netloc or url} can't be used: its address does not begin with https://.",
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
            f"The connection to {host} is not safe: {_insecure(reason)}. Check the computer's"
            " clock, and whether a proxy or a virus scanner stands in between.",
        )
    logger.info("a server can't be reached: %s", type(reason).__name__)
    return NetworkError(
        "network_unreachable",
        f"{host} can't be reached: {_why_unreachable(reason)}. Check the connection (and the"
        " proxy, if there is one), then try again.",
        may_pass=True,
    )


def _insecure(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "its certificate is not one to be trusted"
    return "no encryption could be agreed on"


def _why_unreachable(reason: object) -> str:
    """In words for people who are offline, most of all: what the system says is for others."""
    match reason:
        case TimeoutError():
            return "it does not answer"
        case socket.gaierror():
            return "its address is not to be found, perhaps because there is no connection"
        case ConnectionRefusedError():
            return "it refused the connection"
        case OSError(errno=errno.ENETUNREACH | errno.EHOSTUNREACH | errno.ENETDOWN):
            return "there is no connection to it"
        case OSError() if "Tunnel connection failed" in str(reason):  # http.client's words
            return "the proxy does not let it through"
    return "the connection failed"


def _cut(host: str, error: Exception) -> NetworkError:
    why = "it stopped answering" if isinstance(error, TimeoutError) else "the connection was cut"
    return NetworkError(
        "network_cut",
        f"{host}: {why}. Try again: what has arrived is kept.",
        may_pass=True,
    )


def _bad_status(host: str, status: int, headers: Message[str, str]) -> NetworkError:
    if status in {_TOO_MANY_REQUESTS, _UNAVAILABLE}:
        wait_s = _retry_after_s(headers)
        when = "in a few minutes" if wait_s is None else f"in {_minutes(wait_s)}"
        return NetworkError(
            "network_busy",
            f"{host} is busy and asks to be left alone for a while. Try again {when}: what has"
            " arrived is kept.",
            status=status,
            may_pass=True,
            retry_after_s=wait_s,
        )
    if status >= _FIRST_SERVER_ERROR:
        return NetworkError(
            "network_busy",
            f"{host} has a fault of its own (HTTP {status}). Try again later: what has arrived is"
            " kept.",
            status=status,
            may_pass=True,
        )
    return NetworkError("network_refused", _refusal(host, status), status=status)


def _refusal(host: str, status: int) -> str:
    match status:
        case 401 | 403:
            return (
                f"{host} does not give this file to everybody (HTTP {status}): it was withdrawn"
                " or asks for an account. Choose another model, or import the files from a folder."
            )
        case 404 | 410:
            return (
                f"{host} does not have this file (any more). Choose another model, or import the"
                " files from a folder."
            )
        case 407:
            return "The proxy asks for a name and a password. Put them into its address."
        case _:
            return f"{host} refuses (HTTP {status}). Try again later."


def _minutes(seconds: float) -> str:
    minutes = max(1, -(-int(seconds) // 60))
    return "a minute" if minutes == 1 else f"{minutes} minutes"


def _retry_after_s(headers: Message[str, str]) -> float | None:
    """The header Retry-After: seconds, or a date (RFC 9110, 10.2.3)."""
    value = headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value)
    try:
        until: datetime = parsedate_to_datetime(value)
        return max(0.0, until.timestamp() - time.time())
    except ValueError:
        return None
