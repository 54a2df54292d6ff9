"""Words become token ids, by the model's own tokenizer.json."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from photofind.domain import ModelError
from photofind.inference.cleaning import clean
from photofind.inference.spec_search import PaddingKind, TextCleaning

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from photofind.inference.spec_search import Padding


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
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises bare Exception for every kind of trouble
            raise ModelError(
                "model_incompatible",
                f"The model file {path.name} can't be used. Please install the model again.",
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
        encoding = self._tokenizer.encode(clean(_without_lone_surrogates(text), self._cleaning))
        return (
            np.asarray([encoding.ids], np.int64),
            np.asarray([encoding.attention_mask], np.int64),
        )

    def find(self, token: str) -> int | None:
        """The id of one token of the vocabulary; None when it has no such token."""
        found: int | None = self._tokenizer.token_to_id(token)
        return found

    def decode(self, ids: Sequence[int]) -> str:
        """Makes a text of token ids; special tokens, and ids it doesn't know, are left out."""
        return str(self._tokenizer.decode(list(ids), skip_special_tokens=True))


def _without_lone_surrogates(text: str) -> str:
    """Half characters (from undecodable file names or bad pasting) become U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
