"""The cut on made-up scores: libraries of every size, of one subject, and absolute models."""

from __future__ import annotations

import math

import numpy as np
import pytest

from photofind.inference.labels import Label
from photofind.inference.registry import BASIC
from photofind.inference.spec_search import (
    CutKind,
    ObjectCuts,
    OrdinaryScores,
    RelevanceCuts,
)
from photofind.search.relevance import similar_cut, sought_object, text_cut

EXPECTED = 0.1
CUTS = RelevanceCuts(
    CutKind.GAP_TO_MEDIAN,
    text_gap=0.07,
    text_z=2.0,
    similar=0.5,
    ordinary=OrdinaryScores(spread=0.022, most_spread=0.05, most_shift=0.03),
)
OBJECTS = ObjectCuts(start=10, scale=40.0, weight=0.5, presence=0.7, presence_named=0.6)
LABELS = (Label("person", (), ("people", "คน")), Label("dog", ()), Label("cat", ()))
RNG = np.random.default_rng(0)


def ordinary(count: int, middle: float = EXPECTED) -> list[float]:
    return list(RNG.normal(middle, 0.02, count).clip(middle - 0.04, middle + 0.04))


def cut(scores: list[float], cuts: RelevanceCuts = CUTS) -> float:
    return text_cut(cuts, EXPECTED, np.asarray(scores, np.float32))


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


def test_without_a_background_a_small_library_says_nothing() -> None:
    cuts = RelevanceCuts(CutKind.GAP_TO_MEDIAN, text_gap=0.07, text_z=2, similar=0.8)
    assert cut([0.9, 0.1], cuts) == math.inf
    scores = [0.9, *ordinary(200)]
    assert [score >= cut(scores, cuts) for score in scores].count(True) == 1


@pytest.mark.parametrize("count", [10, 51, 500])
def test_the_built_in_model_shows_what_most_photos_show(count: int) -> None:
    scores = [*ordinary(count // 4), *RNG.normal(EXPECTED + 0.1, 0.01, count).tolist()]
    least = cut(scores, BASIC.cuts)
    assert sum(score >= least for score in scores) >= count


def query_for(words: str, *weights: float) -> int | None:
    sought = sought_object(OBJECTS, LABELS, words, np.array(weights, np.float32))
    return None if sought is None else sought.component - OBJECTS.start


def test_a_query_about_an_object_seeks_it() -> None:
    assert query_for("a small dog", 0.0, 0.7, 0.2) == 1
    assert query_for("something else", 0.3, 0.3, 0.3) is None


def test_people_are_sought_only_where_just_people_are() -> None:
    for words in ("people", " People ", "คน"):
        assert query_for(words, 0.1, 0.1, 0.1) == 0
    assert query_for("a woman in a red coat", 0.9, 0.0, 0.0) is None


def test_the_least_value_is_the_root_of_the_least_presence() -> None:
    sought = sought_object(OBJECTS, LABELS, "dog", np.array([0, 1, 0], np.float32))
    named = sought_object(OBJECTS, LABELS, "people", np.array([0, 0, 0], np.float32))
    assert sought is not None
    assert named is not None
    assert 40 * sought.least**2 == pytest.approx(0.7)
    assert 40 * named.least**2 == pytest.approx(0.6)
