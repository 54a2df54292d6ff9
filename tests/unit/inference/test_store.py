from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from photofind.domain import ModelError
from photofind.inference import registry
from photofind.inference.spec import FileSpec, ModelSpec
from photofind.inference.store import ModelStore
from photofind.paths import AppFolders, app_folders

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = {"image.onnx": b"pictures", "text.onnx": b"words", "tokenizer.json": b"{}"}


@pytest.fixture
def folders(tmp_path: Path) -> AppFolders:
    return app_folders(tmp_path / "data")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> ModelSpec:
    """A registered model of three tiny files that is not built in."""
    files = {
        name: FileSpec(name, hashlib.sha256(content).hexdigest(), len(content))
        for name, content in CONTENT.items()
    }
    spec = replace(
        registry.BASIC,
        key="small",
        title="Small",
        image=files["image.onnx"],
        text=files["text.onnx"],
        tokenizer=files["tokenizer.json"],
        labels=None,
    )
    monkeypatch.setattr(registry, "ALL", (registry.BASIC, spec))
    return spec


@pytest.fixture
def small_folder(folders: AppFolders, small: ModelSpec) -> Path:
    folder = folders.models / small.key
    folder.mkdir(parents=True)
    for name, content in CONTENT.items():
        (folder / name).write_bytes(content)
    return folder


def test_the_built_in_model_is_there_and_intact(folders: AppFolders, repo_root: Path) -> None:
    model = ModelStore(folders).verify("basic")
    assert model.spec is registry.BASIC
    assert model.folder == repo_root / "resources" / "models" / "basic"


def test_finds_an_installed_model(
    folders: AppFolders, small: ModelSpec, small_folder: Path
) -> None:
    store = ModelStore(folders)
    assert store.find("small").folder == small_folder
    assert store.verify("small").file(small.image).read_bytes() == b"pictures"
    assert [model.spec.key for model in store.installed()] == ["basic", "small"]


@pytest.mark.usefixtures("small")
def test_a_model_that_is_not_installed(folders: AppFolders) -> None:
    store = ModelStore(folders)
    with pytest.raises(ModelError, match="“Small” is not installed") as caught:
        store.find("small")
    assert caught.value.code == "model_missing"
    assert [model.spec.key for model in store.installed()] == ["basic"]


def test_a_missing_file_is_named(folders: AppFolders, small_folder: Path) -> None:
    (small_folder / "text.onnx").unlink()
    store = ModelStore(folders)
    with pytest.raises(ModelError, match=r"text\.onnx") as caught:
        store.find("small")
    assert caught.value.code == "model_missing"
    assert [model.spec.key for model in store.installed()] == ["basic"]


def test_a_file_of_the_wrong_size_is_damaged(folders: AppFolders, small_folder: Path) -> None:
    (small_folder / "image.onnx").write_bytes(b"pict")
    with pytest.raises(ModelError, match=r"image\.onnx .* is damaged") as caught:
        ModelStore(folders).find("small")
    assert caught.value.code == "model_checksum"


def test_verify_sees_a_changed_byte(folders: AppFolders, small_folder: Path) -> None:
    (small_folder / "image.onnx").write_bytes(b"pictureS")
    store = ModelStore(folders)
    assert store.find("small")
    with pytest.raises(ModelError, match=r"image\.onnx .* is damaged") as caught:
        store.verify("small")
    assert caught.value.code == "model_checksum"
