"""At most one model is loaded, and none for long without need."""

from __future__ import annotations

from photofind.describe.one_model import IDLE_S, OneModel
from photofind.describe.runner import AvailableModel


def test_a_model_is_let_go_for_another_and_after_five_idle_minutes() -> None:
    now_s = 0.0
    loads: list[str] = []

    def available(key: str) -> AvailableModel[str]:
        def load() -> str:
            assert not loaded.is_loaded, "the other one is let go first"
            loads.append(key)
            return key

        return AvailableModel(key, load)

    loaded = OneModel(lambda: now_s)
    assert [loaded.use(available(key)) for key in ("a", "a", "b", "a")] == ["a", "a", "b", "a"]
    assert loads == ["a", "b", "a"]
    now_s = IDLE_S - 1
    loaded.release_when_idle()
    assert loaded.is_loaded
    now_s = IDLE_S
    loaded.release_when_idle()
    assert not loaded.is_loaded
