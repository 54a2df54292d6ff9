"""That it does what transformers does is tested with the models (test_parity)."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photofind.inference.decoding.beam import beam_search
from photofind.inference.decoding.greedy import greedy_search
from photofind.inference.decoding.rules import Rules, log_softmax
from photofind.inference.describing import Cancelled
from tests.unit.inference.decoding.made_up import PAD, STOP, MadeUpDecoder

RULES = Rules(stop=STOP, pad=PAD, longest=10)


def prompts(pictures: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    return np.tile(np.asarray([2, 3], np.int64), (pictures, 1))


def log_probability(decoder: MadeUpDecoder, ids: tuple[int, ...], picture: int = 0) -> float:
    return sum(
        float(log_softmax(decoder.logits(picture, ids[:place]))[ids[place]])
        for place in range(2, len(ids))
    )


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(1, 3))
def test_a_beam_that_holds_everything_finds_the_most_probable_text(seed: int, most: int) -> None:
    """Length penalty 0: the log-probability itself counts."""
    vocabulary = 4
    decoder = MadeUpDecoder(seed, vocabulary)
    rules = replace(RULES, longest=most, no_repeat=0)
    (found,) = beam_search(decoder, prompts(1), rules, width=vocabulary**most, length_penalty=0.0)
    texts = {
        (2, 3, *(tokens[: tokens.index(STOP) + 1] if STOP in tokens else tokens))
        for tokens in itertools.product(range(vocabulary), repeat=most)
    }
    best = max(texts, key=lambda ids: log_probability(decoder, ids))
    assert found.ids == best


@given(st.integers(0, 10_000), st.integers(1, 4), st.sampled_from([0.0, 1.0, 2.0]))
def test_a_text_is_well_formed_and_scored_as_it_is(
    seed: int, width: int, length_penalty: float
) -> None:
    decoder = MadeUpDecoder(seed, 9)
    (found,) = beam_search(decoder, prompts(1), RULES, width=width, length_penalty=length_penalty)
    assert found.ids[:2] == (2, 3)
    assert found.new == len(found.ids) - 2
    assert found.ids[-1] == STOP or found.new == RULES.longest
    assert STOP not in found.ids[2:-1]
    trigrams = list(zip(found.ids, found.ids[1:], found.ids[2:], strict=False))
    assert len(trigrams) == len(set(trigrams))
    assert found.log_probability == pytest.approx(log_probability(decoder, found.ids), abs=1e-3)


@given(st.integers(0, 10_000), st.integers(2, 4), st.integers(1, 3))
def test_a_text_does_not_depend_on_the_other_pictures(seed: int, pictures: int, width: int) -> None:
    together = beam_search(MadeUpDecoder(seed, 9, pictures), prompts(pictures), RULES, width=width)
    (alone,) = beam_search(MadeUpDecoder(seed, 9), prompts(1), RULES, width=width)
    assert together[0] == alone
    for picture, text in enumerate(together):
        decoder = MadeUpDecoder(seed, 9, pictures)
        expected = log_probability(decoder, text.ids, picture)
        assert text.log_probability == pytest.approx(expected, abs=1e-3)


def test_more_beams_find_better_texts_on_the_whole() -> None:
    gains = []
    for seed in range(30):
        (greedy,) = greedy_search(MadeUpDecoder(seed, 12), prompts(1), RULES)
        (found,) = beam_search(MadeUpDecoder(seed, 12), prompts(1), RULES, width=4)
        gains.append(found.log_probability / found.new - greedy.log_probability / greedy.new)
    assert np.mean(gains) > 0


def test_a_length_penalty_prefers_long_texts_or_short_ones() -> None:
    def mean_length(length_penalty: float) -> float:
        found = [
            beam_search(
                MadeUpDecoder(seed, 6), prompts(1), RULES, width=3, length_penalty=length_penalty
            )[0]
            for seed in range(30)
        ]
        return float(np.mean([text.new for text in found]))

    assert mean_length(-1.0) < mean_length(1.0) < mean_length(3.0)


def test_the_longest_text_may_have_one_token() -> None:
    decoder = MadeUpDecoder(0, 9)
    (found,) = beam_search(decoder, prompts(1), replace(RULES, longest=1), width=3)
    assert found.ids == (2, 3, int(decoder.logits(0, (2, 3)).argmax()))
    assert decoder.calls == 1


def test_cancelled_between_two_tokens() -> None:
    decoder = MadeUpDecoder(0, 50)
    with pytest.raises(Cancelled):
        beam_search(decoder, prompts(1), RULES, width=3, cancelled=lambda: decoder.calls == 2)
    assert decoder.calls == 2
