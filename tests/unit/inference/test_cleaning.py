from __future__ import annotations

import pytest

from photofind.inference.cleaning import clean
from photofind.inference.spec_search import TextCleaning


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  A   Dog\n\tand\u3000a cat ", "a dog and a cat"),
        ("don’t “stop”", 'don\'t "stop"'),
        ("ﬁne ﬂowers", "fine flowers"),
        ("ＡＢＣ，１２３！", "abc,123!"),
        ("ｱｲｳ", "アイウ"),
        ("tom &amp; jerry &lt;3", "tom & jerry <3"),
        ("<b>&amp;amp;</b>", "<b>&</b>"),
        ("e\u0301te\u0301", "été"),
        ("a\x00b\x1b[31mc\ufeff", "abc"),
        ("ŉ", "'n"),
        ("", ""),
    ],
)
def test_clip_texts_are_cleaned(text: str, cleaned: str) -> None:
    assert clean(text, TextCleaning.CLIP) == cleaned


def test_other_models_want_less() -> None:
    assert clean(" A  “Dog” ", TextCleaning.NONE) == " A  “Dog” "
    assert clean(" A  “Dog” ", TextCleaning.LOWER) == " a  “dog” "
