"""The one form in which words are stored for search and asked for.

Two spellings that a person takes for the same word have the same form: capitals and small letters,
letters with and without accents, full-width letters and half-width kana, a vowel written in one
sign or in two. What is shown is always the text as it was written.
"""

from __future__ import annotations

import re
import unicodedata

_LIKE_A_LETTER = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ħ": "h",
        "ŧ": "t",
        "ı": "i",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ŋ": "n",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{MODIFIER LETTER APOSTROPHE}": "'",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    }
)
"""Letters that Unicode does not decompose, and punctuation that keyboards lack."""
_ACCENT = (
    "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # Hebrew points
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"  # Arabic
)
_ACCENTS = re.compile(f"(?<=[^\\W_])[{_ACCENT}\u0640]+")
"""Marks that readers leave out. The vowels and tones of Thai or Hindi and the voicing of kana are
none: without them it is another word."""
_INVISIBLE = re.compile(
    "[\u00ad\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_THAI_AM = re.compile("(?P<sign>[\u0e4d\u0ecd])(?P<tone>[\u0e48-\u0e4b\u0ec8-\u0ecb])")
_THAI_AE = re.compile("\u0e40\u0e40")
"""Two signs that look like one and are typed for it."""
_UNSPACED = (
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Tibetan, Burmese, Khmer
    "\u1100-\u11ff\uac00-\ud7ff"  # Korean: particles are attached to nouns
    "\u2e80-\u2fff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
"""Characters of scripts in which a word may begin at any character."""
_ASCII_PIECE = re.compile(r"[A-Z]+[a-z]*|[a-z]+|[0-9]+|[$+<=>^`|~]")
_MOST_JOINED = 6
"""Pieces of one run of letters and digits that are also stored joined."""


def fold(text: str) -> str:
    """The form of a text in which it is compared: Unicode's compatibility caseless form, without
    accents and invisible signs. White space of all kinds becomes a space.

    `fold(fold(text)) == fold(text)`; "Straße" and "STRASSE", "Ἑλλάδα" and "ΕΛΛΑΔΑ", "ｶﾒﾗ" and
    "カメラ", "Łódź" and "lodz" are the same. Umlauts lose their dots: "Zürich" is "zurich".
    """
    if text.isascii():
        return text.lower() if text.isprintable() else _spaced(text.lower())
    visible = _INVISIBLE.sub("", text)
    for _ in range(2):  # what decomposing brings to light may have another case
        visible = unicodedata.normalize("NFKD", visible.casefold().translate(_LIKE_A_LETTER))
    plain = unicodedata.normalize("NFC", _ACCENTS.sub("", visible.casefold()))
    return _spaced(_one_thai_spelling(plain))


def split_words(text: str) -> list[str]:
    """The words of a text as it was written, folded.

    A word ends at spaces and punctuation, between letters and digits ("IMG2682"), and where a
    capital follows a small letter ("myDog"); what was written without a gap is given joined as
    well, after its pieces. In scripts without spaces every character is a word of its own, so that
    a word of such a script is a sequence of them. So is every emoji and symbol.
    """
    words: list[str] = []
    for run in _runs(text):
        folded = [word for piece in run for word in _kept(piece)]
        words += folded
        if 1 < len(folded) <= _MOST_JOINED and _is_joined(run):
            words += [
                "".join(folded[start:stop])
                for start in range(len(folded))
                for stop in range(start + 2, len(folded) + 1)
            ]
    return words


def split_asked(word: str) -> list[list[str]]:
    """The sequences of words, as `split_words` gives them, by which a word that was asked for is
    found: each must occur. A word without letters, digits and symbols has none."""
    asked = []
    for run in _runs(word):
        pieces = [each for piece in run for each in _kept(piece)]
        asked.append(
            ["".join(pieces)] if 1 < len(pieces) <= _MOST_JOINED and _is_joined(run) else pieces
        )
    return [each for each in asked if each]


def is_unspaced(character: str) -> bool:
    """Whether a character belongs to a script that is written without spaces between words."""
    return _IS_UNSPACED.match(character) is not None


def _one_thai_spelling(text: str) -> str:
    return _THAI_AE.sub("\u0e41", _THAI_AM.sub(r"\g<tone>\g<sign>", text))


def _spaced(text: str) -> str:
    return "".join(" " if char.isspace() else char for char in text)


def _is_joined(run: list[str]) -> bool:
    return all(piece[0].isalnum() and not is_unspaced(piece[0]) for piece in run)


def _runs(text: str) -> list[list[str]]:
    """Pieces of words, those without a gap between them together; symbols apart from letters."""
    runs: list[list[str]] = []
    if text.isascii():
        end = -1
        for found in _ASCII_PIECE.finditer(text):
            follows = found.start() == end and found[0].isalnum() == runs[-1][-1].isalnum()
            runs[-1:] = [[*runs[-1], found[0]]] if follows else [*runs[-1:], [found[0]]]
            end = found.end()
        return runs
    composed = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    last = ""  # the letter, digit or symbol before, without its marks
    for char in _one_thai_spelling(composed):
        category = unicodedata.category(char)
        if char.isalnum():
            if not last.isalnum():
                runs.append([char])
            elif _begins_word(last, char):
                runs[-1].append(char)
            else:
                runs[-1][-1] += char
        elif category[0] == "S" or category == "Co":
            if not last or last.isalnum():
                runs.append([char])
            else:
                runs[-1].append(char)
        elif category[0] == "M" and last:
            runs[-1][-1] += char
            continue
        else:
            last = ""
            continue
        last = char
    return runs


def _begins_word(before: str, char: str) -> bool:
    """Whether a word begins between two letters or digits that follow each other."""
    return (
        before.isdigit() != char.isdigit()
        or (before.islower() and char.isupper())
        or is_unspaced(before)
        or is_unspaced(char)
    )


def _kept(piece: str) -> list[str]:
    folded = fold(piece)
    if folded.isalnum():
        return [folded]
    return "".join(
        char if char.isalnum() or unicodedata.category(char)[0] in "SMC" else " " for char in folded
    ).split()
