from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from photofind.domain import ModelError
from photofind.inference import installing, precision_check, registry
from photofind.inference.clip import DualEncoder, ImageEncoder, TextEncoder
from photofind.inference.golden import self_test
from photofind.inference.installing import install_checkpoint, shipped_file
from photofind.inference.records import RECORD_NAME, read_record
from photofind.inference.spec import FileSpec
from photofind.inference.spec_search import DualEncoderSpec
from photofind.inference.store import ModelStore
from photofind.paths import AppFolders, app_folders
from tests.unit.inference import tiny_clip

if TYPE_CHECKING:
    from pathlib import Path


FILES = ["golden.json", "spec.json", "textual.bin", "textual.onnx", "tokenizer.json"]
FILES += ["visual.bin", "visual.onnx"]


@dataclass(frozen=True)
class Tiny:
    """What is needed to install the tiny model."""

    spec: DualEncoderSpec
    checkpoint: Path
    tokenizer: Path
    folders: AppFolders

    def install(self, spec: DualEncoderSpec | None = None) -> DualEncoder:
        downloaded = {"tiny.safetensors": self.checkpoint, "tokenizer.json": self.tokenizer}
        return install_checkpoint(spec or self.spec, downloaded, self.folders)


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    manifest = tiny_clip.build_resources(tmp_path / "resources", monkeypatch)
    checkpoint = tiny_clip.write_safetensors(
        tmp_path / "tiny.safetensors", tiny_clip.random_weights(manifest)
    )
    spec = tiny_clip.SPEC
    monkeypatch.setattr(registry, "ALL", (registry.BASIC, spec))
    folders = app_folders(tmp_path / "data")
    return Tiny(spec, checkpoint, shipped_file("tokenizers/clip.json"), folders)


def test_an_installed_model_is_found_and_works(tiny: Tiny) -> None:
    installed = tiny.install()
    model = ModelStore(tiny.folders).find("tiny", DualEncoderSpec)
    assert ModelStore(tiny.folders).verify("tiny") == model == installed
    assert sorted(path.name for path in model.folder.iterdir()) == FILES
    assert list(tiny.folders.models.iterdir()) == [model.folder]
    images = ImageEncoder(model).encode(precision_check.draw_pictures(64))
    texts = TextEncoder(model).encode(["a dog", ""])
    assert images.search.shape == (8, 64)
    assert texts.shape == (2, 64)
    assert self_test(model) > 0.9999


def test_the_catalog_key_names_the_authors_weights(tiny: Tiny) -> None:
    model = tiny.install()
    sha256 = hashlib.sha256(tiny.checkpoint.read_bytes()).hexdigest()
    record = read_record(model.folder / RECORD_NAME, tiny.spec)
    precision = 1 if record.precisions["visual"] == "int8" else 0
    assert model.spec.catalog_key == f"tiny@{sha256[:8]}.p1.q{precision}"
    assert tiny.spec.catalog_key.startswith("tiny@unknown")


def test_int8_is_kept_where_it_is_as_good(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision_check, "LEAST_COSINE", 0.9)
    monkeypatch.setattr(precision_check, "LEAST_MEDIAN_COSINE", 0.9)
    model = tiny.install()
    small = sum(file.bytes or 0 for file in model.spec.weights)
    assert model.spec.quantiser_revision == 1
    monkeypatch.setattr(precision_check, "LEAST_COSINE", 1.1)
    model = tiny.install()
    assert model.spec.quantiser_revision == 0
    assert sum(file.bytes or 0 for file in model.spec.weights) > 3 * small


def test_int8_is_not_tried_where_it_does_not_pay(tiny: Tiny) -> None:
    assert tiny.spec.checkpoint is not None
    exact = replace(tiny.spec.checkpoint, float32_only=frozenset({"visual", "textual"}))
    model = tiny.install(replace(tiny.spec, checkpoint=exact))
    assert model.spec.quantiser_revision == 0


