"""Words become token ids, by the model's own tokenizer.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from photofind.domain import ModelError
from photofind.inference.cleaning import clean
from photofind.inference.spec_search import Padding, PaddingKind, TextCleaning

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from tokenizers import Encoding

CONFIG_NAME = "tokenizer_config.json"
_USUAL = ("<pad>", "[PAD]")
_ANY_LENGTH = 64
_MOST_BYTES = 128 << 20
"""The largest vocabularies, of 256,000 words, have 35 MB."""


class TextTokenizer:
    """Any string becomes at most `context_length` ids; several threads may use one."""

    def __init__(
        self,
        path: Path,
        context_length: int,
        padding: Padding,
        cleaning: TextCleaning = TextCleaning.NONE,
    ) -> None:
        """Reads a tokenizer.json.

        Args:
            cleaning: of every text before the tokenizer sees it.

        Raises:
            ModelError: model_incompatible, the file is not a tokenizer.
        """
        from tokenizers import Tokenizer

        try:
            _require_bounded(path)
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises bare Exception for every kind of trouble
            raise ModelError(
                "model_incompatible",
                "The model file {file} can't be used. Please install the model again.",
                file=path.name,
            ) from error
        self._cleaning = cleaning
        # What the file says about length and padding belongs to another use of it.
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(context_length)
        if padding.kind is PaddingKind.TO_CONTEXT:
            self._tokenizer.enable_padding(
                direction="right", pad_id=padding.token_id, length=context_length
            )

    def encode(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Tokenizes one text, special tokens included; what is too long loses its end.

        Returns:
            Token ids and attention mask (1 token, 0 padding), both int64 [1, length].
        """
        encoding = self._encode(text)
        return (
            np.asarray([encoding.ids], np.int64),
            np.asarray([encoding.attention_mask], np.int64),
        )

    def pieces_of_words(self, text: str) -> list[list[str]]:
        """The pieces that each word of a text is split into, without special tokens."""
        encoding = self._encode(text, special=False)
        words: dict[int, list[str]] = {}
        for word, piece in zip(encoding.word_ids, encoding.tokens, strict=True):
            if word is not None:
                words.setdefault(word, []).append(piece)
        return list(words.values())

    def _encode(self, text: str, *, special: bool = True) -> Encoding:
        """Raises ModelError: model_incompatible, the tokenizer fails at this text."""
        cleaned = clean(_without_lone_surrogates(text), self._cleaning)
        try:
            return self._tokenizer.encode(cleaned, add_special_tokens=special)
        except BaseException as error:
            # A panic in the library's Rust (an expression that gives up) is no Exception.
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            raise ModelError(
                "model_incompatible",
                "The model's tokenizer can't read this text. Choose another model.",
            ) from error

    def find(self, token: str) -> int | None:
        """The id of one token of the vocabulary; None when it has no such token."""
        found: int | None = self._tokenizer.token_to_id(token)
        return found

    def decode(self, ids: Sequence[int]) -> str:
        """Makes a text of token ids; special tokens, and ids it doesn't know, are left out."""
        return str(self._tokenizer.decode(list(ids), skip_special_tokens=True))


def _require_bounded(path: Path) -> None:
    """Raises ValueError: the file is larger than any tokenizer."""
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError("a file of a tokenizer has a few megabytes")


def _without_lone_surrogates(text: str) -> str:
    """Half characters (from undecodable file names or bad pasting) become U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


@dataclass(frozen=True, slots=True)
class PadToken:
    """A token and its id."""

    token: str
    id: int


def find_pad_token(tokenizer: Path) -> PadToken | None:
    """As the configuration beside the file says, else the file itself, else as it is mostly.

    Returns:
        None when none of them says it.

    Raises:
        ModelError: model_incompatible, the file is not a tokenizer.
    """
    known = TextTokenizer(tokenizer, _ANY_LENGTH, Padding(PaddingKind.NONE))
    stated = read_json_object(tokenizer.with_name(CONFIG_NAME)).get("pad_token")
    if isinstance(stated, dict):
        stated = stated.get("content")
    own = read_json_object(tokenizer).get("padding")
    inside = own.get("pad_token") if isinstance(own, dict) else None
    for token in (stated, inside, *_USUAL):
        if isinstance(token, str) and (found := known.find(token)) is not None:
            return PadToken(token, found)
    return None


def read_json_object(path: Path) -> Mapping[str, Any]:
    """A JSON file's object; empty when there is no such file, or it holds something else."""
    try:
        _require_bounded(path)
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
