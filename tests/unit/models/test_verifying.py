"""A model that is checked is also tried on what this computer has now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.domain import ModelError
from photofind.inference import clip, providers
from photofind.inference.providers import Choice
from photofind.inference.session import create_session
from photofind.inference.spec_search import DualEncoderSpec
from photofind.inference.store import InstalledModel, ModelStore
from photofind.models.importing.installation import import_model
from photofind.models.verifying import verify_model
from tests.unit.models.importing.toy_graphs import make_rclip, make_toy

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.paths import AppFolders

CUDA = "CUDAExecutionProvider"


@pytest.fixture
def key(folders: AppFolders, tmp_path: Path) -> str:
    make_rclip(tmp_path / "ViT-B-32-mine", make_toy())
    return import_model(tmp_path / "ViT-B-32-mine", folders, lambda _: None).spec.key


def verified(folders: AppFolders, key: str) -> InstalledModel[DualEncoderSpec]:
    verify_model(ModelStore(folders), key)
    return ModelStore(folders).find(key, DualEncoderSpec)


def test_an_accelerator_that_came_later_is_used_and_one_that_went_is_not(
    folders: AppFolders, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(providers, "available", lambda: (CUDA,))
    monkeypatch.setattr(providers, "choose", lambda *_: Choice(CUDA))
    model = verified(folders, key)
    assert (model.provider, model.accelerator) == (CUDA, "CUDA")
    assert model.pictures_per_s is not None
    monkeypatch.setattr(providers, "available", lambda: ())
    model = verified(folders, key)
    assert (model.provider, model.accelerator) == (None, None)
    assert not any("CUDA" in str(notice) for notice in model.notices)
    assert {path.name for path in model.folder.iterdir() if ".partial" in path.name} == set()


def test_one_that_can_not_run_it_is_said(
    folders: AppFolders, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def create(path: Path, *, threads: int = 1, provider: str | None = None) -> object:
        if provider is not None:
            raise ModelError("model_incompatible", "the driver is too old")
        return create_session(path, threads=threads)

    monkeypatch.setattr(providers, "available", lambda: (CUDA,))
    monkeypatch.setattr(clip, "create_session", create)
    model = verified(folders, key)
    assert model.provider is None
    said = "CUDA isn't used because it can't run this model. The processor is used instead."
    assert said in [str(notice) for notice in model.notices]


def test_what_ships_is_never_written_to(folders: AppFolders) -> None:
    before = ModelStore(folders).find("basic", DualEncoderSpec)
    assert verified(folders, "basic") == before
    assert not folders.models.exists()
