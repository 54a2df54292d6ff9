"""What a person typed becomes a Query."""

from __future__ import annotations

import unicodedata

from photofind.domain import Query, QueryError

MAX_CHARACTERS = 2_000
"""Far more than any model reads; longer ones are a paste that went wrong."""


def parse(text: str) -> Query:
    """Reads a query line.

    Control characters and lone surrogates count as spaces, spaces in a row as one; everything
    else reaches the text encoder as it was typed.

    Raises:
        QueryError: query_empty, there is nothing to see in it; query_too_long, it has more than
            MAX_CHARACTERS characters.
    """
    if len(text) > MAX_CHARACTERS:
        raise QueryError(
            "query_too_long",
            f"The query has {len(text):,} characters; photofind takes at most"
            f" {MAX_CHARACTERS:,}. Please describe the photo in fewer words.",
            position=MAX_CHARACTERS,
        )
    words = " ".join("".join(map(_speakable, text)).split())
    if not any(map(_visible, words)):
        raise QueryError(
            "query_empty",
            "The query is empty. Describe what the photo shows, for example:"
            " two dogs playing in the snow",
        )
    return Query(text=text, words=words)


def _speakable(character: str) -> str:
    return " " if unicodedata.category(character) in {"Cc", "Cs"} else character


def _visible(character: str) -> bool:
    """Spaces and invisible marks (zero-width joiners, direction marks) describe nothing."""
    category = unicodedata.category(character)
    return category != "Cf" and not category.startswith("Z")
