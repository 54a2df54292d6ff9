"""Beam search: several texts are followed at once, and the best finished one is taken.

Which texts are kept, when one counts as finished and when to stop is what the transformers
library does with `early_stopping=False` (generation/utils.py, `_beam_search`), so that a model
says the same in both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from photofind.inference.decoding.rules import Decoded, ban_repeats, check, log_softmax

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from photofind.inference.decoding.rules import Decoder, Rules


def beam_search(
    decoder: Decoder,
    prompts: NDArray[np.int64],
    rules: Rules,
    *,
    width: int,
    length_penalty: float = 1.0,
    cancelled: Callable[[], bool] | None = None,
) -> list[Decoded]:
    """Looks for the text whose log-probability / length ** `length_penalty` is highest.

    Args:
        prompts: [pictures, length].
        width: how many texts are followed for each picture.

    Returns:
        One text a picture; it doesn't depend on the other pictures.

    Raises:
        Cancelled: `cancelled` said so.
    """
    beams = [
        Beam(tuple(int(token) for token in prompt), rules, width, length_penalty)
        for prompt in prompts
    ]
    check(cancelled)
    logits = decoder.start(prompts)
    while True:
        parts = np.split(log_softmax(logits), len(beams))
        moves = [beam.advance(part) for beam, part in zip(beams, parts, strict=True)]
        if all(beam.is_done for beam in beams):
            return [beam.best for beam in beams]
        rows = len(parts[0])
        parents = [move.parents + rows * place for place, move in enumerate(moves)]
        check(cancelled)
        logits = decoder.step(
            np.concatenate([move.tokens for move in moves]), np.concatenate(parents)
        )


@dataclass(frozen=True, slots=True)
class Move:
    """How the followed texts go on.

    Attributes:
        parents: int64 [width], which of the former texts each continues.
        tokens: int64 [width].
    """

    parents: NDArray[np.int64]
    tokens: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Finished:
    text: Decoded
    score: float


class Beam:
    """The texts about one picture."""

    def __init__(
        self, prompt: tuple[int, ...], rules: Rules, width: int, length_penalty: float
    ) -> None:
        self._rules = rules
        self._width = width
        self._length_penalty = length_penalty
        self._texts = [prompt]
        self._totals = np.zeros(1, np.float32)
        self._new = 0
        self._prompt_length = len(prompt)
        self._finished: list[_Finished] = []
        self.is_done = False
        """Nothing that follows would change the best text."""

    @property
    def best(self) -> Decoded:
        """The best finished text; there is one when all is done."""
        return self._finished[0].text

    def advance(self, log_probabilities: NDArray[np.float32]) -> Move:
        """Chooses what is followed next.

        Args:
            log_probabilities: of the next token, [followed texts, vocabulary]; the first time of
                the prompt alone.
        """
        if self.is_done:
            return Move(
                np.arange(self._width) % len(log_probabilities),
                np.full(self._width, self._rules.pad, np.int64),
            )
        scores = log_probabilities.copy()
        for row, text in zip(scores, self._texts, strict=True):
            ban_repeats(row, text, self._rules)
        scores += self._totals[:, None]
        # Each text has one way to end, so twice the width leaves enough that go on.
        best = _largest(scores.ravel(), 2 * self._width)
        parents, tokens = np.divmod(best, scores.shape[1])
        totals = scores.ravel()[best]
        self._new += 1
        is_last = self._new == self._rules.longest
        ends = (tokens == self._rules.stop) | is_last
        texts = [
            (*self._texts[parent], int(token))
            for parent, token in zip(parents, tokens, strict=True)
        ]
        for place in np.flatnonzero(ends[: self._width]):
            self._finish(texts[place], float(totals[place]))
        going = np.arange(len(best)) if is_last else np.flatnonzero(~ends)
        going = going[: self._width]
        self._texts = [texts[place] for place in going]
        self._totals = totals[going]
        self.is_done = is_last or not self._can_improve()
        return Move(parents[going], tokens[going])

    def _finish(self, text: tuple[int, ...], total: float) -> None:
        decoded = Decoded(text, self._new, total)
        self._finished.append(_Finished(decoded, self._normalise(total)))
        self._finished.sort(key=lambda finished: -finished.score)  # stable: the earlier one first
        del self._finished[self._width :]

    def _can_improve(self) -> bool:
        """Whether the best open text, were it to end now, would beat the worst finished one."""
        if len(self._finished) < self._width:
            return True
        return self._normalise(float(self._totals[0])) > self._finished[-1].score

    def _normalise(self, total: float) -> float:
        return total / float(self._new**self._length_penalty)


def _largest(values: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Places of the largest values, the largest first, of equal ones the first.

    As long as few are wanted, looking again and again takes a tenth of `argpartition`'s time.
    """
    left = values.copy()
    places = np.empty(min(count, len(left)), np.int64)
    for index in range(len(places)):
        places[index] = left.argmax()
        left[places[index]] = -np.inf
    return places
