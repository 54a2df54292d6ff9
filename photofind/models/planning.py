"""What has to be fetched for a model: the registry's word and the hub's, which must agree."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from photofind.domain import ModelError
from photofind.models import first_use

if TYPE_CHECKING:
    from photofind.inference.spec import FileSpec, ModelSpec
    from photofind.models.hub import Hub, RemoteFile
    from photofind.paths import AppFolders


def plan_downloads(spec: ModelSpec, hub: Hub, folders: AppFolders) -> tuple[RemoteFile, ...]:
    """Asks for every file and settles what must arrive.

    Returns:
        Files whose size is known, and of whose content the sha256 or the blob id is.

    Raises:
        NetworkError: the hub can't be asked.
        ModelError: model_checksum, the hub has other files than photofind or an earlier use
            knows; model_unverifiable, nobody says what the content should be.
    """
    return tuple(_settle(spec, file, hub.describe(spec, file), folders) for file in spec.downloads)


def _settle(spec: ModelSpec, file: FileSpec, remote: RemoteFile, folders: AppFolders) -> RemoteFile:
    known = first_use.find(folders, spec, file)
    sha256 = file.sha256 or (known.sha256 if known else None)
    size = file.bytes if file.bytes is not None else (known.bytes if known else None)
    if _differ(sha256, remote.sha256) or _differ(size, remote.bytes):
        raise ModelError(
            "model_checksum",
            f"{spec.source} has another file {file.path} than the one that photofind knows."
            " Nothing was downloaded. A newer photofind may know it; a mirror may be to blame.",
        )
    settled = replace(
        remote,
        sha256=sha256 or remote.sha256,
        blob_id=None if sha256 else remote.blob_id,
        bytes=remote.bytes if size is None else size,
    )
    if settled.bytes is None or (settled.sha256 is None and settled.blob_id is None):
        raise ModelError(
            "model_unverifiable",
            f"The server does not say what {file.path} should contain, and photofind does not"
            " know either. Use the hub itself instead of a mirror (unset HF_ENDPOINT).",
        )
    return settled


def _differ(known: object, said: object) -> bool:
    return known is not None and said is not None and known != said
