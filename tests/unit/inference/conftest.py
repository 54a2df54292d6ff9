"""The built-in model, loaded once for all tests here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.inference.clip import DualEncoder, ImageEncoder, TextEncoder
from photofind.inference.spec_search import DualEncoderSpec
from photofind.inference.store import ModelStore
from photofind.paths import app_folders

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def basic(tmp_path_factory: pytest.TempPathFactory) -> DualEncoder:
    return ModelStore(app_folders(tmp_path_factory.mktemp("data"))).find("basic", DualEncoderSpec)


@pytest.fixture(scope="module")
def image_encoder(basic: DualEncoder) -> ImageEncoder:
    return ImageEncoder(basic)


@pytest.fixture(scope="module")  # it takes 300 MB
def text_encoder(basic: DualEncoder) -> TextEncoder:
    return TextEncoder(basic)


@pytest.fixture(scope="session")
def shared_model(repo_root: Path) -> Path:
    """The folder of the files that the recipe's author built."""
    folder = repo_root.parent / "shared" / "basic2-model" / "model"
    if not folder.is_dir():
        pytest.skip("needs the reference files of ../shared/basic2-model, not on this machine")
    return folder
