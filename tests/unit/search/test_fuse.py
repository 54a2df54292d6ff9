from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from photofind.search.fuse import UNKNOWN_MEANING, Fused, fuse
from photofind.search.text import Strength

if TYPE_CHECKING:
    from collections.abc import Mapping


def fused(
    meanings: Mapping[int, float],
    strengths: Mapping[int, Strength],
    bonuses: Mapping[int, float] | None = None,
) -> Fused:
    ids = np.fromiter(meanings.keys(), np.int64)
    matched = np.asarray(sorted(strengths), np.int64)
    steps = np.asarray([strengths[content] for content in sorted(strengths)], np.int8)
    known = np.fromiter(meanings.values(), np.float32)
    return fuse(ids, known, matched, steps, bonuses or {})


def test_without_word_matches_meaning_decides() -> None:
    found = fused({3: 0.1, 1: 0.5, 2: 0.3}, {})
    assert found.content_ids.tolist() == [1, 2, 3]
    np.testing.assert_allclose(found.scores, [0.5, 0.3, 0.1], rtol=1e-6)


def test_a_bonus_decides_among_equals_only() -> None:
    found = fused({1: 0.5, 2: 0.3, 3: 0.3}, {}, {3: 0.002})
    assert found.content_ids.tolist() == [1, 3, 2]
    np.testing.assert_allclose(found.meanings, [0.5, 0.3, 0.3], rtol=1e-6)


def test_a_photo_without_vector_is_added_by_its_name() -> None:
    found = fused({1: 0.5}, {9: Strength.EXACT})
    assert found.content_ids.tolist() == [9, 1]
    assert found.meanings[0] == UNKNOWN_MEANING


cosines = st.integers(-1000, 1000).map(lambda each: each / 1000)


@settings(deadline=None)
@given(
    meanings=st.dictionaries(st.integers(1, 30), cosines, max_size=20),
    strengths=st.dictionaries(
        st.integers(1, 30), st.sampled_from([s for s in Strength if s]), max_size=8
    ),
)
def test_stronger_matches_come_first_and_meaning_orders_each_group(
    meanings: dict[int, float], strengths: dict[int, Strength]
) -> None:
    found = fused(meanings, strengths)
    ids = found.content_ids.tolist()
    assert sorted(ids) == sorted({*meanings, *strengths})
    groups = [strengths.get(content, 0) for content in ids]
    assert groups == sorted(groups, reverse=True)
    within = [float(np.float32(meanings.get(content, UNKNOWN_MEANING))) for content in ids]
    keys = list(zip((-group for group in groups), (-each for each in within), ids, strict=True))
    assert keys == sorted(keys)
    assert (np.diff(found.scores) <= 0).all()
