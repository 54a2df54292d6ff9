"""Queries as a tokenizer's authors cleaned the texts that their model learned from."""

from __future__ import annotations

import html
import re
import string
import unicodedata
from typing import Final

from photofind.inference.spec_search import TextCleaning


def clean(text: str, cleaning: TextCleaning) -> str:
    """Prepares a text for its tokenizer."""
    match cleaning:
        case TextCleaning.NONE:
            return text
        case TextCleaning.LOWER:
            return text.lower()
        case TextCleaning.CLIP:
            return _repair(text).lower()
        case TextCleaning.WHITESPACE:
            return _repair(text)
        case TextCleaning.CANONICAL:
            return _canonical(_repair(text))


def _canonical(text: str) -> str:
    """As big_vision's prompt_engineering.canonicalize_text, which open_clip follows."""
    return " ".join(text.replace("_", " ").translate(_NO_PUNCTUATION).lower().split())


def _repair(text: str) -> str:
    """What open_clip's tokenizer does, short of guessing wrongly decoded text.

    open_clip hands texts to ftfy (Speer 2019), which straightens quotation marks, opens ligatures
    and full-width characters and drops control characters; then it resolves HTML entities, makes
    any run of space one space.
    """
    if "<" not in text:  # else it may be a piece of HTML, and its entities are meant
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    text = _TERMINAL_ESCAPE.sub("", text).translate(_TYPOGRAPHY)
    text = unicodedata.normalize("NFC", text)
    text = html.unescape(html.unescape(text))
    return " ".join(text.split())


_NO_PUNCTUATION: Final = str.maketrans("", "", string.punctuation)
_ENTITY: Final = re.compile(r"&#?[0-9A-Za-z]{1,24};")
_TERMINAL_ESCAPE: Final = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def _typography() -> dict[int, str | None]:
    table: dict[int, str | None] = dict.fromkeys(
        [
            *range(0x09),
            0x0B,
            *range(0x0E, 0x20),
            0x7F,
            *range(0x206A, 0x2070),  # deprecated Arabic controls
            *range(0xFFF9, 0xFFFD),  # annotations, object replacement
            0xFEFF,  # byte order mark
        ]
    )
    ligatures = "ĲĳǱǲǳǄǅǆǇǈǉǊǋǌﬀﬁﬂﬃﬄﬆ"
    table |= {ord(char): unicodedata.normalize("NFKC", char) for char in ligatures}
    table[ord("ŉ")] = "'n"
    table[ord("ﬅ")] = "ſt"
    table |= {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFF01, 0xFFF0)}
    table[0x3000] = " "  # the space as wide as a Chinese character
    table |= dict.fromkeys([0x02BC, *range(0x2018, 0x201C)], "'")
    table |= dict.fromkeys(range(0x201C, 0x2020), '"')
    table |= {0x0D: "\n", 0x2028: "\n", 0x2029: "\n", 0x85: "\n"}
    return table


_TYPOGRAPHY: Final = _typography()
