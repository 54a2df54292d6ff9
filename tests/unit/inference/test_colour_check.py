from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from photofind.inference.clip import TextEncoder
from photofind.inference.colour_check import COLOURS, LEAST_RIGHT, count_right

if TYPE_CHECKING:
    import pytest
    from numpy.typing import NDArray

    from photofind.inference.clip import DualEncoder


def test_a_real_model_knows_colours(basic: DualEncoder) -> None:
    assert count_right(basic) == len(COLOURS)


def test_a_model_whose_words_are_mixed_up_is_found_out(
    basic: DualEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode = TextEncoder.encode

    def mixed_up(self: TextEncoder, texts: list[str]) -> NDArray[np.float32]:
        return np.roll(encode(self, texts), 1, axis=0)

    monkeypatch.setattr(TextEncoder, "encode", mixed_up)
    assert count_right(basic) < LEAST_RIGHT
