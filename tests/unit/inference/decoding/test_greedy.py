from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.inference.decoding.greedy import greedy_search, keep_nucleus, sample
from photofind.inference.decoding.rules import Rules, log_softmax
from photofind.inference.describing import Cancelled
from tests.unit.inference.decoding.made_up import PAD, STOP, MadeUpDecoder

RULES = Rules(stop=STOP, pad=PAD, longest=12)


def prompts(pictures: int, length: int = 2) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    return np.tile(np.arange(2, 2 + length, dtype=np.int64), (pictures, 1))


@given(st.integers(0, 10_000), st.integers(5, 12), st.integers(0, 3))
def test_every_token_is_the_most_probable_one_that_repeats_nothing(
    seed: int, vocabulary: int, no_repeat: int
) -> None:
    rules = replace(RULES, no_repeat=no_repeat)
    decoder = MadeUpDecoder(seed, vocabulary)
    (found,) = greedy_search(decoder, prompts(1), rules)
    text, total = [2, 3], 0.0
    while len(text) < 2 + rules.longest and text[-1] != STOP:
        known = log_softmax(decoder.logits(0, text))
        grams = {tuple(text[i : i + no_repeat]) for i in range(len(text) + 1 - no_repeat)}
        allowed = [
            token
            for token in range(vocabulary)
            if not no_repeat or (*text, token)[len(text) + 1 - no_repeat :] not in grams
        ]
        best = max(allowed, key=lambda token: float(known[token]))
        total += float(known[best])
        text.append(best)
    assert found.ids == tuple(text)
    assert found.log_probability == pytest.approx(total, abs=1e-4)


@given(st.integers(0, 10_000), st.integers(2, 4))
def test_a_text_does_not_depend_on_the_other_pictures(seed: int, pictures: int) -> None:
    together = greedy_search(MadeUpDecoder(seed, 8, pictures), prompts(pictures), RULES)
    (alone,) = greedy_search(MadeUpDecoder(seed, 8, 1), prompts(1), RULES)
    assert together[0] == alone
    assert len(together) == pictures
    for text in together:
        assert text.new == len(text.ids) - 2
        assert (text.ids[-1] == STOP) or text.new == RULES.longest
        assert STOP not in text.ids[:-1]


def test_nothing_is_computed_beyond_the_last_token() -> None:
    decoder = MadeUpDecoder(0, 50)
    (found,) = greedy_search(decoder, prompts(1), replace(RULES, longest=5))
    assert decoder.calls == found.new == 5


def test_cancelled_between_two_tokens() -> None:
    decoder = MadeUpDecoder(0, 50)
    with pytest.raises(Cancelled):
        greedy_search(decoder, prompts(1), RULES, cancelled=lambda: decoder.calls == 2)
    assert decoder.calls == 2


@given(st.integers(0, 1000), st.floats(0.05, 1))
def test_the_nucleus_is_the_smallest_set_with_that_probability(seed: int, top_p: float) -> None:
    logits = np.random.default_rng(seed).standard_normal(20).astype(np.float32) * 3
    kept = keep_nucleus(logits, top_p)
    inside = np.isfinite(kept)
    probabilities = np.exp(log_softmax(logits)).astype(np.float64)
    assert (kept[inside] == logits[inside]).all()
    assert probabilities[inside].sum() >= top_p - 1e-5
    assert logits[inside].min() >= logits[~inside].max(initial=-np.inf)
    weakest = probabilities[inside].min()
    assert inside.sum() == 1 or probabilities[inside].sum() - weakest < top_p + 1e-5


def test_a_seed_draws_the_same_text_again_and_another_one_another() -> None:
    def draw(seed: int, pictures: int = 1) -> tuple[int, ...]:
        decoder = MadeUpDecoder(3, 40, pictures)
        found = sample(decoder, prompts(pictures), RULES, seed=seed, top_p=0.95, temperature=1.0)
        return found[0].ids

    assert draw(1) == draw(1) == draw(1, pictures=3)
    assert len({draw(seed) for seed in range(5)}) > 1


def test_a_small_nucleus_or_a_low_temperature_is_greedy() -> None:
    decoder = MadeUpDecoder(5, 40)
    (greedy,) = greedy_search(decoder, prompts(1), RULES)
    for top_p, temperature in ((1e-6, 1.0), (1.0, 1e-4)):
        (drawn,) = sample(decoder, prompts(1), RULES, seed=0, top_p=top_p, temperature=temperature)
        assert drawn == greedy


def test_draws_are_as_frequent_as_probable() -> None:
    decoder = MadeUpDecoder(1, 6)
    rules = replace(RULES, longest=1)
    counts = np.zeros(6)
    for seed in range(3000):
        (found,) = sample(decoder, prompts(1), rules, seed=seed, top_p=1.0, temperature=0.7)
        counts[found.ids[-1]] += 1
    expected = np.exp(log_softmax(decoder.logits(0, (2, 3)) / np.float32(0.7)))
    assert np.abs(counts / counts.sum() - expected).max() < 0.03
