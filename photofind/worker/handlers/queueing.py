"""How work on photos gets into the describer's queue, or before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.files import find_photo_at
from photofind.catalog.folders import read_folders
from photofind.catalog.jobs import Priority, add_jobs
from photofind.catalog.photos import find_contents
from photofind.catalog.reader import CatalogReader
from photofind.describe.job_params import params_to_json
from photofind.domain import FolderError
from photofind.worker.description_messages import DescriptionsQueued

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from photofind.catalog.texts import TextKind
    from photofind.catalog.writer import CatalogWriter
    from photofind.describe.describer import Describer, Outcome
    from photofind.describe.job_params import JobParams
    from photofind.domain import ContentId, JobKind, PhotoId
    from photofind.paths import AppFolders
    from photofind.worker.server import Peer
    from photofind.worker.wire import BaseCommand

_FEW = 4
"""Chosen photos that are worked on at once, before anything else."""


class Queueing:
    """Queues jobs for photos, and answers the commands that ask for them."""

    def __init__(self, folders: AppFolders, writer: CatalogWriter, describer: Describer) -> None:
        self._folders = folders
        self._writer = writer
        self._describer = describer

    def queue_texts(
        self,
        peer: Peer,
        command: BaseCommand[DescriptionsQueued],
        kind: JobKind,
        params: JobParams,
        *,
        photo_ids: Sequence[PhotoId],
        folder: Path | None,
        waits: bool,
        known: tuple[TextKind, str] | None,
    ) -> None:
        """Queues texts about photos.

        Args:
            photo_ids: these photos; empty for those of `folder`, or all.
            waits: somebody waits for all of it.
            known: texts (of a model's catalog key) that need not be made again.

        Raises:
            FolderError: folder_unknown.
        """
        chosen = list(photo_ids) or None
        with CatalogReader(self._folders) as reader:
            if folder is not None:
                _require_known(reader, folder)
            with reader.snapshot() as snapshot:
                wanted = find_contents(snapshot, chosen, folder)
                contents = find_contents(snapshot, chosen, folder, known) if known else wanted
        priority = Priority.BACKGROUND
        if chosen is not None and len(chosen) <= _FEW:
            priority = Priority.WAITED_FOR
        elif waits:
            priority = Priority.COMMANDED
        elif chosen is not None:
            priority = Priority.IN_SIGHT
        self._queue(peer, command, kind, contents, params, priority, len(wanted))

    def queue_questions(
        self,
        peer: Peer,
        command: BaseCommand[DescriptionsQueued],
        kind: JobKind,
        params: JobParams,
        photo_ids: Sequence[PhotoId],
    ) -> None:
        """Queues the same question for photos."""
        with CatalogReader(self._folders) as reader, reader.snapshot() as snapshot:
            contents = find_contents(snapshot, photo_ids)
        priority = Priority.QUESTION if len(contents) <= _FEW else Priority.IN_SIGHT
        self._queue(peer, command, kind, contents, params, priority, len(contents))

    def run_single(
        self,
        kind: JobKind,
        params: JobParams,
        path: Path,
        ended: Callable[[Outcome, bool], None],
        kept: Callable[[PhotoId], None],
    ) -> None:
        """Has one file looked at before everything in the queue.

        Args:
            ended: told what was found or why nothing was, and whether it is in the catalog now.
            kept: told then whose photo it is about.
        """
        with CatalogReader(self._folders) as reader, reader.snapshot() as snapshot:
            photo_id = find_photo_at(snapshot, path)
            shown = {} if photo_id is None else find_contents(snapshot, [photo_id])
        content_id = next(iter(shown.values()), None)

        def told(outcome: Outcome, number: int | None) -> None:
            ended(outcome, number is not None)
            if number is not None and photo_id is not None:
                kept(photo_id)

        self._describer.run_single(kind, params_to_json(params), path, content_id, told)

    def _queue(
        self,
        peer: Peer,
        command: BaseCommand[DescriptionsQueued],
        kind: JobKind,
        contents: Mapping[PhotoId, ContentId],
        params: JobParams,
        priority: Priority,
        wanted: int,
    ) -> None:
        content_ids = list(contents.values())
        with self._writer.transaction() as tx:
            queued = add_jobs(
                tx,
                kind,
                content_ids,
                params_to_json(params),
                priority,
                after_crash=not command.resent,
            )
        peer.answer(
            command,
            DescriptionsQueued(
                queued=queued,
                known=wanted - queued,
                photo_ids=tuple(contents),
            ),
        )
        self._describer.wake()


def _require_known(reader: CatalogReader, folder: Path) -> None:
    """
    Raises:
        FolderError: folder_unknown, no root holds it, or lies in it.
    """
    with reader.snapshot() as snapshot:
        roots = [row.path for row in read_folders(snapshot)]
    if not any(folder.is_relative_to(root) or root.is_relative_to(folder) for root in roots):
        raise FolderError(
            "folder_unknown",
            "photofind doesn't know the photos in {folder} yet. Add the folder first: "
            "photofind index FOLDER",
            folder=folder,
        )
