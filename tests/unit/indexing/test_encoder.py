"""When the encoder is loaded, and when it is let go."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, cast

from photofind.indexing.encoder import IDLE_S, LazyEncoder

if TYPE_CHECKING:
    from photofind.inference.clip import ImageEncoder


class Model:
    """Stands for an encoder: only its life is looked at."""


class Loader:
    def __init__(self) -> None:
        self.now = 0.0
        self.loaded: list[weakref.ref[Model]] = []
        self.lazy = LazyEncoder(self.load, lambda: self.now)

    def load(self) -> ImageEncoder:
        model = Model()
        self.loaded.append(weakref.ref(model))
        return cast("ImageEncoder", model)

    def use(self) -> None:
        with self.lazy.loaded():
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
    loader.lazy.release_when_idle()
    assert loader.loaded[0]() is not None
    loader.now += 1
    loader.lazy.release_when_idle()
    assert loader.loaded[0]() is None
    loader.use()
    assert len(loader.loaded) == 2


def test_it_is_kept_while_somebody_works_with_it() -> None:
    loader = Loader()
    with loader.lazy.loaded():
        loader.now += 2 * IDLE_S
        loader.lazy.release_when_idle()
        assert loader.loaded[0]() is not None
    loader.lazy.release_when_idle()  # the work has only just ended
    assert loader.loaded[0]() is not None
