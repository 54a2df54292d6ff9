"""Encoders come when they are needed, and go when nobody needs them."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING

import numpy as np

from photofind.inference.registry import BASIC
from photofind.inference.spec_search import DualEncoderSpec
from photofind.inference.store import ModelStore
from photofind.paths import app_folders
from photofind.search.encoders import IDLE_S, Encoders
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from pathlib import Path


def test_idle_encoders_give_their_memory_back_and_come_again(tmp_path: Path) -> None:
    now = 0.0
    model = ModelStore(app_folders(tmp_path / "data")).find(BASIC.key, DualEncoderSpec)
    encoders = Encoders(model, clock=lambda: now)
    before = encoders.encode_words("a dog")
    encoders.encode_file(make_photo(tmp_path / "a.jpg", seed=1))
    assert encoders._text is not None
    assert encoders._image is not None
    text, image = weakref.ref(encoders._text), weakref.ref(encoders._image)

    def loaded() -> bool:
        gc.collect()
        assert (text() is None) == (image() is None)
        return text() is not None

    now += IDLE_S - 1
    encoders.release_when_idle()
    assert loaded()
    encoders.encode_words("a cat")
    now += IDLE_S - 1
    encoders.release_when_idle()
    assert loaded()
    now += 1
    encoders.release_when_idle()
    assert not loaded()
    assert np.array_equal(encoders.encode_words("a dog"), before)
