"""Encoders are loaded when they are needed and released when they are idle."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING

import numpy as np

from photofind.inference.clip import read_background
from photofind.inference.model_slot import IDLE_S
from photofind.inference.registry import BASIC
from photofind.inference.spec_search import DualEncoderSpec
from photofind.inference.store import ModelStore
from photofind.paths import app_folders
from photofind.search.encoders import Encoders
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from pathlib import Path


def test_an_idle_encoder_gives_its_memory_back_and_is_loaded_again(tmp_path: Path) -> None:
    now = 0.0
    model = ModelStore(app_folders(tmp_path / "data")).find(BASIC.key, DualEncoderSpec)
    encoders = Encoders(model, clock=lambda: now)
    before = encoders.encode_words("a dog").vector
    encoders.encode_file(make_photo(tmp_path / "a.jpg", seed=1))
    text, image = weakref.ref(encoders._text._model), weakref.ref(encoders._image._model)

    def loaded() -> tuple[bool, bool]:
        encoders.release_when_idle()
        gc.collect()
        return text() is not None, image() is not None

    now += IDLE_S - 1
    assert loaded() == (True, True)
    encoders.encode_words("a cat")
    now += IDLE_S - 1
    assert loaded() == (True, False)
    now += 1
    assert loaded() == (False, False)
    assert np.array_equal(encoders.encode_words("a dog").vector, before)


def test_a_query_may_be_about_an_object(tmp_path: Path) -> None:
    store = ModelStore(app_folders(tmp_path / "data"))
    encoders = Encoders(store.find(BASIC.key, DualEncoderSpec))
    for words, index in (("a dog", 16), ("Leute", 0), ("คน", 0), ("a woman", None)):
        sought = encoders.sought_object(words, encoders.encode_words(words))
        assert (None if sought is None else sought.component - 1022) == index


def test_what_photos_of_all_kinds_score_is_known(tmp_path: Path) -> None:
    store = ModelStore(app_folders(tmp_path / "data"))
    encoders = Encoders(store.find(BASIC.key, DualEncoderSpec))
    vector = encoders.encode_words("a dog").vector
    expected = encoders.expected_score(vector)
    assert expected is not None
    scores = read_background(encoders._model) @ vector
    assert scores.min() < expected < scores.max()
