from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.inference.decoding.rules import (
    Decoded,
    Rules,
    ban_repeats,
    check,
    log_softmax,
)
from photofind.inference.describing import Cancelled


def rules(no_repeat: int) -> Rules:
    return Rules(stop=1, pad=0, longest=20, no_repeat=no_repeat)


def banned(ids: list[int], no_repeat: int) -> set[int]:
    scores = np.zeros(10, np.float32)
    ban_repeats(scores, ids, rules(no_repeat))
    return set(np.flatnonzero(np.isneginf(scores)).tolist())


def test_a_trigram_may_occur_once() -> None:
    assert banned([5, 6, 7, 5, 6], 3) == {7}
    assert banned([5, 6, 7, 5, 6, 8, 5, 6], 3) == {7, 8}
    assert banned([5, 6, 7, 6, 5], 3) == set()
    assert banned([4, 4], 3) == set()
    assert banned([4, 4, 4], 3) == {4}


def test_single_tokens_and_pairs_can_be_banned_too() -> None:
    assert banned([5, 6, 5], 2) == {6}
    assert banned([5, 6], 1) == {5, 6}
    assert banned([5, 5, 5, 5], 0) == set()


@given(st.lists(st.integers(2, 4), max_size=12), st.integers(1, 4))
def test_exactly_what_would_repeat_is_banned(ids: list[int], size: int) -> None:
    grams = {tuple(ids[start : start + size]) for start in range(len(ids) + 1 - size)}
    for token in range(10):
        repeats = len(ids) + 1 >= size and (*ids, token)[len(ids) + 1 - size :] in grams
        assert (token in banned(ids, size)) == repeats


@given(st.lists(st.floats(-1e4, 1e4, width=32), min_size=1, max_size=8))
def test_probabilities_sum_to_one(values: list[float]) -> None:
    found = log_softmax(np.asarray([values], np.float32))
    assert found.dtype == np.float32
    assert np.exp(found).sum() == pytest.approx(1, abs=1e-5)


def test_a_score_is_a_mean_probability() -> None:
    assert Decoded((3, 4, 1), 2, float(np.log(0.5 * 0.125))).score == pytest.approx(0.25)
    assert Decoded((3,), 0, 0.0).score == 1


def test_cancelling() -> None:
    check(None)
    check(lambda: False)
    with pytest.raises(Cancelled):
        check(lambda: True)
