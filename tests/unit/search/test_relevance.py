"""The cut on made-up scores: libraries of every size, of one subject, and absolute models."""

from __future__ import annotations

import math

import numpy as np
import pytest

from photofind.inference.registry import BASIC
from photofind.inference.spec_search import CutKind, RelevanceCuts
from photofind.search.relevance import similar_cut, text_cut

EXPECTED = 0.1
QUERY = np.zeros(BASIC.dim, np.float32)
QUERY[:1000] = EXPECTED / BASIC.cuts.typical.parts[0][1] / 1000 if BASIC.cuts.typical else 0
RNG = np.random.default_rng(0)


def ordinary(count: int, middle: float = EXPECTED) -> list[float]:
    return list(RNG.normal(middle, 0.02, count).clip(middle - 0.04, middle + 0.04))


def cut(scores: list[float], cuts: RelevanceCuts = BASIC.cuts) -> float:
    return text_cut(cuts, QUERY, np.asarray(scores, np.float32))


@pytest.mark.parametrize("others", [0, 1, 4, 50, 1_000])
def test_what_stands_out_is_relevant_in_a_library_of_any_size(others: int) -> None:
    scores = [EXPECTED + 0.2, *ordinary(others)]
    least = cut(scores)
    assert [score >= least for score in scores] == [True] + [False] * others


@pytest.mark.parametrize("count", [1, 2, 5, 1_000])
def test_nothing_is_relevant_where_nothing_stands_out(count: int) -> None:
    scores = ordinary(count)
    assert max(scores) < cut(scores)


@pytest.mark.parametrize(("matching", "others"), [(5, 0), (8, 2), (500, 50)])
def test_all_photos_of_the_subject_are_relevant_in_a_library_full_of_it(
    matching: int, others: int
) -> None:
    good = [EXPECTED + 0.3 + 0.0001 * number for number in range(matching)]
    scores = good + ordinary(others)
    least = cut(scores)
    assert sum(score >= least for score in scores) == matching


def test_a_few_photos_hardly_decide_what_is_ordinary() -> None:
    assert cut([EXPECTED + 0.08] * 2) == pytest.approx(cut([]), abs=0.005)
    assert cut([EXPECTED + 0.08] * 2_000) > EXPECTED + 0.095


def test_a_large_library_decides_what_is_ordinary() -> None:
    shift = 0.02
    assert cut(ordinary(2_000, EXPECTED + shift)) == pytest.approx(
        cut(ordinary(2_000)) + shift, abs=0.004
    )


def test_a_wide_spread_raises_the_bar() -> None:
    wide = list(EXPECTED + RNG.normal(0, 0.045, 2_000))
    assert cut(wide) - EXPECTED == pytest.approx(2 * 0.045, abs=0.005)


def test_an_empty_library_has_a_cut() -> None:
    assert cut([]) == pytest.approx(EXPECTED + 0.07, abs=1e-4)


def test_a_model_with_comparable_scores_has_the_same_cut_for_every_library() -> None:
    cuts = RelevanceCuts(CutKind.COSINE, text_gap=0.25, text_z=0, similar=0.8)
    assert cut([0.1], cuts) == cut([0.9] * 50, cuts) == 0.25
    assert similar_cut(cuts) == 0.8


def test_without_a_typical_photo_a_small_library_says_nothing() -> None:
    cuts = RelevanceCuts(CutKind.GAP_TO_MEDIAN, text_gap=0.07, text_z=2, similar=0.8)
    assert cut([0.9, 0.1], cuts) == math.inf
    scores = [0.9, *ordinary(200)]
    assert [score >= cut(scores, cuts) for score in scores].count(True) == 1


def test_the_typical_photo_has_the_models_length() -> None:
    assert BASIC.cuts.typical
    assert sum(length for length, _value in BASIC.cuts.typical.parts) == BASIC.dim
