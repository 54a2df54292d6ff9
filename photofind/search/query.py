"""What a person typed becomes a Query."""

from __future__ import annotations

import re
import unicodedata

from photofind.domain import Query, QueryError

MAX_CHARACTERS = 2_000
"""Far more than any model reads; longer ones are a paste that went wrong."""
_TAG = re.compile(r'(?<!\S)tag:(?:"(?P<quoted>[^"]*)"?|(?P<plain>\S*))', re.IGNORECASE)
"""A label's closing quotation mark may be missing: the person is still typing."""
_PHRASE = re.compile(r'(?<!\S)["\u201c\u201d\u201e]([^"\u201c\u201d\u201e]*)["\u201c\u201d](?!\S)')
"""Between quotation marks, straight or curly; one alone is an inch or a slip."""


def parse(text: str) -> Query:
    """Reads a query line: what the photo shows, `tag:dog` or `tag:"polar bear"` for a label that it
    must have, "no parking" for words that must stand in it, in its name or in what is written
    about it.

    Control characters and lone surrogates count as spaces, spaces in a row as one; everything
    else reaches the text encoder as it was typed.

    Raises:
        QueryError: query_empty, there is nothing to see in it; query_too_long, it has more than
            MAX_CHARACTERS characters; query_syntax, a label is missing.
    """
    if len(text) > MAX_CHARACTERS:
        raise QueryError(
            "query_too_long",
            f"The query has {len(text):,} characters; photofind takes at most"
            f" {MAX_CHARACTERS:,}. Please describe the photo in fewer words.",
            position=MAX_CHARACTERS,
        )
    speakable = "".join(map(_speakable, text))
    tags = []
    for found in _TAG.finditer(speakable):
        label = " ".join((found["quoted"] or found["plain"] or "").split())
        if not any(map(_visible, label)):
            raise QueryError(
                "query_syntax",
                "After tag: a label is missing. Write for example tag:dog, or"
                ' tag:"polar bear" for one of several words.',
                position=found.start(),
            )
        tags.append(label)
    speakable = _TAG.sub(" ", speakable)
    phrases = [" ".join(found[1].split()) for found in _PHRASE.finditer(speakable)]
    phrases = [phrase for phrase in phrases if any(map(_visible, phrase))]
    words = " ".join(_PHRASE.sub(" ", speakable).split())
    if not any(map(_visible, words)):
        words = ""
    if not words and not tags and not phrases:
        raise QueryError(
            "query_empty",
            "The query is empty. Describe what the photo shows, for example:"
            " two dogs playing in the snow",
        )
    return Query(text=text, words=words, tags=tuple(tags), phrases=tuple(phrases))


def _speakable(character: str) -> str:
    return " " if unicodedata.category(character) in {"Cc", "Cs"} else character


def _visible(character: str) -> bool:
    """Spaces and invisible marks (zero-width joiners, direction marks) describe nothing."""
    category = unicodedata.category(character)
    return category != "Cf" and not category.startswith("Z")
