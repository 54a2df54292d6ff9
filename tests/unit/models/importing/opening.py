"""Opens what a person brings, and compares what it computes with what its authors would."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np

from photofind.inference.clip import ImageEncoder, TextEncoder
from photofind.inference.preprocess import to_batch
from photofind.inference.store import InstalledModel, hash_model_file
from photofind.inference.tokenizers import TextTokenizer
from photofind.models.importing.installation import ForeignModel, open_foreign
from tests.unit.models.importing.toy_graphs import DIM, SIDE, Toy

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.inference.clip import DualEncoder

TEXTS = ["", "a dog", "two dogs playing in the snow", "long " * 100]


def open_here(source: Path, tmp_path: Path) -> ForeignModel:
    work = tmp_path / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    return open_foreign(source, work)


def encoder_of(model: ForeignModel) -> DualEncoder:
    path = model.files[model.spec.tokenizer.path]
    return InstalledModel(model.spec, path.parent)


def check_vectors(model: ForeignModel, toy: Toy) -> None:
    """What photofind computes is what the layout's authors would."""
    installed = encoder_of(model)
    random = np.random.default_rng(1)
    pictures = [random.integers(0, 256, (SIDE, SIDE, 3), np.uint8) for _ in range(5)]
    expected = toy.image(to_batch(pictures, model.spec.preprocess))
    found = ImageEncoder(installed).encode(pictures).search
    assert np.allclose(found, expected, atol=1e-5)
    spec = model.spec
    tokenizer = TextTokenizer(
        model.files[spec.tokenizer.path], spec.context_length, spec.padding, spec.cleaning
    )
    rows = [toy.table[tokenizer.encode(text)[0][0]] for text in TEXTS]
    texts = np.stack([row.sum(axis=0) for row in rows])
    texts /= np.linalg.norm(texts, axis=1, keepdims=True)
    assert np.allclose(TextEncoder(installed).encode(TEXTS), texts, atol=1e-5)
    assert spec.dim == DIM
    for file in spec.files:
        assert (file.sha256, file.bytes) == hash_model_file(model.files[file.path])
