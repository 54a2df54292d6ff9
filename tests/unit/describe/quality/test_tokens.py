from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.describe.quality.tokens import tokenize


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
