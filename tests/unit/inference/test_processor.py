from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from photofind.inference import processor
from photofind.inference.processor import FULL_RANGE, REDUCED_RANGE, largest_int8_weight

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    largest_int8_weight.cache_clear()
    yield
    largest_int8_weight.cache_clear()


def test_this_machine_gives_an_answer() -> None:
    assert largest_int8_weight() in {FULL_RANGE, REDUCED_RANGE}


def test_a_processor_that_cuts_sums_off_gets_seven_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    class Saturating:
        """Adds pairs of products into 16 bits, as x86 without VNNI does."""

        def get_inputs(self) -> list[object]:
            return [type("Input", (), {"name": "bytes", "shape": [4, 64]})]

        def run(
            self, _: None, feed: dict[str, np.ndarray[tuple[int, int], np.dtype[np.uint8]]]
        ) -> list[object]:
            products = feed["bytes"].astype(np.int64) * FULL_RANGE
            pairs = np.minimum(products.reshape(4, 32, 2).sum(2), 2**15 - 1)
            return [np.repeat(pairs.sum(1)[:, None], 32, axis=1)]

    monkeypatch.setattr(processor, "create_session", lambda _: Saturating())
    assert largest_int8_weight() == REDUCED_RANGE


def test_seven_bits_never_overflow() -> None:
    assert 2 * 255 * REDUCED_RANGE < 2**15
