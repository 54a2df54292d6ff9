"""Which language a query is in, as far as that decides who reads it."""

from __future__ import annotations

import locale
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from photofind.inference.tokenizers import TextTokenizer

MOST_SPLIT = 0.2
"""Share of words that a language's own tokenizer may have to split. In 15 other languages it has
to split more of every one of 120 sentences; of 97 % of English captions it splits less."""
_LAST_ASCII = 127


def is_written_in(
    text: str,
    languages: Sequence[str],
    tokenizer: Callable[[], TextTokenizer],
    *,
    language: str = "",
    system: str | None = None,
) -> bool:
    """Whether a query is in one of some languages that are written with the letters of ASCII.

    A single word tells little: "Strand", "kat" and "persona" are words of English too. Where a
    person's system speaks another language, single words are taken for words of that.

    Args:
        languages: BCP 47 tags.
        tokenizer: gives the tokenizer that was made for these languages, if it is needed: it keeps
            their usual words whole.
        language: BCP 47 tag of the language that the query is in for certain; "": not known.
        system: primary language of the person's system, "" for unknown; None: it is asked.
    """
    known = {_primary(tag) for tag in languages}
    if language:
        return _primary(language) in known
    if any(letter.isalpha() and ord(letter) > _LAST_ASCII for letter in text):
        return False
    pieces = tokenizer().pieces_of_words(text)
    words = [word for word in pieces if any(letter.isalpha() for part in word for letter in part)]
    if not words:
        return False
    if len(words) == 1:
        speaks = system_language() if system is None else system
        if speaks and speaks not in known:
            return False
    return sum(len(word) > 1 for word in words) / len(words) < MOST_SPLIT


def system_language() -> str:
    """The primary language of a person's system, such as "th"; "" when it isn't known."""
    name = locale.getlocale()[0] or ""
    # Windows spells it out: "German_Germany".
    return _primary(locale.normalize(name.partition("_")[0])) if name not in {"", "C"} else ""


def _primary(tag: str) -> str:
    return tag.replace("_", "-").partition("-")[0].lower()
