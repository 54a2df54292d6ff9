"""Tags out of a vocabulary: made-up vectors for the rules, the built-in model for its sentences."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from photofind.inference import zero_shot
from photofind.inference.clip import to_unit_length
from photofind.inference.spec_search import ZeroShotCuts
from photofind.inference.vocabulary import plain_vocabulary
from photofind.inference.zero_shot import encode_labels, label_bias, load_labels, propose

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from photofind.inference.clip import DualEncoder, TextEncoder

LABELS, DIM = 1_400, 512
CUTS = ZeroShotCuts()


def unit_rows(count: int, seed: int) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).normal(size=(count, DIM)).astype(np.float32)
    return to_unit_length(rows)


def mixed(parts: NDArray[np.float32]) -> NDArray[np.float32]:
    """A picture that shows some labels: a little of each, as cosines of CLIP are."""
    picture = unit_rows(1, seed=7)[0] + 0.3 * parts.sum(axis=0)
    unit: NDArray[np.float32] = to_unit_length(picture[None])[0]
    return unit


@pytest.fixture(scope="module")
def labels() -> NDArray[np.float32]:
    return unit_rows(LABELS, seed=1)


def test_what_a_picture_shows_stands_out(labels: NDArray[np.float32]) -> None:
    pictures = np.stack([mixed(labels[[3, 900]]), mixed(labels[[17]])])
    found = propose(pictures, labels, np.zeros(LABELS, np.float32), CUTS)
    assert {label for label, _share in found[0]} == {3, 900}
    assert [label for label, _share in found[1]] == [17]
    assert all(0 < share <= 1 for row in found for _label, share in row)


def test_where_nothing_fits_there_is_mostly_no_tag(labels: NDArray[np.float32]) -> None:
    found = propose(unit_rows(400, seed=2), labels, np.zeros(LABELS, np.float32), CUTS)
    assert sum(map(bool, found)) < 40


def test_at_most_a_handful_the_likeliest_first(labels: NDArray[np.float32]) -> None:
    generous = replace(CUTS, share=0.0)
    (row,) = propose(mixed(labels[:8])[None], labels, np.zeros(LABELS, np.float32), generous)
    assert len(row) == CUTS.at_most
    assert {label for label, _share in row} <= set(range(8))
    assert [share for _label, share in row] == sorted((s for _label, s in row), reverse=True)


def test_labels_that_fit_everything_a_little_are_held_back(labels: NDArray[np.float32]) -> None:
    common = unit_rows(1, seed=5)[0]
    weights = np.random.default_rng(6).normal(scale=0.3, size=LABELS).astype(np.float32)
    biased = labels + weights[:, None] * common
    biased /= np.linalg.norm(biased, axis=1, keepdims=True)
    modest = int(np.argsort(weights)[LABELS // 2])
    library = unit_rows(2_000, seed=3) + common
    library[0] += 0.6 * labels[modest]
    library /= np.linalg.norm(library, axis=1, keepdims=True)
    none = np.zeros(LABELS, np.float32)
    (plain,) = propose(library[:1], biased, none, CUTS)
    (corrected,) = propose(library[:1], biased, label_bias(library, biased), CUTS)
    assert modest not in dict(plain)
    assert modest in dict(corrected)


def test_where_all_photos_show_one_thing_it_stays_a_tag(labels: NDArray[np.float32]) -> None:
    library = np.stack([mixed(labels[[5]] + row) for row in unit_rows(300, seed=3)])
    found = propose(library, labels, label_bias(library, labels), CUTS)
    assert sum(5 in dict(row) for row in found) > 250


def test_few_photos_say_little_about_the_labels(labels: NDArray[np.float32]) -> None:
    one = mixed(labels[[5]])[None]
    assert np.abs(label_bias(one, labels)).max() < 0.01
    assert not label_bias(one[:0], labels).any()
    (row,) = propose(one, labels, label_bias(one, labels), CUTS)
    assert [label for label, _share in row] == [5]


def test_a_picture_like_no_other_divides_by_nothing(labels: NDArray[np.float32]) -> None:
    blank = np.zeros((1, DIM), np.float32)
    assert propose(blank, labels, np.zeros(LABELS, np.float32), CUTS) == [[]]


def test_a_label_is_the_mean_of_its_sentences(text_encoder: TextEncoder) -> None:
    vocabulary = plain_vocabulary(["cat", "dog"])
    vectors = encode_labels(text_encoder, vocabulary)
    assert vectors is not None
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    mean = text_encoder.encode(vocabulary.sentences[1]).mean(axis=0)
    np.testing.assert_allclose(vectors[1], mean / np.linalg.norm(mean), atol=1e-6)
    assert encode_labels(text_encoder, vocabulary, stopped=lambda: True) is None


def test_a_vocabulary_is_encoded_once_a_model(
    basic: DualEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vocabulary = plain_vocabulary(["cat", "dog"])
    assert load_labels(basic, vocabulary, tmp_path / "labels", lambda: True) is None
    first = load_labels(basic, vocabulary, tmp_path / "labels")
    assert first is not None
    (file,) = (tmp_path / "labels").iterdir()

    def refuse(_model: object) -> None:
        raise AssertionError("encoded again")

    monkeypatch.setattr(zero_shot, "TextEncoder", refuse)
    again = load_labels(basic, vocabulary, tmp_path / "labels")
    np.testing.assert_array_equal(first, again)
    monkeypatch.undo()
    file.write_bytes(file.read_bytes()[:100])
    mended = load_labels(basic, vocabulary, tmp_path / "labels")
    np.testing.assert_array_equal(first, mended)
