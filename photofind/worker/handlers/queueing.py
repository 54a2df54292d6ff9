"""How work on photos gets into the describer's queue, or before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.description_rows import Urgency
from photofind.catalog.reader import CatalogReader
from photofind.describe.orders import order_to_text
from photofind.domain import FolderError
from photofind.worker.description_messages import DescriptionsQueued

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from photofind.catalog.description_rows import TextKind
    from photofind.catalog.writer import CatalogWriter
    from photofind.describe.describer import Describer
    from photofind.describe.orders import Order
    from photofind.describe.surroundings import Outcome
    from photofind.domain import ContentId, PhotoId
    from photofind.paths import AppFolders
    from photofind.worker.messages import Command
    from photofind.worker.server import Peer

_FEW = 4
"""Chosen photos that are worked on at once, before anything else."""


class Queueing:
    """Queues orders for photos, and answers for it."""

    def __init__(self, folders: AppFolders, writer: CatalogWriter, describer: Describer) -> None:
        self._folders = folders
        self._writer = writer.descriptions
        self._describer = describer

    def queue_texts(
        self,
        peer: Peer,
        command: Command,
        kind: str,
        order: Order,
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
            wanted = reader.descriptions.contents(chosen, folder)
            contents = reader.descriptions.contents(chosen, folder, known) if known else wanted
        urgency = Urgency.BACKGROUND
        if chosen is not None and len(chosen) <= _FEW:
            urgency = Urgency.WAITED_FOR
        elif waits:
            urgency = Urgency.COMMANDED
        elif chosen is not None:
            urgency = Urgency.IN_SIGHT
        self._queue(peer, command, kind, contents, order, urgency, len(wanted))

    def queue_questions(
        self, peer: Peer, command: Command, kind: str, order: Order, photo_ids: Sequence[PhotoId]
    ) -> None:
        """Queues the same question for photos."""
        with CatalogReader(self._folders) as reader:
            contents = reader.descriptions.contents(photo_ids)
        urgency = Urgency.QUESTION if len(contents) <= _FEW else Urgency.IN_SIGHT
        self._queue(peer, command, kind, contents, order, urgency, len(contents))

    def run_single(
        self,
        kind: str,
        order: Order,
        path: Path,
        ended: Callable[[Outcome, bool], None],
        kept: Callable[[PhotoId], None],
    ) -> None:
        """Has one file looked at before everything in the queue.

        Args:
            ended: told what was found or why nothing was, and whether it is in the catalog now.
            kept: told then whose photo it is about.
        """
        with CatalogReader(self._folders) as reader:
            photo_id = reader.photo_at(path)
            shown = {} if photo_id is None else reader.descriptions.contents([photo_id])
        content_id = next(iter(shown.values()), None)

        def told(outcome: Outcome, number: int | None) -> None:
            ended(outcome, number is not None)
            if number is not None and photo_id is not None:
                kept(photo_id)

        self._describer.run_single(kind, order_to_text(order), path, content_id, told)

    def _queue(
        self,
        peer: Peer,
        command: Command,
        kind: str,
        contents: Mapping[PhotoId, ContentId],
        order: Order,
        urgency: Urgency,
        wanted: int,
    ) -> None:
        content_ids = list(contents.values())
        queued = self._writer.add_jobs(
            kind, content_ids, order_to_text(order), urgency, after_crash=not command.resent
        )
        peer.send(
            DescriptionsQueued(
                request_id=command.request_id,
                queued=queued,
                known=wanted - queued,
                photo_ids=tuple(contents),
            )
        )
        self._describer.wake()


def _require_known(reader: CatalogReader, folder: Path) -> None:
    """
    Raises:
        FolderError: folder_unknown, no root holds it, or lies in it.
    """
    roots = [row.path for row in reader.folders()]
    if not any(folder.is_relative_to(root) or root.is_relative_to(folder) for root in roots):
        raise FolderError(
            "folder_unknown",
            f"photofind doesn't know the photos in {folder} yet. Add the folder first:"
            " photofind index FOLDER",
        )
