"""The protocol of the Hugging Face hub and its mirrors, as far as files of models need it.

An address is {endpoint}/{repository}/resolve/{revision}/{path}. A HEAD request tells what is
there: `X-Repo-Commit` is the revision, `X-Linked-Size` or `Content-Length` the size, and
`X-Linked-Etag` or `ETag` the sha256 of large files, and git's blob id (sha1) of small ones. A GET
request leads to another host. Source: huggingface_hub's file_download.py.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from photofind.domain import ModelError
from photofind.network import whole_number

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from email.message import Message

    from photofind.inference.spec import FileSpec, ModelSpec
    from photofind.network import Body, Network

ENDPOINT_VARIABLE = "HF_ENDPOINT"
_ENDPOINT = "https://huggingface.co"
_SHA256 = re.compile("[0-9a-f]{64}")
_BLOB_ID = re.compile("[0-9a-f]{40}")
_COMMIT = re.compile("[0-9a-f]{40}")
_OK = 200


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as the hub describes it.

    Attributes:
        path: in the repository.
        url: where it is.
        bytes: its size, None when the hub doesn't say.
        sha256, blob_id: what the hub says of its contents, at most one of them.
    """

    path: str
    url: str
    bytes: int | None = None
    sha256: str | None = None
    blob_id: str | None = None


class Hub:
    """One hub, or a mirror of it."""

    def __init__(self, network: Network, endpoint: str | None = None) -> None:
        """Asks nothing yet.

        Args:
            endpoint: None: what HF_ENDPOINT says, else the hub itself.
        """
        chosen = endpoint or os.environ.get(ENDPOINT_VARIABLE, "").strip() or _ENDPOINT
        self._endpoint = chosen.rstrip("/")
        self._network = network

    def describe(self, spec: ModelSpec, file: FileSpec) -> RemoteFile:
        """Asks what the hub has in a model's place.

        Raises:
            NetworkError: there is no answer, or no such file.
            ModelError: model_checksum, the repository answers for another revision.
        """
        # A mirror has what the usual hub has, and nothing of another one.
        endpoint = spec.hub or self._endpoint
        url = f"{endpoint}/{spec.source}/resolve/{spec.revision}/{quote(file.path)}"
        answer = self._network.head(url)
        commit = answer.headers.get("X-Repo-Commit")
        if commit is not None and _COMMIT.fullmatch(spec.revision) and commit != spec.revision:
            raise ModelError(
                "model_checksum",
                "{endpoint} answers with another version of {source} than was asked for. "
                "Nothing was downloaded.",
                endpoint=endpoint,
                source=spec.source,
            )
        tag = _tag(answer.headers)
        return RemoteFile(
            file.path,
            url,
            _size(answer.status, answer.headers),
            tag if _SHA256.fullmatch(tag) else None,
            tag if _BLOB_ID.fullmatch(tag) else None,
        )

    def open(self, file: RemoteFile, start: int) -> AbstractContextManager[Body]:
        """Fetches a file from one byte on; the answer tells whether the server does that.

        Raises:
            NetworkError: there is no answer, or a bad one.
        """
        return self._network.get(file.url, {"Range": f"bytes={start}-"} if start else {})


def _tag(headers: Message[str, str]) -> str:
    """X-Linked-Etag, else ETag, without its quotation marks."""
    value = headers.get("X-Linked-Etag") or headers.get("ETag") or ""
    return value.strip().removeprefix("W/").strip('"').lower()


def _size(status: int, headers: Message[str, str]) -> int | None:
    value = headers.get("X-Linked-Size")
    if value is None and status == _OK:  # else it is the redirect's own
        value = headers.get("Content-Length")
    return whole_number(value)
