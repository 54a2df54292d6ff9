from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.catalog.reader import CatalogReader
from photofind.inference.clip import TextEncoder
from photofind.inference.registry import BASIC
from photofind.inference.spec_search import DualEncoderSpec
from photofind.inference.store import ModelStore
from photofind.paths import app_folders
from photofind.search.engine import SearchEngine
from tests.unit.search.made_up import MadeUpCatalog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


@pytest.fixture
def catalog(data_dir: Path) -> Iterator[MadeUpCatalog]:
    with MadeUpCatalog(data_dir) as made_up:
        yield made_up


@pytest.fixture
def reader(catalog: MadeUpCatalog) -> Iterator[CatalogReader]:
    with CatalogReader(catalog.folders) as opened:
        yield opened


@pytest.fixture
def engine(data_dir: Path) -> Iterator[SearchEngine]:
    """An engine over the same data folder as `catalog`; the built-in model is real."""
    folders = app_folders(data_dir)
    with SearchEngine(folders, ModelStore(folders)) as opened:
        yield opened


@pytest.fixture(scope="module")  # it takes 300 MB
def text_encoder(tmp_path_factory: pytest.TempPathFactory) -> TextEncoder:
    return TextEncoder(
        ModelStore(app_folders(tmp_path_factory.mktemp("models"))).find(BASIC.key, DualEncoderSpec)
    )


@pytest.fixture
def dog(text_encoder: TextEncoder) -> NDArray[np.float32]:
    """What the built-in model makes of "a dog": float32 [dim]."""
    vector: NDArray[np.float32] = text_encoder.encode(["a dog"])[0]
    return vector
