"""The matrix against float32 brute force, through any history of appends and removals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photofind.search import matrix as matrix_module
from photofind.search.matrix import VectorMatrix, best_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIM = 48


def unit_rows(count: int, dim: int = DIM, seed: int = 0) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def worst_error(vectors: NDArray[np.float32], query: NDArray[np.float32]) -> float:
    """Half a step of int8 in every component, of the rows and of the query."""
    steps = np.abs(vectors).max() / 127, np.abs(query).max() / 127
    row_sum, query_sum = np.abs(vectors).sum(axis=1).max(), np.abs(query).sum()
    return float(0.5 * steps[0] * query_sum + steps[1] * row_sum) + 1e-5


def test_estimates_are_near_the_exact_scores() -> None:
    vectors, query = unit_rows(3_000, 512), unit_rows(1, 512, seed=1)[0]
    matrix = VectorMatrix(512)
    matrix.append(np.arange(3_000), vectors)
    np.testing.assert_allclose(matrix.scores(query), vectors @ query, atol=0.004)


def test_a_query_of_one_strong_and_many_weak_components_shifts_no_scores() -> None:
    rng = np.random.default_rng(2)
    vectors = np.abs(rng.normal(size=(500, 1_000))).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    query = np.full(1_000, 0.003, np.float32)  # each far below half a step of int8
    query[7] = 1.0
    query /= np.linalg.norm(query)
    matrix = VectorMatrix(1_000)
    matrix.append(np.arange(500), vectors)
    exact, estimates = vectors @ query, matrix.scores(query)
    assert float(np.median(exact)) > 0.09
    assert float(np.median(estimates)) == pytest.approx(float(np.median(exact)), abs=0.002)


def test_what_was_removed_shifts_no_scores() -> None:
    query = np.full(1_000, 0.003, np.float32)
    query[7] = 1.0
    query /= np.linalg.norm(query)
    bright = np.abs(unit_rows(300, 1_000))
    matrix = VectorMatrix(1_000)
    matrix.append(np.arange(300), -bright)
    matrix.append(np.arange(300, 600), bright)
    matrix.remove(np.arange(300))
    shift = np.median(matrix.scores(query) - bright[matrix.region_ids - 300] @ query)
    assert abs(float(shift)) < 0.002


def test_float16_and_float32_vectors_give_the_same_rows() -> None:
    vectors = unit_rows(10).astype(np.float16)
    first, second = VectorMatrix(DIM), VectorMatrix(DIM)
    first.append(np.arange(10), vectors)
    second.append(np.arange(10), vectors.astype(np.float32))
    query = unit_rows(1, seed=3)[0]
    np.testing.assert_array_equal(first.scores(query), second.scores(query))


def test_an_empty_matrix_has_no_scores() -> None:
    matrix = VectorMatrix(DIM)
    assert matrix.scores(unit_rows(1)[0]).shape == (0,)
    assert len(matrix) == 0


def test_vectors_of_another_model_are_refused() -> None:
    with pytest.raises(ValueError, match="dim 48"):
        VectorMatrix(DIM).append(np.arange(2), unit_rows(2, DIM + 1))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_broken_vector_fits_nothing_and_harms_nobody(bad: float) -> None:
    vectors = unit_rows(3)
    vectors[1, 5] = bad
    matrix = VectorMatrix(DIM)
    matrix.append(np.arange(3), vectors)
    scores = matrix.scores(vectors[0])
    assert np.isfinite(scores).all()
    assert scores[0] == pytest.approx(1.0, abs=0.02)
    assert abs(scores[1]) < 0.02


def test_removing_frees_memory() -> None:
    count = 3 * matrix_module.BLOCK_ROWS
    matrix = VectorMatrix(DIM)
    matrix.append(np.arange(count), unit_rows(count))
    full = matrix.nbytes
    matrix.remove(np.arange(10, count))
    assert len(matrix) == 10
    assert matrix.nbytes < full / 2


class Model:
    """The same history, kept as a dictionary of float32 vectors."""

    def __init__(self) -> None:
        self.matrix = VectorMatrix(DIM)
        self.rows: dict[int, NDArray[np.float32]] = {}

    def append(self, ids: list[int], seed: int) -> None:
        fresh = [each for each in ids if each not in self.rows]
        vectors = unit_rows(len(fresh), seed=seed).astype(np.float16)
        self.matrix.append(np.asarray(fresh, np.int64), vectors)
        self.rows |= dict(zip(fresh, vectors.astype(np.float32), strict=True))

    def remove(self, ids: list[int]) -> None:
        self.matrix.remove(np.asarray(ids, np.int64))
        for each in ids:
            self.rows.pop(each, None)

    def reassemble(self) -> None:
        parts = self.matrix.parts()
        levels = np.concatenate([np.empty((0, DIM), np.int8), *parts.blocks])
        self.matrix = VectorMatrix.assembled(
            parts.region_ids.copy(), parts.scales.copy(), parts.total.copy(), levels
        )

    def check(self, query: NDArray[np.float32], count: int) -> None:
        ids = self.matrix.region_ids
        assert sorted(ids.tolist()) == sorted(self.rows)
        estimates = self.matrix.scores(query)
        if not self.rows:
            return
        exact = np.asarray([self.rows[each] @ query for each in ids.tolist()])
        bound = worst_error(np.stack(list(self.rows.values())), query)
        np.testing.assert_allclose(estimates, exact, atol=bound)
        best = best_rows(estimates, ids, count)
        wanted = np.sort(exact)[::-1][:count]
        assert len(best) == len(wanted)
        assert (np.sort(exact[best])[::-1] >= wanted - 2 * bound).all()


ids_of_a_step = st.lists(st.integers(0, 60), max_size=25, unique=True)
kinds = st.sampled_from(["append", "remove", "reassemble"])
steps = st.lists(st.tuples(kinds, ids_of_a_step), max_size=12)


@settings(deadline=None, max_examples=60)
@given(steps=steps, seed=st.integers(0, 2**32 - 1), count=st.integers(1, 12))
def test_any_history_ranks_like_brute_force(
    steps: list[tuple[str, list[int]]], seed: int, count: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matrix_module, "BLOCK_ROWS", 16)
        patch.setattr(matrix_module, "_SLICE_ROWS", 6)
        model = Model()
        for number, (kind, ids) in enumerate(steps):
            if kind == "append":
                model.append(ids, seed=seed + number)
            elif kind == "remove":
                model.remove(ids)
            else:
                model.reassemble()
            model.check(unit_rows(1, seed=seed)[0], count)


@settings(deadline=None)
@given(
    scores=st.lists(st.sampled_from([-0.5, 0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=40),
    count=st.integers(0, 45),
    data=st.data(),
)
def test_ties_go_to_the_lower_content_in_any_order_of_rows(
    scores: list[float], count: int, data: st.DataObject
) -> None:
    ids = np.asarray(data.draw(st.permutations(range(len(scores)))), np.int64)
    mask = np.asarray(data.draw(st.lists(st.booleans(), min_size=len(ids), max_size=len(ids))))
    values = np.asarray(scores, np.float32)
    found = best_rows(values, ids, count, mask)
    ranking = sorted(np.flatnonzero(mask), key=lambda row: (-values[row], ids[row]))
    assert found.tolist() == [int(row) for row in ranking[:count]]
    unmasked = sorted(range(len(ids)), key=lambda row: (-values[row], ids[row]))
    assert best_rows(values, ids, count).tolist() == unmasked[:count]
