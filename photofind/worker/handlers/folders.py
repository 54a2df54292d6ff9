"""Folders and looking through them: added, removed, relocated, watched, tried again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from photofind.catalog.folders import (
    add_folder,
    read_folders,
    relocate_folder,
    remove_folder,
    store_unwatched,
)
from photofind.catalog.reader import CatalogReader
from photofind.catalog.suspects import retry_failed
from photofind.domain import FolderError
from photofind.indexing.nesting import DiskNesting
from photofind.media.scan import root_problem
from photofind.media.timeouts import call_with_timeout
from photofind.media.volume import read_volume_id
from photofind.sentences import Sentence
from photofind.worker.handlers.base import refuse
from photofind.worker.messages import (
    AddFolders,
    CatalogChanged,
    Notice,
    RelocateFolder,
    RemoveFolder,
    Rescan,
    RetryProblems,
    Watch,
)
from photofind.worker.watching import Parts, Recovery, Watching
from photofind.worker.wire import BaseCommand, Done, JobFinished

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from photofind.catalog.folders import FolderRow
    from photofind.catalog.writer import CatalogWriter
    from photofind.domain import FolderId
    from photofind.indexing.indexer import Indexer
    from photofind.indexing.job import JobResult
    from photofind.paths import AppFolders
    from photofind.worker.handlers.base import Handlers
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
            store_unwatched=self._store_unwatched,
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
        for path in command.paths:
            if (problem := call_with_timeout(path, partial(root_problem, path))) is not None:
                raise problem
        nesting = DiskNesting()
        volumes = [(path, read_volume_id(path)) for path in command.paths]
        with self._writer.transaction() as tx:
            rows = [add_folder(tx, path, volume, nesting) for path, volume in volumes]
        self.changed()
        self._index(peer, command, rows)

    def _rescan(self, peer: Peer, command: Rescan) -> None:
        self._index(peer, command, self._chosen(command.paths))

    def _remove(self, peer: Peer, command: RemoveFolder) -> None:
        path = command.path
        if not (command.resent and self._find_root(path) is None):
            with self._writer.transaction() as tx:
                remove_folder(tx, path)
        peer.answer(command, Done())
        self.changed()

    def _relocate(self, peer: Peer, command: RelocateFolder) -> None:
        new = command.new
        if (problem := call_with_timeout(new, partial(root_problem, new))) is not None:
            raise problem
        row = self._find_root(new) if command.resent else None
        if row is None:
            volume_id = read_volume_id(new)
            with self._writer.transaction() as tx:
                row = relocate_folder(tx, command.old, new, volume_id)
        self.changed()
        self._index(peer, command, [row])

    def _retry_problems(self, peer: Peer, command: RetryProblems) -> None:
        if not command.resent:  # else what crashes the worker would be tried for ever
            with self._writer.transaction() as tx:
                retry_failed(tx)
        self._index(peer, command, self._chosen([]))

    def _watch(self, peer: Peer, command: Watch) -> None:
        self.watching.begin()
        self._index(peer, command, self._chosen([]))

    def changed(self) -> None:
        """The list of folders is another one."""
        self._server.broadcast(CatalogChanged())
        self.watching.folders_changed()

    def look_again(self, peer: Peer, command: BaseCommand[JobFinished], root: Path) -> None:
        """Other files of a root than before are wanted: answers with a look at it."""
        self.changed()
        self._index(peer, command, self._chosen([root]))

    def read_folders(self) -> list[FolderRow]:
        """The roots as the catalog has them now."""
        return self._chosen([])

    def _find_root(self, path: Path) -> FolderRow | None:
        return next((row for row in self._chosen([]) if row.path == path), None)

    def _chosen(self, paths: Sequence[Path]) -> list[FolderRow]:
        with CatalogReader(self._folders) as reader, reader.snapshot() as snapshot:
            folders = read_folders(snapshot)
        if not paths:
            return folders
        by_path = {folder.path: folder for folder in folders}
        for path in paths:
            if path not in by_path:
                raise FolderError(
                    "folder_unknown",
                    "{path} is not one of photofind's folders. Add it first.",
                    path=path,
                )
        return [by_path[path] for path in paths]

    def _index(
        self, peer: Peer, command: BaseCommand[JobFinished], folders: Sequence[FolderRow]
    ) -> None:
        def finished(result: JobResult) -> None:
            self._note_outcome(result)
            if result.error is not None:
                refuse(peer, command, result.error)
                return
            # The last progress first, so that nobody shows 99 % beside "done".
            self._tell_progress()
            peer.answer(command, JobFinished(report=result.report))

        # Asked for anew after the worker died: what ended it is not tried by itself.
        self._indexer.index(
            {folder.id: None for folder in folders}, finished, retries=not command.resent
        )

    def _look_at(self, parts: Parts) -> None:
        """Looks at what was noticed to have changed; nobody waits for the result."""
        self._indexer.index(parts, self._note_outcome)

    def root_stalled(self, root: Path) -> None:
        """Says that a drive doesn't answer; callable from any thread."""
        self._tell(
            "folder_stalled",
            Sentence(
                "The drive of {folder} isn't responding. It is skipped until it does; everything "
                "else continues.",
                folder=root,
            ),
        )

    def root_answers(self, root: Path) -> None:
        """Looks for what was left out meanwhile; callable from any thread."""
        self._tell(
            "folder_answers",
            Sentence(
                "The drive of {folder} is responding again; photofind continues.", folder=root
            ),
        )
        self._look_at({folder.id: None for folder in self._chosen([]) if folder.path == root})

    def _store_unwatched(self, counts: Mapping[FolderId, int]) -> None:
        if any(folder.unwatched != counts.get(folder.id, 0) for folder in self._chosen([])):
            with self._writer.transaction() as tx:
                store_unwatched(tx, counts)
            self._server.broadcast(CatalogChanged())

    def _note_outcome(self, result: JobResult) -> None:
        if result.error is None and self._recovery.went_well():
            self._tell(
                "catalog_recovered",
                Sentence("The catalog can be written again; indexing continues."),
            )

    def _tell(self, code: str, sentence: Sentence) -> None:
        self._server.broadcast(Notice(code=code, sentence=sentence))
