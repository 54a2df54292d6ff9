"""Real catalogs of photos that exist only as vectors, written the way indexing writes them."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

import numpy as np

from photofind.catalog.claims import IdentifiedFile, claim_files
from photofind.catalog.contents import EmbeddedContent
from photofind.catalog.files import insert_files, mark_missing, mark_seen
from photofind.catalog.folders import add_folder
from photofind.catalog.models import activate_model, ensure_model
from photofind.catalog.photos import find_content_by_sha256, find_primary_photo
from photofind.catalog.writer import CatalogWriter
from photofind.domain import Capture, ContentId, FileId, PhotoId, Space
from photofind.inference.registry import BASIC
from photofind.inference.spec import ModelSpec
from photofind.inference.store import InstalledModel, ModelStore
from photofind.paths import app_folders, resources
from tests.plugins.catalog import complete, read, write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from photofind.inference.spec_search import DualEncoderSpec
    from photofind.paths import AppFolders

ROOT = Path(os.path.abspath("/photos"))  # noqa: PTH100 (a drive letter on Windows)
SIMILAR_DIM = BASIC.similar_dim or BASIC.dim


def unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def random_unit(seed: int, dim: int) -> NDArray[np.float32]:
    return unit(np.random.default_rng(seed).normal(size=dim).astype(np.float32))


def near(vector: NDArray[np.float32], cosine: float, seed: int = 0) -> NDArray[np.float32]:
    """A unit vector at a given cosine from a unit vector."""
    other = random_unit(seed, len(vector))
    across = unit(other - (other @ vector) * vector)
    return unit(cosine * vector + np.sqrt(1 - cosine**2) * across)


class MadeUpCatalog:
    """A catalog under construction; photos can be found as soon as they are added."""

    def __init__(self, data_dir: Path, spec: DualEncoderSpec = BASIC) -> None:
        self.folders = app_folders(data_dir)
        self.writer = CatalogWriter(self.folders)
        self.folder = write(self.writer, add_folder, ROOT, None)
        self.use_model(spec)
        self.files: dict[str, FileId] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.writer.close()

    def use_model(self, spec: DualEncoderSpec) -> None:
        """What is added from now on has vectors of this model, and search uses it."""
        self.spec = spec
        self.model_id = write(self.writer, ensure_model, spec.catalog_key, spec.task, spec.dim)
        write(self.writer, activate_model, self.model_id)

    def add(
        self,
        name: str,
        search: NDArray[np.float32] | None = None,
        similar: NDArray[np.float32] | None = None,
        *,
        tags: tuple[tuple[str, float], ...] = (),
        data: bytes | None = None,
        taken_at_ms: int | None = None,
    ) -> PhotoId:
        """Adds a photo; vectors that aren't given are random.

        Args:
            name: relative path.
            data: the file's bytes; photos with equal bytes are copies.
            taken_at_ms: as in `Capture`.
        """
        seed = int.from_bytes(hashlib.sha256(os.fsencode(name)).digest()[:4], "big")
        vectors = {Space.SEARCH: random_unit(seed, self.spec.dim) if search is None else search}
        if self.spec.similar_dim is not None:
            drawn = random_unit(seed, self.spec.similar_dim)
            vectors[Space.SIMILAR] = drawn if similar is None else similar
        return self.add_vectors(name, vectors, tags=tags, data=data, taken_at_ms=taken_at_ms)

    def add_vectors(
        self,
        name: str,
        vectors: Mapping[Space, NDArray[np.float32]],
        *,
        tags: tuple[tuple[str, float], ...] = (),
        data: bytes | None = None,
        taken_at_ms: int | None = None,
    ) -> PhotoId:
        file_id = write(self.writer, insert_files, self.folder.id, [(os.fsencode(name), 1, 1)])[0]
        self.files[name] = file_id
        digest = hashlib.sha256(os.fsencode(name) if data is None else data).digest()
        claim = write(self.writer, claim_files, [IdentifiedFile(file_id, 1, 1, digest)])[0]
        assert claim.content_id is not None
        if claim.outcome == "new":
            embedded = EmbeddedContent(
                claim.content_id, "JPEG", 4, 3, Capture(taken_at_ms=taken_at_ms), vectors, tags
            )
            complete(self.writer, [embedded], self.model_id)
        return self.photo_of(claim.content_id)

    def photo_of(self, content_id: ContentId) -> PhotoId:
        from photofind.catalog.reader import CatalogReader

        with CatalogReader(self.folders) as reader:
            photo_id = read(reader, find_primary_photo, content_id)
        assert photo_id is not None
        return photo_id

    def content_of(self, name: str) -> ContentId:
        """The content of a photo that was added without data of its own."""
        from photofind.catalog.reader import CatalogReader

        with CatalogReader(self.folders) as reader:
            found = read(reader, find_content_by_sha256, hashlib.sha256(os.fsencode(name)).digest())
        assert found is not None
        return found

    def lose(self, name: str) -> None:
        """The file is gone from the disk."""
        write(self.writer, mark_missing, [self.files[name]], now_ms=1)

    def find_again(self, name: str) -> None:
        write(self.writer, mark_seen, [self.files[name]])


SpecT = TypeVar("SpecT", bound=ModelSpec)


class SharedStore(ModelStore):
    """Models that differ in name and share the built-in one's files."""

    def __init__(self, folders: AppFolders, *specs: DualEncoderSpec) -> None:
        super().__init__(folders)
        self._specs = specs

    def installed(self, kind: type[SpecT]) -> tuple[InstalledModel[SpecT], ...]:
        folder = resources() / "models" / BASIC.key
        return tuple(InstalledModel(spec, folder) for spec in self._specs if isinstance(spec, kind))


def other_version() -> DualEncoderSpec:
    """A model other than the built-in one, with vectors of the same lengths."""
    return dataclasses.replace(BASIC, key="basic-new")
