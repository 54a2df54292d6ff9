"""Proposes tags for photos that have a vector, when the indexing is through."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Protocol

import numpy as np

from photofind.catalog.reader import CatalogReader
from photofind.catalog.vectors import fetch_vectors
from photofind.domain import CatalogError, ModelError, Space
from photofind.inference.spec_search import DualEncoderSpec
from photofind.inference.vocabulary import everyday_vocabulary
from photofind.inference.zero_shot import label_bias, load_labels, propose

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from photofind.catalog.writer import CatalogWriter
    from photofind.domain import ContentId, ModelId, PhotofindError
    from photofind.inference.store import InstalledModel, ModelStore
    from photofind.inference.vocabulary import Vocabulary
    from photofind.paths import AppFolders

logger = logging.getLogger(__name__)

_CHUNK = 256
"""Photos that are tagged in one transaction."""
_SAMPLE = 4_096
"""Photos whose vectors tell how labels fit the library."""
_LOOK_S = 1.0
"""How often it is looked whether the indexing is through."""


class TaggerListener(Protocol):
    """Told what happens, on the tagger's thread."""

    def catalog_changed(self) -> None: ...

    def halted(self, error: PhotofindError) -> None: ...

    def broken(self, error: BaseException) -> None: ...


class Tagger:
    """Tags with the model that search uses, on a thread of its own; `wake` makes it look.

    Models without zero-shot cuts are left alone: they bring tags of their own, or none.
    """

    def __init__(
        self,
        folders: AppFolders,
        writer: CatalogWriter,
        store: ModelStore,
        must_wait: Callable[[], bool],
        listener: TaggerListener,
        vocabulary: Callable[[], Vocabulary] = everyday_vocabulary,
    ) -> None:
        """
        Args:
            must_wait: whether something more urgent is at work, or everything is paused.
            vocabulary: what photos are tagged with.
        """
        self._folders = folders
        self._writer = writer.tags
        self._store = store
        self._must_wait = must_wait
        self._listener = listener
        self._vocabulary = vocabulary
        self._woken = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tags")

    def start(self) -> None:
        self._woken.set()
        self._thread.start()

    def wake(self) -> None:
        """There may be photos to tag, or another model is in use."""
        self._woken.set()

    def stop(self) -> None:
        """Ends after the photos in hand."""
        self._closed.set()
        self._woken.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            with CatalogReader(self._folders) as reader:
                while self._woken.wait() and not self._closed.is_set():
                    if self._must_wait():
                        self._closed.wait(_LOOK_S)
                        continue
                    self._woken.clear()
                    self._tag_all(reader)
        except BaseException as error:  # noqa: BLE001 (a bug of ours: logged, answered by a restart)
            self._listener.broken(error)

    def _tag_all(self, reader: CatalogReader) -> None:
        try:
            if self._tag(reader):
                self._listener.catalog_changed()
        except CatalogError as error:
            self._listener.halted(error)
        except (ModelError, OSError) as error:
            # Search says what is wrong with the model; tags come when it is mended.
            logger.warning("no tags are proposed: %s", type(error).__name__)

    def _tag(self, reader: CatalogReader) -> bool:
        """Returns whether anything was tagged."""
        active = reader.active_model()
        if active is None:
            return False
        model_id, key = active
        model = self._find(key)
        vocabulary = self._vocabulary()
        if model is None or model.spec.zero_shot is None:
            return False
        if not reader.untagged(model_id, vocabulary.digest, 1):
            return False
        cache = self._folders.cache / "labels"
        labels = load_labels(model, vocabulary, cache, self._closed.is_set)
        if labels is None:
            return False
        bias = label_bias(_sample(reader, model_id), labels)
        tagged = False
        while chunk := reader.untagged(model_id, vocabulary.digest, _CHUNK):
            found = propose(_fetch(reader, model_id, chunk), labels, bias, model.spec.zero_shot)
            proposals = {
                content_id: tuple((vocabulary.labels[label], share) for label, share in row)
                for content_id, row in zip(chunk, found, strict=True)
            }
            self._writer.store_proposals(model_id, vocabulary.digest, proposals)
            tagged = True
            if self._closed.is_set():
                break
            if self._must_wait():
                self._woken.set()
                break
        return tagged

    def _find(self, catalog_key: str) -> InstalledModel[DualEncoderSpec] | None:
        for model in self._store.installed(DualEncoderSpec):
            if model.spec.catalog_key == catalog_key:
                return model
        return None


def _sample(reader: CatalogReader, model_id: ModelId) -> NDArray[np.float32]:
    """Vectors of photos from all times: float32 [n, dim]."""
    ids = reader.photo_order().content_ids
    places = np.unique(np.linspace(0, len(ids) - 1, min(_SAMPLE, len(ids)), dtype=np.intp))
    vectors = fetch_vectors(reader.connection, model_id, Space.SEARCH, ids[places])
    return vectors[vectors.any(axis=1)].astype(np.float32)


def _fetch(
    reader: CatalogReader, model_id: ModelId, content_ids: list[ContentId]
) -> NDArray[np.float32]:
    return fetch_vectors(reader.connection, model_id, Space.SEARCH, content_ids).astype(np.float32)