def test_a_pinned_checkpoint_must_be_that_one(tiny: Tiny) -> None:
    for file in (FileSpec("tiny.safetensors", "0" * 64), FileSpec("tiny.safetensors", None, 5)):
        assert tiny.spec.checkpoint is not None
        pinned = replace(tiny.spec, checkpoint=replace(tiny.spec.checkpoint, file=file))
        with pytest.raises(ModelError, match="not the one that belongs") as caught:
            tiny.install(pinned)
        assert caught.value.code == "model_checksum"
    assert not tiny.folders.models.exists()


def test_a_pinned_tokenizer_must_be_that_one(tiny: Tiny) -> None:
    pinned = replace(tiny.spec, tokenizer=FileSpec("tokenizer.json", "0" * 64))
    with pytest.raises(ModelError, match=r"clip\.json is not the one"):
        tiny.install(pinned)


def test_a_checkpoint_of_another_model_leaves_nothing_behind(tiny: Tiny) -> None:
    tiny_clip.write_safetensors(tiny.checkpoint, {"a": np.zeros(3, np.float32)})
    with pytest.raises(ModelError, match="belongs to another model"):
        tiny.install()
    assert list(tiny.folders.models.iterdir()) == []


def test_a_broken_text_half_leaves_nothing_behind(tiny: Tiny) -> None:
    tiny.tokenizer.write_bytes(b"{}")
    with pytest.raises(ModelError, match=r"tokenizer\.json can't be used"):
        tiny.install()
    assert list(tiny.folders.models.iterdir()) == []


def test_a_failed_installation_keeps_the_former_model(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.install()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(installing, "bind", full)
    with pytest.raises(ModelError, match="No space left on device") as caught:
        tiny.install()
    assert caught.value.code == "model_missing"
    assert ModelStore(tiny.folders).verify("tiny")
    assert len(list(tiny.folders.models.iterdir())) == 1


def test_a_new_installation_takes_the_place_of_the_former(tiny: Tiny) -> None:
    first = tiny.install()
    (first.folder / "left-over").write_bytes(b"")
    (tiny.folders.models / ".tiny.partial").mkdir()  # of an installation that was killed
    second = tiny.install()
    assert sorted(path.name for path in second.folder.iterdir()) == FILES
    assert list(tiny.folders.models.iterdir()) == [second.folder]


def test_a_changed_byte_is_seen(tiny: Tiny) -> None:
    weights = tiny.install().folder / "visual.bin"
    content = bytearray(weights.read_bytes())
    content[100] ^= 1
    weights.write_bytes(content)
    with pytest.raises(ModelError, match=r"visual\.bin .* is damaged"):
        ModelStore(tiny.folders).verify("tiny")


OTHER = b'{"key":"other","weights":{"path":"","sha256":"","bytes":0},"files":[]}'


@pytest.mark.parametrize("content", [b"", b"{}", OTHER])
def test_a_damaged_record_is_a_clear_error(tiny: Tiny, content: bytes) -> None:
    (tiny.install().folder / RECORD_NAME).write_bytes(content)
    store = ModelStore(tiny.folders)
    with pytest.raises(ModelError, match="belong to another version"):
        store.find("tiny", DualEncoderSpec)
    assert store.installed(DualEncoderSpec) == ()


def test_a_record_without_files_is_a_clear_error(tiny: Tiny) -> None:
    path = tiny.install().folder / RECORD_NAME
    path.write_text(path.read_text().replace("visual.onnx", "other.onnx"))
    with pytest.raises(ModelError, match="belong to another version"):
        ModelStore(tiny.folders).find("tiny", DualEncoderSpec)


def test_a_model_that_is_not_installed(tiny: Tiny) -> None:
    with pytest.raises(ModelError, match="“Tiny” is not installed") as caught:
        ModelStore(tiny.folders).find("tiny", DualEncoderSpec)
    assert caught.value.code == "model_missing"
