"""Values worked out by hand; tests/benchmarks/compare_metrics.py compares with coco-caption."""

from __future__ import annotations

from math import exp, log, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.benchmarks.caption_metrics import bleu, cider, common_length, rouge_l, tokenize


def words(text: str) -> list[str]:
    return text.split()


DOG = words("a dog runs on the beach")
DOGS = words("two dogs run on a beach")
CAT = words("a cat sleeps in the sun")

sentences = st.lists(st.sampled_from("abcde"), min_size=1, max_size=9)
corpora = st.lists(
    st.tuples(sentences, st.lists(sentences, min_size=1, max_size=3)), min_size=2, max_size=5
)


def test_bleu_counts_runs_of_words() -> None:
    # 4 of 6 words, 1 of 5 pairs ("on the"), no run of three
    found = bleu([words("a dog sits on the sand")], [[words("the dog is on the beach")]])
    assert found[0] == pytest.approx(3 / 6)  # dog, on, the
    assert found[1] == pytest.approx(sqrt(3 / 6 * 1 / 5))
    assert found[2] < 1e-4


def test_bleu_counts_a_word_as_often_as_a_reference_has_it() -> None:
    """The example of the paper: "the" seven times."""
    references = [[words("the cat is on the mat"), words("there is a cat on the mat")]]
    assert bleu([["the"] * 7], references)[0] == pytest.approx(2 / 7)


def test_bleu_is_lower_for_captions_that_are_too_short() -> None:
    found = bleu([DOG[:3]], [[DOG]])
    assert found[0] == pytest.approx(exp(1 - 6 / 3))
    near = bleu([DOG[:4]], [[DOG, DOG[:3]]])  # the nearest length counts: no penalty
    assert near[0] == pytest.approx(1)


def test_bleu_is_of_the_corpus_not_a_mean() -> None:
    found = bleu([DOG, CAT[:2]], [[DOG], [DOGS]])
    # 6 + 1 of 8 words; lengths 8 against 6 + 6
    assert found[0] == pytest.approx(7 / 8 * exp(1 - 12 / 8))


def test_the_longest_common_subsequence() -> None:
    assert common_length("abcbdab", "bdcaba") == 4
    assert common_length("", "abc") == 0


def test_rouge_l_by_hand() -> None:
    # "dog on the": 3 of 5 words, 3 of 6 of the reference
    caption, reference = words("dog lies on the sand"), words("a dog sleeps on the beach")
    precision, recall = 3 / 5, 3 / 6
    expected = (1 + 1.44) * precision * recall / (recall + 1.44 * precision)
    assert rouge_l([caption], [[reference]]) == pytest.approx(expected)
    assert rouge_l([caption, CAT], [[reference], [["x"]]]) == pytest.approx(expected / 2)
    assert rouge_l([[]], [[reference]]) == 0


def test_cider_by_hand() -> None:
    """Two pictures; every word of theirs is in one reference, so that each weighs log 2."""
    found = cider([words("a b"), words("x y")], [[words("a b")], [words("x z")]])
    first = 10 * (1 + 1 + 0 + 0) / 4  # words and pairs are the same, longer runs there are none
    # x is common: log 2 * log 2; y was never seen: log 2 - log 1 = log 2, as z. cos = 1 / 2
    second = 10 * (1 / 2 + 0 + 0 + 0) / 4
    assert found == pytest.approx((first + second) / 2)


def test_cider_counts_lengths_and_repetitions() -> None:
    wanted = [[words("a b")], [words("c d")]]
    usual = cider([words("a b"), ["x"]], wanted)
    doubled = cider([words("a b a b"), ["x"]], wanted)
    # words: (1 + 1) / (norm √8 √2) = 1 / 2; pairs: "a b" clipped to 1, of norm √(2² + 1²) = √5
    expected = exp(-4 / 72) * (1 / 2 + 1 / sqrt(5)) / 2
    assert doubled / usual == pytest.approx(expected)


def test_of_one_picture_cider_says_nothing() -> None:
    assert cider([DOG], [[DOG]]) == 0


@settings(max_examples=40)
@given(corpora)
def test_figures_stay_within_their_range(corpus: list[tuple[list[str], list[list[str]]]]) -> None:
    captions, references = [list(part) for part in zip(*corpus, strict=True)]
    assert all(0 <= figure <= 1 + 1e-9 for figure in bleu(captions, references))
    assert 0 <= rouge_l(captions, references) <= 1
    assert 0 <= cider(captions, references) <= 10 + 1e-9
    same = [wanted[0] for wanted in references]
    assert rouge_l(same, references) == pytest.approx(1)
    assert cider(same, references) >= 0
    assert log(bleu(same, references)[0]) > -1e-6


@settings(max_examples=40)
@given(corpora)
def test_the_order_of_pictures_does_not_matter(
    corpus: list[tuple[list[str], list[list[str]]]],
) -> None:
    def figures(pairs: list[tuple[list[str], list[list[str]]]]) -> list[float]:
        captions, references = [list(part) for part in zip(*pairs, strict=True)]
        return [
            *bleu(captions, references),
            rouge_l(captions, references),
            cider(captions, references),
        ]

    assert figures(corpus) == pytest.approx(figures(corpus[::-1]))


@pytest.mark.parametrize(
    ("caption", "words"),
    [
        ("A man is in a kitchen making pizzas.", "a man is in a kitchen making pizzas"),
        ("A man's T-shirt isn't red.", "a man 's t-shirt is n't red"),
        ("It's 10:30; they've 1,000 dogs!", "it 's 10:30 they 've 1,000 dogs"),
        ("Mr. Smith can't go, he'll stay.", "mr. smith ca n't go he 'll stay"),
        ("no. 5 -- what...?", "no. 5 what"),
        ("the U.S. flag on a 747", "the u.s. flag on a 747"),
        ("a \"quoted\" sign 'stop'", "a quoted sign stop"),
        ("and/or mother-in-law's hat", "and/or mother-in-law 's hat"),
        ("two dogs (one cat)", "two dogs -lrb- one cat -rrb-"),
        ("Café au lait, 3.5 %", "café au lait 3.5 %"),
        ("", ""),
        (" . , ", ""),
    ],
)
def test_words_are_those_of_the_treebank(caption: str, words: str) -> None:
    """As Stanford's tokenizer cuts them (tests/benchmarks/compare_metrics.py)."""
    assert tokenize(caption) == words.split()


@given(st.text(max_size=40))
def test_any_text_can_be_cut(text: str) -> None:
    for word in tokenize(text):
        assert word
        assert not any(character.isspace() for character in word)
