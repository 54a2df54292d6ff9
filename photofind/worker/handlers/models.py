"""Which model search uses, which indexes there are, and what is done in the background."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from photofind.catalog.background import find_without_vectors
from photofind.catalog.models import read_model_indexes
from photofind.catalog.reader import CatalogReader
from photofind.domain import ModelError, PhotofindError, WorkProgress
from photofind.indexing.removing import IndexRemoval, IndexRemover
from photofind.sentences import Sentence
from photofind.worker.handlers.base import refuse
from photofind.worker.messages import (
    FinishBackground,
    ModelChanged,
    Notice,
    RemoveModelIndex,
    UseInstalledModel,
    UseModel,
)
from photofind.worker.wire import BaseCommand, Done

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from photofind.catalog.writer import CatalogWriter
    from photofind.indexing.indexer import Indexer
    from photofind.indexing.models import IndexModel
    from photofind.paths import AppFolders
    from photofind.worker.handlers.base import Handlers
    from photofind.worker.model_choice import ModelChoice
    from photofind.worker.server import Peer, Server

    _Waiting: TypeAlias = tuple[Peer, BaseCommand[Done]]


class ModelHandlers:
    """Switches between models, removes their indexes, and answers who waits for either."""

    def __init__(
        self,
        folders: AppFolders,
        writer: CatalogWriter,
        choice: ModelChoice,
        indexer: Indexer,
        server: Server,
        tell_progress: Callable[[], None],
        changed: Callable[[], None],
    ) -> None:
        """
        Args:
            tell_progress: sends every client how far the work is.
            changed: what is shown should be read again.
        """
        self._folders = folders
        self._choice = choice
        self._indexer = indexer
        self._server = server
        self._tell_progress = tell_progress
        self._changed = changed
        self._remover = IndexRemover(writer, self._removed)
        self._lock = threading.Lock()
        self._switching: list[tuple[Peer, UseModel]] = []
        self._finishing: list[_Waiting] = []
        self._removing: dict[int, list[_Waiting]] = {}

    @property
    def handlers(self) -> Handlers:
        return {
            UseModel: self._use,
            UseInstalledModel: self._use_installed,
            RemoveModelIndex: self._remove,
            FinishBackground: self._finish,
        }

    def start(self) -> None:
        """Goes on with what an earlier worker had begun to remove."""
        self._remover.start()
        with CatalogReader(self._folders) as reader, reader.snapshot() as snapshot:
            for index in read_model_indexes(snapshot):
                if index.removing:
                    self._remover.remove(IndexRemoval(index.id, index.key, index.embedded))

    def stop(self) -> None:
        self._remover.stop()

    def removal(self) -> WorkProgress | None:
        """The index that is being removed."""
        current = self._remover.current()
        return None if current is None else current.progress

    # Told by the indexer, on its threads.

    def complete(self, model: IndexModel) -> None:
        if self._choice.complete(model):
            self._tell_switch()
            self._tell_without_vectors(model)

    def failed(self, model: IndexModel, error: ModelError) -> bool:
        """Returns whether another model stands in for one that can't be loaded."""
        was_active = model.id == self._choice.active.id
        notice = self._choice.failed(model, error)
        if notice is None:
            return False
        self._server.broadcast(notice)
        if was_active:
            self._tell_switch()
        with self._lock:
            waiting, self._switching = self._switching, []
        for peer, command in waiting:
            refuse(peer, command, error)
        return True

    def background_ended(self, error: PhotofindError | None) -> None:
        if error is None:
            self._remove_superseded()
        if self._remover.busy and error is None:
            return  # asked again once that has ended
        with self._lock:
            waiting, self._finishing = self._finishing, []
        for peer, command in waiting:
            _answer(peer, command, error)

    # Commands.

    def _use(self, peer: Peer, command: UseModel) -> None:
        now = self._choice.use(command.key)
        with self._lock:
            former, self._switching = self._switching, [] if now else [(peer, command)]
        for other, unchosen in former:
            refuse(other, unchosen, _unchosen())
        if now:
            self._tell_switch()
            peer.answer(command, Done())
        self._indexer.wake_background()

    def _use_installed(self, peer: Peer, command: UseInstalledModel) -> None:
        before = self._choice.active.id
        now = self._choice.use_installed(command.key, command.since_s)
        if not now:
            self._refuse_others(command.key)
            self._changed()
        elif self._choice.active.id != before:
            self._refuse_others(command.key)
            self._tell_switch()
        peer.answer(command, Done())
        self._indexer.wake_background()

    def _refuse_others(self, key: str) -> None:
        """Whoever waits for another model than this waits in vain."""
        with self._lock:
            waiting, self._switching = self._switching, []
            self._switching += [each for each in waiting if each[1].key == key]
        for peer, command in waiting:
            if command.key != key:
                refuse(peer, command, _unchosen())

    def _remove(self, peer: Peer, command: RemoveModelIndex) -> None:
        with CatalogReader(self._folders) as reader, reader.snapshot() as snapshot:
            indexes = [
                index
                for index in read_model_indexes(snapshot)
                if command.key in {index.key, index.people_key}
            ]
        if not indexes:
            raise ModelError(
                "model_missing",
                "There is no index of a model called “{key}”.",
                key=command.key,
            )
        for index in indexes:
            self._choice.begin_removal(index)
        with self._lock:
            # One answer, when the last of them is gone.
            self._removing.setdefault(indexes[-1].id, []).append((peer, command))
        for index in indexes:
            self._remover.remove(IndexRemoval(index.id, index.key, index.embedded))
        self._indexer.wake_background()

    def _remove_superseded(self) -> None:
        """Deletes what an earlier edition of the built-in model has left."""
        for index in self._choice.superseded():
            self._choice.begin_removal(index)
            self._remover.remove(IndexRemoval(index.id, index.key, index.embedded))

    def _finish(self, peer: Peer, command: FinishBackground) -> None:
        with self._lock:
            self._finishing.append((peer, command))
        self._indexer.wake_background()

    def _removed(self, removal: IndexRemoval, error: PhotofindError | None) -> None:
        with self._lock:
            waiting = self._removing.pop(removal.model_id, [])
        self._tell_progress()
        for peer, command in waiting:
            _answer(peer, command, error)
        self._changed()
        self._indexer.wake_background()

    def _tell_without_vectors(self, model: IndexModel) -> None:
        """Search has switched although some photos could not be looked at just now."""
        with CatalogReader(self._folders) as reader, reader.snapshot() as snapshot:
            without_vectors = len(find_without_vectors(snapshot, model.id))
        if without_vectors:
            sentence = Sentence(
                "%Ln photo(s) that can't be read now can only be found by (its name|their names) "
                "until photofind can process (it|them) with the new model.",
                n=without_vectors,
            )
            self._server.broadcast(Notice(code="model_lacks_photos", sentence=sentence))

    def _tell_switch(self) -> None:
        with self._lock:
            waiting, self._switching = self._switching, []
        self._server.broadcast(ModelChanged(key=self._choice.active.key))
        self._changed()
        for peer, command in waiting:
            _answer(peer, command, None)


def _answer(peer: Peer, command: BaseCommand[Done], error: PhotofindError | None) -> None:
    if error is None:
        peer.answer(command, Done())
    else:
        refuse(peer, command, error)


def _unchosen() -> ModelError:
    return ModelError("model_unchosen", "Another model was chosen in the meantime.")
