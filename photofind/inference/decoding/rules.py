"""What all ways of choosing tokens have in common."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING, Protocol

import numpy as np

from photofind.inference.describing import Cancelled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray


class Decoder(Protocol):
    """A network that continues texts token by token and remembers what it has read.

    Rows are texts. The first rows belong to the first picture, the next to the second, and so
    on, as many to each.
    """

    def start(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Begins anew.

        Args:
            ids: [pictures, length], one text a picture.

        Returns:
            Logits of the next token, [pictures, vocabulary].
        """

    def step(self, ids: NDArray[np.int64], parents: NDArray[np.int64]) -> NDArray[np.float32]:
        """Continues texts by one token each.

        Args:
            ids: [rows], any multiple of the pictures.
            parents: [rows]; which row of the last call each continues, of the same picture.

        Returns:
            Logits of the next token, [rows, vocabulary].
        """


@dataclass(frozen=True, slots=True)
class Rules:
    """What a text may be.

    Attributes:
        stop: the token that ends it.
        pad: a token that stands where nothing is wanted any more.
        longest: most tokens after the prompt, the stop token included.
        no_repeat: sequences of this many tokens may occur once, the prompt included; 0: as often
            as they like.
    """

    stop: int
    pad: int
    longest: int
    no_repeat: int = 3


@dataclass(frozen=True, slots=True)
class Decoded:
    """A finished text.

    Attributes:
        ids: the prompt, what follows, and the stop token if it came.
        new: how many follow the prompt.
        log_probability: of those.
    """

    ids: tuple[int, ...]
    new: int
    log_probability: float

    @property
    def score(self) -> float:
        """Geometric mean of the probabilities of the tokens after the prompt, from 0 to 1."""
        return exp(self.log_probability / self.new) if self.new else 1.0


def check(cancelled: Callable[[], bool] | None) -> None:
    """To be called before every token.

    Raises:
        Cancelled: nobody wants the text any more.
    """
    if cancelled is not None and cancelled():
        raise Cancelled


def log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logarithms of probabilities, over the last axis: float32, the shape of `logits`."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    total = np.exp(shifted).sum(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(total), np.float32)


def ban_repeats(scores: NDArray[np.float32], ids: Sequence[int], rules: Rules) -> None:
    """Makes impossible what would repeat a sequence of tokens.

    Args:
        scores: [vocabulary], for what follows `ids`; changed in place.
    """
    size = rules.no_repeat
    if not size or len(ids) + 1 < size:
        return
    last = tuple(ids[len(ids) + 1 - size :])
    for start in range(len(ids) + 1 - size):
        if tuple(ids[start : start + size - 1]) == last:
            scores[ids[start + size - 1]] = -np.inf
