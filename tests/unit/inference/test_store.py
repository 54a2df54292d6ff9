from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from photofind.domain import ModelError
from photofind.inference import registry
from photofind.inference.records import RECORD_NAME, InstalledFile, InstallRecord
from photofind.inference.spec import FileSpec, ModelSpec, SourceKind
from photofind.inference.spec_search import DualEncoderSpec
from photofind.inference.spec_texts import CaptionerSpec
from photofind.inference.store import ModelStore
from photofind.paths import AppFolders, app_folders

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = {"image.onnx": b"pictures", "text.onnx": b"words", "tokenizer.json": b"{}"}


@pytest.fixture
def folders(tmp_path: Path) -> AppFolders:
    return app_folders(tmp_path / "data")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> DualEncoderSpec:
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
        objects=None,
        background=None,
        further_text=(),
    )
    monkeypatch.setattr(registry, "ALL", (registry.BASIC, spec))
    return spec


@pytest.fixture
def small_folder(folders: AppFolders, small: DualEncoderSpec) -> Path:
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
    folders: AppFolders, small: DualEncoderSpec, small_folder: Path
) -> None:
    store = ModelStore(folders)
    assert store.find("small", DualEncoderSpec).folder == small_folder
    assert store.verify("small").file(small.image).read_bytes() == b"pictures"
    assert [model.spec.key for model in store.installed(DualEncoderSpec)] == ["basic", "small"]


@pytest.mark.usefixtures("small")
def test_a_model_that_is_not_installed(folders: AppFolders) -> None:
    store = ModelStore(folders)
    with pytest.raises(ModelError, match="“Small” is not installed") as caught:
        store.find("small", DualEncoderSpec)
    assert caught.value.code == "model_missing"
    assert [model.spec.key for model in store.installed(DualEncoderSpec)] == ["basic"]


def test_a_missing_file_is_named(folders: AppFolders, small_folder: Path) -> None:
    (small_folder / "text.onnx").unlink()
    store = ModelStore(folders)
    with pytest.raises(ModelError, match=r"text\.onnx") as caught:
        store.find("small", DualEncoderSpec)
    assert caught.value.code == "model_missing"
    assert [model.spec.key for model in store.installed(DualEncoderSpec)] == ["basic"]


def test_a_file_of_the_wrong_size_is_damaged(folders: AppFolders, small_folder: Path) -> None:
    (small_folder / "image.onnx").write_bytes(b"pict")
    with pytest.raises(ModelError, match=r"image\.onnx .* is damaged") as caught:
        ModelStore(folders).find("small", DualEncoderSpec)
    assert caught.value.code == "model_checksum"


def test_verify_sees_a_changed_byte(folders: AppFolders, small_folder: Path) -> None:
    (small_folder / "image.onnx").write_bytes(b"pictureS")
    store = ModelStore(folders)
    assert store.find("small", DualEncoderSpec)
    with pytest.raises(ModelError, match=r"image\.onnx .* is damaged") as caught:
        store.verify("small")
    assert caught.value.code == "model_checksum"


CAPTIONER = CaptionerSpec(
    key="teller",
    title="Teller",
    notice="",
    licence="MIT",
    source="somebody/teller",
    revision="0" * 40,
    languages=("en",),
    source_kind=SourceKind.ONNX,
    vision=FileSpec("vision.onnx"),
    decoder=FileSpec("decoder.onnx", hashlib.sha256(b"words").hexdigest(), 5),
    tokenizer=FileSpec("tokenizer.json"),
    preprocess=registry.BASIC.preprocess,
    longest=20,
)


@pytest.fixture
def captioner(folders: AppFolders, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model that isn't for searching, in place, with the record of its installation."""
    monkeypatch.setattr(registry, "ALL", (registry.BASIC, CAPTIONER))
    folder = folders.models / CAPTIONER.key
    folder.mkdir(parents=True)
    contents = {"vision.onnx": b"pictures", "decoder.onnx": b"words", "tokenizer.json": b"{}"}
    files = []
    for name, content in contents.items():
        (folder / name).write_bytes(content)
        files.append(InstalledFile(name, hashlib.sha256(content).hexdigest(), len(content)))
    record = InstallRecord(CAPTIONER.key, tuple(files))
    (folder / RECORD_NAME).write_bytes(msgspec.json.encode(record))
    return folder


@pytest.mark.usefixtures("captioner")
def test_models_of_different_tasks_are_kept_apart(folders: AppFolders) -> None:
    store = ModelStore(folders)
    assert store.find("teller", CaptionerSpec).spec.longest == 20
    assert [model.spec.key for model in store.installed(CaptionerSpec)] == ["teller"]
    assert [model.spec.key for model in store.installed(DualEncoderSpec)] == ["basic"]
    assert [model.spec.task for model in store.installed(ModelSpec)] == ["search", "caption"]
    with pytest.raises(ModelError, match="“teller” is for something else") as caught:
        store.find("teller", DualEncoderSpec)
    assert caught.value.code == "model_missing"


@pytest.mark.usefixtures("captioner")
def test_what_was_not_known_beforehand_is_on_record_and_holds(folders: AppFolders) -> None:
    model = ModelStore(folders).verify("teller")
    assert model.spec.principal.sha256 == hashlib.sha256(b"pictures").hexdigest()
    model.file(model.spec.principal).write_bytes(b"pictureS")
    with pytest.raises(ModelError, match=r"vision\.onnx .* is damaged"):
        ModelStore(folders).verify("teller")


def test_a_record_cannot_say_otherwise_than_the_registry(
    folders: AppFolders, captioner: Path
) -> None:
    record = captioner / RECORD_NAME
    pinned = CAPTIONER.decoder.sha256
    assert pinned is not None
    record.write_text(record.read_text().replace(pinned, "0" * 64))
    with pytest.raises(ModelError, match="belong to another version"):
        ModelStore(folders).find("teller", CaptionerSpec)
