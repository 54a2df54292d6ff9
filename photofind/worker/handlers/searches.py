"""Searches that a person keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.recent_searches import forget_searches, remember_search
from photofind.catalog.searches import remove_saved_search, rename_saved_search, save_search
from photofind.domain import CatalogError
from photofind.worker.messages import (
    ForgetSearches,
    RecentSearchesChanged,
    RememberSearch,
    RemoveSavedSearch,
    RenameSavedSearch,
    SavedSearchesChanged,
    SaveSearch,
)
from photofind.worker.wire import Done

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.catalog.writer import CatalogWriter
    from photofind.paths import AppFolders
    from photofind.worker.handlers.base import Handlers
    from photofind.worker.server import Peer, Server


class SearchHandlers:
    """Keeps saved and recent searches; every client hears when they change."""

    def __init__(
        self,
        folders: AppFolders,
        writer: CatalogWriter,
        server: Server,
        remembers: Callable[[], bool],
    ) -> None:
        """
        Args:
            remembers: whether the person wants recent searches to be remembered.
        """
        self._folders = folders
        self._writer = writer
        self._server = server
        self._remembers = remembers

    @property
    def handlers(self) -> Handlers:
        return {
            SaveSearch: self._save,
            RenameSavedSearch: self._rename,
            RemoveSavedSearch: self._remove,
            RememberSearch: self._remember,
            ForgetSearches: self._forget,
        }

    def forget_all(self) -> None:
        """Forgets the recent searches, if there are any.

        Raises:
            CatalogError: they can't be deleted.
        """
        if self._folders.recent_searches.exists():
            forget_searches(self._folders)
            self._server.broadcast(RecentSearchesChanged())

    def _remember(self, peer: Peer, command: RememberSearch) -> None:
        if self._remembers():
            remember_search(self._folders, command.query)
        peer.answer(command, Done())

    def _forget(self, peer: Peer, command: ForgetSearches) -> None:
        forget_searches(self._folders, command.query)
        self._server.broadcast(RecentSearchesChanged())
        peer.answer(command, Done())

    def _save(self, peer: Peer, command: SaveSearch) -> None:
        with self._writer.transaction() as tx:
            save_search(tx, command.name, command.query)
        self._tell(peer, command)

    def _rename(self, peer: Peer, command: RenameSavedSearch) -> None:
        try:
            with self._writer.transaction() as tx:
                rename_saved_search(tx, command.name, command.new_name)
        except CatalogError as error:
            _unless_done_before(command, error)
        self._tell(peer, command)

    def _remove(self, peer: Peer, command: RemoveSavedSearch) -> None:
        try:
            with self._writer.transaction() as tx:
                remove_saved_search(tx, command.name)
        except CatalogError as error:
            _unless_done_before(command, error)
        self._tell(peer, command)

    def _tell(
        self, peer: Peer, command: SaveSearch | RenameSavedSearch | RemoveSavedSearch
    ) -> None:
        self._server.broadcast(SavedSearchesChanged())
        peer.answer(command, Done())


def _unless_done_before(
    command: RenameSavedSearch | RemoveSavedSearch, error: CatalogError
) -> None:
    """The worker that had it may have done it and died before it said so.

    Raises:
        CatalogError: it can't have been that.
    """
    if not (command.resent and error.code == "saved_search_unknown"):
        raise error
