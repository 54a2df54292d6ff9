"""Proposes how a query may go on while it is typed, from what the library has."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from photofind.search.completion import Proposal, ProposalKind, Vocabulary, propose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from photofind.catalog.searches import SavedSearch
    from photofind.domain import PhotofindError
    from photofind.gui.background_calls import BackgroundCalls
    from photofind.gui.library_reads import LibraryReads
    from photofind.gui.library_state import LibraryState
    from photofind.gui.saved_searches import SavedSearchesController
    from photofind.gui.search_bar import SearchBar
    from photofind.gui.search_history import SearchHistory

logger = logging.getLogger(__name__)


class CompletionController(QObject):
    """Connects the search field with the words of the library; they are read in the background,
    when somebody types and the catalog has changed."""

    def __init__(
        self,
        bar: SearchBar,
        state: LibraryState,
        rounds: BackgroundCalls,
        reads: LibraryReads,
        saved: SavedSearchesController,
        history: SearchHistory,
        parent: QObject | None = None,
    ) -> None:
        """
        Args:
            reads: the catalog as `rounds` reads it.
        """
        super().__init__(parent)
        self._bar = bar
        self._rounds = rounds
        self._reads = reads
        self._saved = saved
        self._vocabulary = Vocabulary({}, {})
        self._outdated = True
        self._reading = False
        bar.proposals_wanted.connect(self._propose)
        bar.proposal_taken.connect(self._on_taken)
        state.status_read.connect(self._on_changed)
        saved.changed.connect(self._take_saved)
        history.changed.connect(self._take_recent)

    def _on_changed(self, _: object) -> None:
        self._outdated = True

    def _propose(self) -> None:
        if self._outdated and not self._reading:
            self._outdated, self._reading = False, True
            self._saved.read()
            self._rounds.run(self._reads.known_values, self._take_values, self._on_refused)
        self._show()

    def _show(self) -> None:
        self._bar.show_proposals(propose(self._bar.words, self._bar.typing_at, self._vocabulary))

    def _on_taken(self, proposal: Proposal) -> None:
        if proposal.kind is ProposalKind.KEY:
            self._propose()

    def _take_values(self, values: Mapping[str, Sequence[str]]) -> None:
        self._reading = False
        self._take(Vocabulary(values, self._vocabulary.saved, self._vocabulary.recent))

    def _take_saved(self, searches: Sequence[SavedSearch]) -> None:
        by_name = {search.name: search.query for search in searches}
        self._take(Vocabulary(self._vocabulary.values, by_name, self._vocabulary.recent))

    def _take_recent(self, queries: Sequence[str]) -> None:
        self._take(Vocabulary(self._vocabulary.values, self._vocabulary.saved, queries))

    def _take(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        if self._bar.awaits_proposals:
            self._show()

    def _on_refused(self, error: PhotofindError) -> None:
        self._reading = False
        self._outdated = True
        logger.info("the words of the library can't be read: %s", error.code)
