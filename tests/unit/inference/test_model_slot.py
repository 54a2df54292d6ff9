"""When a model is loaded, and when it is released."""

from __future__ import annotations

import threading
import weakref
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from photofind.inference.model_slot import IDLE_S, ModelSlot
from photofind.inference.registry import BASIC
from photofind.inference.store import InstalledModel
from tests.plugins.patience import PATIENCE_S

if TYPE_CHECKING:
    from photofind.inference.clip import DualEncoder, ImageEncoder

ONE: DualEncoder = InstalledModel(BASIC, Path("one"))
OTHER: DualEncoder = InstalledModel(replace(BASIC, key="other"), Path("other"))


class Encoder:
    """Stands for an encoder: only its life is looked at."""


class Loader:
    def __init__(self) -> None:
        self.now = 0.0
        self.loaded: list[weakref.ref[Encoder]] = []
        self.keys: list[str] = []
        self.slot = ModelSlot(self.load, lambda: self.now)

    def load(self, model: DualEncoder) -> ImageEncoder:
        assert all(former() is None for former in self.loaded), "two at a time"
        encoder = Encoder()
        self.loaded.append(weakref.ref(encoder))
        self.keys.append(model.spec.key)
        return cast("ImageEncoder", encoder)

    def use(self, model: DualEncoder = ONE) -> None:
        with self.slot.loaded(model):
            pass


def test_it_is_loaded_when_needed_and_only_once() -> None:
    loader = Loader()
    assert loader.loaded == []
    loader.use()
    loader.use()
    assert len(loader.loaded) == 1


def test_it_is_let_go_after_idle_minutes_and_loaded_again() -> None:
    loader = Loader()
    loader.use()
    loader.now += IDLE_S - 1
    loader.slot.release_when_idle()
    assert loader.loaded[0]() is not None
    loader.now += 1
    loader.slot.release_when_idle()
    assert loader.loaded[0]() is None
    loader.use()
    assert len(loader.loaded) == 2


def test_it_is_kept_while_somebody_works_with_it() -> None:
    loader = Loader()
    with loader.slot.loaded(ONE):
        loader.now += 2 * IDLE_S
        loader.slot.release_when_idle()
        assert loader.loaded[0]() is not None
    loader.slot.release_when_idle()  # the work has only just ended
    assert loader.loaded[0]() is not None


def test_another_models_takes_its_place_and_never_joins_it() -> None:
    loader = Loader()
    loader.use(ONE)
    loader.use(OTHER)
    loader.use(ONE)
    assert loader.keys == ["basic", "other", "basic"]


def test_whoever_needs_another_model_waits_for_those_who_work() -> None:
    loader = Loader()
    thread = threading.Thread(target=lambda: loader.use(OTHER))
    with loader.slot.loaded(ONE):
        thread.start()
        loader.use(ONE)  # its own users don't wait
        assert loader.keys == ["basic"]
    thread.join(PATIENCE_S)
    assert loader.keys == ["basic", "other"]
