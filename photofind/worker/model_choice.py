"""Which model search uses: what the catalog says, and what is installed."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from photofind.catalog.models import (
    SEARCH_TASK,
    activate_model,
    begin_model_removal,
    choose_model,
    ensure_model,
    note_model_asked_for,
    read_model_asked_for,
    read_model_indexes,
    read_models,
    same_weights,
)
from photofind.catalog.reader import CatalogReader
from photofind.domain import ModelError
from photofind.indexing.models import IndexModel, IndexModels
from photofind.inference.registry import BASIC, is_earlier_edition
from photofind.inference.spec_search import DualEncoderSpec
from photofind.sentences import Sentence
from photofind.worker.messages import Notice

if TYPE_CHECKING:
    from photofind.catalog.models import ModelIndex, ModelRow
    from photofind.catalog.writer import CatalogWriter
    from photofind.domain import ModelId
    from photofind.inference.clip import DualEncoder
    from photofind.inference.store import ModelStore
    from photofind.paths import AppFolders

logger = logging.getLogger(__name__)


class ModelChoice:
    """Keeps the active model and the chosen one; never drops an index. Any thread may call.

    Attributes:
        models: the active one, for those who embed.
        notice: what the person should know about how it began, or None.
    """

    def __init__(self, folders: AppFolders, writer: CatalogWriter, store: ModelStore) -> None:
        """Takes up the catalog's active model, or one that stands in for it.

        Raises:
            ModelError: not even the built-in model is there.
        """
        self._folders = folders
        self._writer = writer
        self._store = store
        self._lock = threading.RLock()
        self._unusable: set[ModelId] = set()
        self.notice: Notice | None = None
        rows = self._read_rows()
        self._chosen: ModelId | None = next((row.id for row in rows if row.chosen), None)
        self.models = IndexModels(self._begin(next((row for row in rows if row.active), None)))

    @property
    def active(self) -> IndexModel:
        return self.models.active

    def wanted(self, reader: CatalogReader) -> list[IndexModel]:
        """The models whose indexes are to be complete, the most urgent first: the active one,
        the chosen one, then all others that have an index and are installed."""
        with self._lock:
            active, chosen, unusable = self.active, self._chosen, set(self._unusable)
        with reader.snapshot() as snapshot:
            rows = [
                row
                for row in read_models(snapshot)
                if row.id != active.id and row.id not in unusable
            ]
        installed = self._installed()
        others = [
            IndexModel(row.id, installed[row.key])
            for row in sorted(rows, key=lambda row: row.id != chosen)
            if row.key in installed and not row.removing
        ]
        return [active, *others]

    def use(self, key: str) -> bool:
        """Chooses a model that a person asked for.

        Returns:
            Whether search uses it now; else it does as soon as its index is complete.

        Raises:
            ModelError: it is not installed, or its index is being removed.
        """
        installed = self._store.find(key, DualEncoderSpec)
        with self._lock:
            model = self._ensure(installed)
            if model.id == self.active.id:
                self._choose(None)
                now = True
            else:
                now = self._take(model)
            with self._writer.transaction() as tx:
                note_model_asked_for(tx, model.id, time.time())
            return now

    def use_installed(self, key: str, since_s: float) -> bool:
        """Chooses a model that was just installed, unless a person chose another one meanwhile.

        Args:
            since_s: when the installation began, in unix seconds.

        Returns:
            As `use`.

        Raises:
            ModelError: model_unchosen, there was another choice; else as `use`.
        """
        installed = self._store.find(key, DualEncoderSpec)
        with self._lock:
            with CatalogReader(self._folders) as reader, reader.snapshot() as snapshot:
                asked_for = read_model_asked_for(snapshot, since_s)
            if asked_for is not None and asked_for.partition("@")[0] != key:
                raise ModelError(
                    "model_unchosen",
                    "Search stays with the model that was chosen while “{model}” was being "
                    "installed.",
                    model=installed.spec.title,
                )
            model = self._ensure(installed)
            return model.id == self.active.id or self._take(model)

    def _take(self, model: IndexModel) -> bool:
        """Switches to a model if its index is complete; else notes that it is to be."""
        with CatalogReader(self._folders) as reader, reader.snapshot() as snapshot:
            index = next(each for each in read_model_indexes(snapshot) if each.id == model.id)
        if index.removing:
            raise ModelError(
                "model_busy",
                "The index of the model “{model}” is being removed. Try again in a moment.",
                model=model.installed.spec.title,
            )
        self._unusable.discard(model.id)
        if index.complete:
            self._switch(model)
            return True
        self._choose(model.id)
        return False

    def complete(self, model: IndexModel) -> bool:
        """Switches to a model whose index has become complete, if it was chosen."""
        with self._lock:
            if model.id != self._chosen:
                return False
            self._switch(model)
            return True

    def failed(self, model: IndexModel, error: ModelError) -> Notice | None:
        """A model can't be loaded; its index is kept, and another one stands in for it.

        Returns:
            What the person should know; None when nothing can stand in.
        """
        logger.warning("the model %s can't be used: %s", model.key, error.user_message)
        with self._lock:
            self._unusable.add(model.id)
            if model.id != self.active.id:
                if model.id == self._chosen:
                    self._choose(None)
                return _tell_not_built(error)
            if model.key == BASIC.key:
                return None
            self._switch(self._ensure(self._store.find(BASIC.key, DualEncoderSpec)))
            return _tell_stand_in(error.sentence)

    def rows_of(self, key: str) -> list[ModelRow]:
        """What the catalog has under a model's key for people, or under a catalog key."""
        return [row for row in self._read_rows() if key in {row.key, row.people_key}]

    def superseded(self) -> list[ModelIndex]:
        """Indexes of earlier editions of the built-in model, once they are of no use any more.

        Words of this edition can't be compared with them, and the files of an earlier one don't
        come back. They are kept until this edition's own index, if there is one, is complete.
        """
        with CatalogReader(self._folders) as reader, reader.snapshot() as snapshot:
            indexes = read_model_indexes(snapshot)
        own = [index for index in indexes if index.people_key == BASIC.key]
        current = [index for index in own if not is_earlier_edition(index.key)]
        if not all(index.complete for index in current):
            return []
        with self._lock:
            active = self.active.id
        return [
            index
            for index in own
            if index not in current and not index.removing and index.id != active
        ]

    def begin_removal(self, row: ModelRow) -> None:
        """Notes that an index is to go.

        Raises:
            ModelError: model_active, search uses it.
        """
        with self._lock:
            if row.id == self.active.id:
                raise ModelError(
                    "model_active",
                    "Search uses this model. Choose another one first: photofind models use KEY",
                )
            if row.id == self._chosen:
                self._choose(None)
            with self._writer.transaction() as tx:
                begin_model_removal(tx, row.id)

    def _begin(self, row: ModelRow | None) -> IndexModel:
        if row is None:
            return self._activate(self._ensure(self._store.find(BASIC.key, DualEncoderSpec)))
        installed = self._installed()
        if row.key in installed:
            return IndexModel(row.id, installed[row.key])
        for model in installed.values():
            if same_weights(model.spec.catalog_key, row.key):
                # An update prepares pictures otherwise: a new index grows beside the old one,
                # which is good for words as it is.
                self._choose(self._ensure(model).id)
                return IndexModel(row.id, model)
        try:
            self._store.find(row.people_key, DualEncoderSpec)
        except ModelError as error:
            reason = error.sentence
        else:
            reason = Sentence(
                "The installed model is another version than the one that indexed the photos."
            )
        stand_in = self._activate(self._ensure(self._store.find(BASIC.key, DualEncoderSpec)))
        if row.people_key != BASIC.key:
            self._choose(row.id)  # once its files are back, it takes its place again
            self.notice = _tell_stand_in(reason)
        return stand_in

    def _ensure(self, installed: DualEncoder) -> IndexModel:
        spec = installed.spec
        with self._writer.transaction() as tx:
            return IndexModel(ensure_model(tx, spec.catalog_key, SEARCH_TASK, spec.dim), installed)

    def _activate(self, model: IndexModel) -> IndexModel:
        with self._writer.transaction() as tx:
            activate_model(tx, model.id)
        return model

    def _switch(self, model: IndexModel) -> None:
        self.models.active = self._activate(model)
        self._choose(None)

    def _choose(self, model_id: ModelId | None) -> None:
        with self._writer.transaction() as tx:
            choose_model(tx, model_id)
        self._chosen = model_id

    def _installed(self) -> dict[str, DualEncoder]:
        models = self._store.installed(DualEncoderSpec)
        return {model.spec.catalog_key: model for model in models}

    def _read_rows(self) -> list[ModelRow]:
        with CatalogReader(self._folders) as reader, reader.snapshot() as snapshot:
            return read_models(snapshot)


def _tell_stand_in(reason: Sentence) -> Notice:
    return Notice(
        code="model_stand_in",
        sentence=Sentence(
            "{reason} Search uses the basic model for now; the index of the other one is kept.",
            reason=reason,
        ),
    )


def _tell_not_built(error: ModelError) -> Notice:
    return Notice(code=error.code, sentence=error.sentence)
