"""Proposes tags for photos that have a vector."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog.models import read_active_model
from photofind.catalog.photos import read_photo_order
from photofind.catalog.tags import find_untagged, store_proposals
from photofind.catalog.vectors import fetch_vectors
from photofind.describe.idle import IdleTask
from photofind.domain import ModelError, Space
from photofind.inference.spec_search import DualEncoderSpec
from photofind.inference.vocabulary import everyday_vocabulary
from photofind.inference.zero_shot import label_bias, load_labels, propose

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from photofind.catalog.reader import CatalogReader
    from photofind.catalog.writer import CatalogWriter
    from photofind.domain import ContentId, ModelId
    from photofind.inference.store import InstalledModel, ModelStore
    from photofind.inference.vocabulary import Vocabulary
    from photofind.paths import AppFolders

logger = logging.getLogger(__name__)

_CHUNK = 256
"""Photos that are tagged in one transaction."""
_SAMPLE = 4_096
"""Photos whose vectors tell how labels fit the library."""


class Tagger(IdleTask):
    """Tags with the model that search uses.

    Models without zero-shot cuts are left alone: they bring tags of their own, or none.
    """

    def __init__(
        self,
        folders: AppFolders,
        writer: CatalogWriter,
        store: ModelStore,
        vocabulary: Callable[[], Vocabulary] = everyday_vocabulary,
    ) -> None:
        """
        Args:
            vocabulary: what photos are tagged with.
        """
        self._folders = folders
        self._writer = writer
        self._store = store
        self._vocabulary = vocabulary

    def work(self, reader: CatalogReader, must_stop: Callable[[], bool]) -> bool:
        """Tags what has a vector and was not tagged yet."""
        try:
            return self._tag(reader, must_stop)
        except (ModelError, OSError) as error:
            # Search says what is wrong with the model; tags come when it is mended.
            logger.warning("no tags are proposed: %s", type(error).__name__)
            return False

    def _tag(self, reader: CatalogReader, must_stop: Callable[[], bool]) -> bool:
        with reader.snapshot() as snapshot:
            active = read_active_model(snapshot)
        if active is None:
            return False
        model_id, key = active
        model = self._find(key)
        vocabulary = self._vocabulary()
        if model is None or model.spec.zero_shot is None:
            return False
        if not _next_untagged(reader, model_id, vocabulary, 1):
            return False
        labels = load_labels(model, vocabulary, self._folders.cache / "labels", must_stop)
        if labels is None:
            return False
        bias = label_bias(_sample(reader, model_id), labels)
        tagged = False
        while not must_stop() and (chunk := _next_untagged(reader, model_id, vocabulary, _CHUNK)):
            found = propose(_fetch(reader, model_id, chunk), labels, bias, model.spec.zero_shot)
            proposals = {
                content_id: tuple((vocabulary.labels[label], share) for label, share in row)
                for content_id, row in zip(chunk, found, strict=True)
            }
            with self._writer.transaction() as tx:
                store_proposals(tx, model_id, vocabulary.digest, proposals)
            tagged = True
        return tagged

    def _find(self, catalog_key: str) -> InstalledModel[DualEncoderSpec] | None:
        for model in self._store.installed(DualEncoderSpec):
            if model.spec.catalog_key == catalog_key:
                return model
        return None


def _sample(reader: CatalogReader, model_id: ModelId) -> NDArray[np.float32]:
    """Vectors of photos from all times: float32 [n, dim]."""
    with reader.snapshot() as snapshot:
        ids = read_photo_order(snapshot).content_ids
        places = np.unique(np.linspace(0, len(ids) - 1, min(_SAMPLE, len(ids)), dtype=np.intp))
        vectors = fetch_vectors(snapshot, model_id, Space.SEARCH, ids[places])
    return vectors[vectors.any(axis=1)].astype(np.float32)


def _next_untagged(
    reader: CatalogReader, model_id: ModelId, vocabulary: Vocabulary, limit: int
) -> list[ContentId]:
    with reader.snapshot() as snapshot:
        return find_untagged(snapshot, model_id, vocabulary.digest, limit)


def _fetch(
    reader: CatalogReader, model_id: ModelId, content_ids: list[ContentId]
) -> NDArray[np.float32]:
    with reader.snapshot() as snapshot:
        return fetch_vectors(snapshot, model_id, Space.SEARCH, content_ids).astype(np.float32)
