"""What models that write about pictures offer, whichever they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from photofind.domain import ImageGeometry


class Cancelled(Exception):  # noqa: N818 (not an error: it was asked for)
    """The caller wanted no more of it; nothing was made."""


@dataclass(frozen=True, slots=True)
class Caption:
    """A sentence about a picture.

    Attributes:
        text: may be empty.
        score: geometric mean of the probabilities of its tokens, between 0 and 1; comparable
            between captions of one model.
    """

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model says to a question about a picture.

    Attributes:
        text: usually one or two words; may be empty.
        score: as for `Caption`.
    """

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Sampling:
    """Tokens are drawn at random instead of searched for: another seed, another caption.

    Attributes:
        seed: the same one gives the same caption.
        top_p: the most probable tokens are drawn from, as few as have this probability together
            (nucleus sampling, Holtzman et al. 2020).
        temperature: logits are divided by it before that; below 1 draws more soberly.
    """

    seed: int
    top_p: float = 0.9
    temperature: float = 1.0


class Captioner(Protocol):
    """Writes a sentence about a picture. One thread at a time."""

    @property
    def geometry(self) -> ImageGeometry:
        """The square that the decoder of pictures has to deliver."""

    def caption(
        self,
        tensors: Sequence[NDArray[np.uint8]],
        *,
        prefix: str = "",
        beams: int = 3,
        sampling: Sampling | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> list[Caption]:
        """Describes pictures.

        Args:
            tensors: RGB, uint8 [size, size, 3] each, of `geometry`; any number.
            prefix: how every caption begins, "a photograph of" say; part of the captions' text,
                as the model's vocabulary writes it (lower case, say). What is too long loses its
                end.
            beams: how many captions are followed at once and compared; 1: the most probable token
                is taken every time.
            sampling: draw tokens instead; then `beams` doesn't matter.
            cancelled: asked before every token; called on the same thread.

        Returns:
            One caption a picture, in their order.

        Raises:
            Cancelled: `cancelled` said so.
            ValueError: a picture was prepared for another model, or `beams` is less than 1.
        """


class Answerer(Protocol):
    """Answers questions about a picture. One thread at a time."""

    @property
    def geometry(self) -> ImageGeometry:
        """The square that the decoder of pictures has to deliver."""

    def answer(
        self,
        tensors: Sequence[NDArray[np.uint8]],
        question: str,
        *,
        cancelled: Callable[[], bool] | None = None,
    ) -> list[Answer]:
        """Answers one question about each of some pictures.

        Args:
            tensors: RGB, uint8 [size, size, 3] each, of `geometry`; any number.
            question: of any length; what is too long for the model loses its end.
            cancelled: asked before every token; called on the same thread.

        Returns:
            One answer a picture, in their order.

        Raises:
            Cancelled: `cancelled` said so.
            ValueError: a picture was prepared for another model.
        """
