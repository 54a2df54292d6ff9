"""The models that photos are embedded with, and what one of them says about a photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from photofind.domain import Space
from photofind.inference.labels import first_tags

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from photofind.domain import ImageGeometry, ModelId
    from photofind.inference.clip import DualEncoder, ImageEmbeddings


@dataclass(frozen=True, slots=True)
class IndexModel:
    """A model that is installed, and the number its vectors are kept under."""

    id: ModelId
    installed: DualEncoder

    @property
    def key(self) -> str:
        """The model's key for people."""
        return self.installed.spec.key

    @property
    def catalog_key(self) -> str:
        return self.installed.spec.catalog_key

    @property
    def geometry(self) -> ImageGeometry:
        return self.installed.spec.preprocess.geometry

    def read_row(
        self, embeddings: ImageEmbeddings, row: int
    ) -> tuple[dict[Space, NDArray[np.float32]], tuple[tuple[str, float], ...]]:
        """The vectors and first tags of one picture of a batch."""
        vectors = {Space.SEARCH: embeddings.search[row]}
        if embeddings.similar is not None:
            vectors[Space.SIMILAR] = embeddings.similar[row]
        if embeddings.posterior is None:
            return vectors, ()
        presence = None if embeddings.presence is None else embeddings.presence[row]
        return vectors, first_tags(self.installed, embeddings.posterior[row], presence)


class IndexModels:
    """Which of them new photos are embedded with first; any thread may ask.

    Attributes:
        active: the one that search uses. Whoever works on a batch asks once: what it embeds with
            a model that is not active any more is no loss, since both indexes are kept.
    """

    def __init__(self, active: IndexModel) -> None:
        self.active = active
