"""Folders and looking through them: added, removed, relocated, watched, tried again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from photofind.catalog.reader import CatalogReader
from photofind.domain import FolderError
from photofind.indexing.nesting import DiskNesting
from photofind.media.answering import ask
from photofind.media.scan import root_problem
from photofind.media.volume import read_volume_id
from photofind.worker.handlers.base import refuse
from photofind.worker.messages import (
    AddFolders,
    CatalogChanged,
    Done,
    JobFinished,
    Notice,
    RelocateFolder,
    RemoveFolder,
    Rescan,
    RetryProblems,
    Watch,
    path_from_wire,
    report_to_wire,
    text_to_wire,
)
from photofind.worker.watching import Parts, Recovery, Watching

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from photofind.catalog.rows import FolderRow
    from photofind.catalog.writer import CatalogWriter
    from photofind.indexing.indexer import Indexer
    from photofind.indexing.job import JobResult
    from photofind.paths import AppFolders
    from photofind.worker.handlers.base import Handlers
    from photofind.worker.messages import Command
    from photofind.worker.server import Peer, Server


class FolderHandlers:
    """Changes the list of folders and has them indexed; owns their watching."""

    def __init__(
        self,
        folders: AppFolders,
        writer: CatalogWriter,
        indexer: Indexer,
        server: Server,
        tell_progress: Callable[[], None],
        recovery: Recovery,
    ) -> None:
        """
        Args:
            tell_progress: sends every client how far indexing is.
            recovery: is told when a look went well.
        """
        self._recovery = recovery
        self._folders = folders
        self._writer = writer
        self._indexer = indexer
        self._server = server
        self._tell_progress = tell_progress
        self.watching = Watching(
            read_folders=lambda: self._chosen([]),
            look_at=self._look_at,
            notify=self._tell,
        )

    @property
    def handlers(self) -> Handlers:
        return {
            AddFolders: self._add,
            Rescan: self._rescan,
            RemoveFolder: self._remove,
            RelocateFolder: self._relocate,
            RetryProblems: self._retry_problems,
            Watch: self._watch,
        }

    def _add(self, peer: Peer, command: AddFolders) -> None:
        paths = [path_from_wire(raw) for raw in command.paths]
        for path in paths:
            if (problem := ask(path, partial(root_problem, path))) is not None:
                raise problem
        nesting = DiskNesting()
        rows = [self._writer.add_folder(path, read_volume_id(path), nesting) for path in paths]
        self.changed()
        self._index(peer, command, rows)

    def _rescan(self, peer: Peer, command: Rescan) -> None:
        self._index(peer, command, self._chosen([path_from_wire(raw) for raw in command.paths]))

    def _remove(self, peer: Peer, command: RemoveFolder) -> None:
        path = path_from_wire(command.path)
        if not (command.resent and self._find_root(path) is None):
            self._writer.remove_folder(path)
        peer.send(Done(request_id=command.request_id))
        self.changed()

    def _relocate(self, peer: Peer, command: RelocateFolder) -> None:
        new = path_from_wire(command.new)
        if (problem := ask(new, partial(root_problem, new))) is not None:
            raise problem
        row = self._find_root(new) if command.resent else None
        if row is None:
            old = path_from_wire(command.old)
            row = self._writer.relocate_folder(old, new, read_volume_id(new))
        self.changed()
        self._index(peer, command, [row])

    def _retry_problems(self, peer: Peer, command: RetryProblems) -> None:
        if not command.resent:  # else what crashes the worker would be tried for ever
            self._writer.retry_failed()
        self._index(peer, command, self._chosen([]))

    def _watch(self, peer: Peer, command: Watch) -> None:
        self.watching.begin()
        self._index(peer, command, self._chosen([]))

    def changed(self) -> None:
        """The list of folders is another one."""
        self._server.broadcast(CatalogChanged())
        self.watching.folders_changed()

    def look_again(self, peer: Peer, command: Command, root: Path) -> None:
        """Other files of a root than before are wanted: answers with a look at it."""
        self.changed()
        self._index(peer, command, self._chosen([root]))

    def read_folders(self) -> list[FolderRow]:
        """The roots as the catalog has them now."""
        return self._chosen([])

    def _find_root(self, path: Path) -> FolderRow | None:
        return next((row for row in self._chosen([]) if row.path == path), None)

    def _chosen(self, paths: Sequence[Path]) -> list[FolderRow]:
        with CatalogReader(self._folders) as reader:
            folders = reader.folders()
        if not paths:
            return folders
        by_path = {folder.path: folder for folder in folders}
        for path in paths:
            if path not in by_path:
                raise FolderError(
                    "folder_unknown", f"{path} is not one of photofind's folders. Add it first."
                )
        return [by_path[path] for path in paths]

    def _index(self, peer: Peer, command: Command, folders: Sequence[FolderRow]) -> None:
        def finished(result: JobResult) -> None:
            self._note_outcome(result)
            if result.error is not None:
                refuse(peer, command, result.error)
                return
            # The last progress first, so that nobody shows 99 % beside "done".
            self._tell_progress()
            peer.send(
                JobFinished(request_id=command.request_id, report=report_to_wire(result.report))
            )

        self._indexer.index({folder.id: None for folder in folders}, finished)

    def _look_at(self, parts: Parts) -> None:
        """Looks at what was noticed to have changed; nobody waits for the result."""
        self._indexer.index(parts, self._note_outcome)

    def root_stalled(self, root: Path) -> None:
        """Says that a drive doesn't answer; callable from any thread."""
        self._tell(
            "folder_stalled",
            f"The drive of {root} doesn't answer. It is left out until it does; everything else "
            "goes on.",
        )

    def root_answers(self, root: Path) -> None:
        """Looks for what was left out meanwhile; callable from any thread."""
        self._tell("folder_answers", f"The drive of {root} answers again; photofind goes on.")
        self._look_at({folder.id: None for folder in self._chosen([]) if folder.path == root})

    def _note_outcome(self, result: JobResult) -> None:
        if result.error is None and self._recovery.went_well():
            self._tell("catalog_recovered", "The catalog can be written again; indexing goes on.")

    def _tell(self, code: str, message: str) -> None:
        self._server.broadcast(Notice(code=code, message=text_to_wire(message)))
