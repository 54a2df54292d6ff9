"""BLIP's way with words: BERT's vocabulary, and a token of its own that begins a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from photofind.inference.decoding.rules import Rules
from photofind.inference.spec_search import Padding, PaddingKind
from photofind.inference.tokenizers import TextTokenizer

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from photofind.inference.decoding.rules import Decoded

BEGIN: Final = 30_522
"""[DEC], the first token beyond BERT's vocabulary."""
_STOP: Final = 102
"""[SEP]."""
_PAD: Final = 0
"""[PAD]."""


def rules(longest: int) -> Rules:
    """For texts of at most so many tokens."""
    return Rules(stop=_STOP, pad=_PAD, longest=longest)


class Words:
    """Token ids of what is written and read."""

    def __init__(self, path: Path, context_length: int) -> None:
        """Reads a tokenizer.json.

        Args:
            context_length: most tokens of a prompt or a question; what is too long loses its end.

        Raises:
            ModelError: model_incompatible, the file is not a tokenizer.
        """
        self._tokenizer = TextTokenizer(path, context_length, Padding(PaddingKind.NONE))

    def prompt(self, prefix: str = "") -> NDArray[np.int64]:
        """How a text begins: [DEC] and the tokens of `prefix`, int64 [1, length]."""
        ids, _ = self._tokenizer.encode(prefix)
        ids[:, 0] = BEGIN
        return np.ascontiguousarray(ids[:, :-1])

    def question(self, text: str) -> NDArray[np.int64]:
        """A question between [CLS] and [SEP], int64 [1, length]."""
        return self._tokenizer.encode(text)[0]

    def text(self, decoded: Decoded) -> str:
        """What a person reads, the prefix included."""
        return self._tokenizer.decode([token for token in decoded.ids if token != BEGIN]).strip()
