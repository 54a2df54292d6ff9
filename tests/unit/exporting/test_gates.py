from __future__ import annotations

import numpy as np
import pytest

from photofind.exporting import gates
from photofind.sentences import Sentence

RANDOM = np.random.default_rng(0)
VECTORS = RANDOM.standard_normal((32, 64)).astype(np.float32)
NAME = Sentence("a")
UNIT = VECTORS / np.linalg.norm(VECTORS, axis=1, keepdims=True)


def test_the_same_numbers_pass_every_gate() -> None:
    assert gates.float_gate(NAME, VECTORS, VECTORS).passed
    assert gates.int8_gate(NAME, VECTORS, VECTORS).passed
    assert gates.order_gate((UNIT, UNIT), (UNIT, UNIT)).passed
    assert gates.picture_gate([0.0, 0.001]).passed
    assert gates.token_gate(0, 3_000).passed


def test_one_number_that_is_off_fails_float32() -> None:
    changed = VECTORS.copy()
    changed[7, 3] += 2e-4
    gate = gates.float_gate(NAME, changed, VECTORS)
    assert not gate.passed
    assert "2.0e-04" in str(gate.figures)


def test_a_turned_vector_fails_float32_however_small_it_is() -> None:
    small = VECTORS * np.float32(1e-6)
    changed = small.copy()
    changed[0] = changed[0, ::-1]
    assert not gates.float_gate(NAME, changed, small).passed


@pytest.mark.parametrize("where", [(0, 0), (31, 63)])
def test_what_is_not_a_number_fails(where: tuple[int, int]) -> None:
    broken = VECTORS.copy()
    broken[where] = np.nan
    assert not gates.float_gate(NAME, broken, VECTORS).passed
    assert not gates.int8_gate(NAME, broken, VECTORS).passed
    assert not gates.picture_gate([float("nan")]).passed


def test_int8_may_differ_a_little_but_no_vector_much() -> None:
    noise = RANDOM.standard_normal(VECTORS.shape).astype(np.float32)
    assert gates.int8_gate(NAME, VECTORS + 0.02 * noise, VECTORS).passed
    assert not gates.int8_gate(NAME, VECTORS + 0.06 * noise, VECTORS).passed
    one = VECTORS.copy()
    one[5] += 0.1 * noise[5]
    assert not gates.int8_gate(NAME, one, VECTORS).passed


def test_order_is_counted_within_the_best_ten() -> None:
    exact = np.arange(32, dtype=np.float32)[None]
    assert gates.ordered_share(exact, exact) == 1.0
    assert gates.ordered_share(exact, -exact) == 0.0
    below = exact.copy()
    below[0, :22] = below[0, :22][::-1]
    assert gates.ordered_share(exact, below) == 1.0
    swapped = exact.copy()
    swapped[0, [30, 31]] = swapped[0, [31, 30]]
    assert gates.ordered_share(exact, swapped) == pytest.approx(44 / 45)


def test_nothing_compared_is_not_passed() -> None:
    assert not gates.picture_gate([]).passed
    assert not gates.token_gate(0, 0).passed


def test_one_string_that_differs_fails() -> None:
    assert not gates.token_gate(1, 3_000).passed
