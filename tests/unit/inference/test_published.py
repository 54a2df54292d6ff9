"""A model that is another one than it is said to be is refused, whatever else is right with it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from photofind.domain import ModelError
from photofind.inference import published, registry
from photofind.inference.clip import TextEncoder
from photofind.inference.installing import install_checkpoint, shipped_file
from photofind.inference.published import INT8_TOLERANCE, TOLERANCE, require_published
from photofind.inference.registry_clip import OPENAI_B32
from photofind.inference.spec_search import (
    CLIP_TOKENS,
    DualEncoderSpec,
    KnownTokens,
    KnownVector,
    Published,
)
from photofind.inference.store import InstalledModel
from photofind.inference.trials import trial_of
from photofind.paths import AppFolders, app_folders
from tests.unit.inference import tiny_clip
from tests.unit.inference.small_tokenizers import write_gemma

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.inference.clip import DualEncoder

TEXT = "hello world"


@pytest.fixture
def folders(tmp_path: Path) -> AppFolders:
    return app_folders(tmp_path / "data")


@pytest.fixture
def checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    manifest = tiny_clip.build_resources(tmp_path / "resources", monkeypatch)
    weights = tiny_clip.random_weights(manifest)
    return tiny_clip.write_safetensors(tmp_path / "tiny.safetensors", weights)


def install(
    checkpoint: Path, folders: AppFolders, known: Published, tokenizer: Path | None = None
) -> DualEncoder:
    spec = replace(tiny_clip.SPEC, published=known)
    tokenizer = tokenizer or shipped_file("tokenizers/clip.json")
    files = {"tiny.safetensors": checkpoint, "tokenizer.json": tokenizer}
    return install_checkpoint(spec, files, folders)


def begins(model: DualEncoder, off: float = 0.0) -> Published:
    vector = TextEncoder(model).encode([TEXT])[0, :5] + np.float32(off)
    return Published(CLIP_TOKENS, (KnownVector(TEXT, tuple(map(float, vector))),))


def test_other_weights_than_those_of_the_published_vector_are_refused(
    checkpoint: Path, folders: AppFolders
) -> None:
    right = begins(install(checkpoint, folders, Published(CLIP_TOKENS)))
    install(checkpoint, folders, right)
    shutil.rmtree(folders.models)
    with pytest.raises(ModelError, match=r"not the model “Tiny”.*“hello world”") as caught:
        install(checkpoint, folders, OPENAI_B32.published)
    assert caught.value.code == "model_incompatible"
    assert list(folders.models.iterdir()) == [], "nothing is left of it"


def test_another_vocabulary_is_refused(
    checkpoint: Path, folders: AppFolders, tmp_path: Path
) -> None:
    write_gemma(tmp_path / "other.json")
    with pytest.raises(ModelError, match="not the vocabulary of the model “Tiny”"):
        install(checkpoint, folders, Published(CLIP_TOKENS), tmp_path / "other.json")


def test_int8_may_be_off_by_more_than_float32(checkpoint: Path, folders: AppFolders) -> None:
    model = install(checkpoint, folders, Published())
    for exact, tolerance in ((True, TOLERANCE), (False, INT8_TOLERANCE)):
        near, far = begins(model, 0.9 * tolerance), begins(model, 1.1 * tolerance)
        require_published(replace(model, spec=replace(model.spec, published=near)), exact=exact)
        with pytest.raises(ModelError):
            require_published(replace(model, spec=replace(model.spec, published=far)), exact=exact)


def test_it_is_verified_later_too(checkpoint: Path, folders: AppFolders) -> None:
    model = install(checkpoint, folders, Published(CLIP_TOKENS))
    trial_of(model.spec).self_test(model.folder)
    wrong = Published((KnownTokens("a dog", (1, 2, 3)),))
    with pytest.raises(ModelError, match="vocabulary"):
        trial_of(replace(model.spec, published=wrong)).self_test(model.folder)


def test_the_registry_knows_what_was_published() -> None:
    shipped = registry.specs_of(DualEncoderSpec)
    with_vectors = {spec.key for spec in shipped if spec.published.vectors}
    assert with_vectors == {"clip-vit-b32-openai"}
    clips = {spec.key for spec in shipped if spec.tokenizer.shipped_as.endswith("clip.json")}
    assert {spec.key for spec in shipped if spec.published.tokens} == clips
    assert len(clips) == 8
    for spec in shipped:
        if spec.published.tokens:
            folder = shipped_file("tokenizers")
            tokenizer = replace(spec.tokenizer, path="clip.json")
            words = replace(spec, tokenizer=tokenizer, published=Published(CLIP_TOKENS))
            published.require_published(InstalledModel(words, folder), exact=True)


def test_an_installation_of_before_knows_nothing() -> None:
    stored = msgspec.json.decode(msgspec.json.encode(OPENAI_B32))
    del stored["published"]
    assert msgspec.convert(stored, DualEncoderSpec).published == Published()
    whole = msgspec.json.decode(msgspec.json.encode(OPENAI_B32), type=DualEncoderSpec)
    assert whole.published == OPENAI_B32.published
