"""What an exported model must reach before it is given out, and how that is counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from photofind.inference import precision_check
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MOST_DIFFERENCE = 1e-4
LEAST_FLOAT_COSINE = 0.99999
TOP = 10
LEAST_ORDER = 0.93
MOST_PICTURE_DIFFERENCE = 0.5 / 255


@dataclass(frozen=True, slots=True)
class Gate:
    """One demand.

    Attributes:
        name: what was compared.
        figures: what was found beside what is demanded.
    """

    name: Sentence
    figures: Sentence
    passed: bool


def float_gate(name: Sentence, found: NDArray[np.float32], reference: NDArray[np.float32]) -> Gate:
    """Float32 graph against PyTorch, on the same inputs.

    Args:
        found, reference: float32 [n, dim], as the networks give them (not normalised).
    """
    difference = float(np.abs(found - reference).max())
    cosine = float(_cosines(found, reference).min())
    return Gate(
        name,
        Sentence(
            "largest difference {difference} (below {most}), smallest cosine {cosine} "
            "(above {least})",
            difference=f"{difference:.1e}",
            most=f"{MOST_DIFFERENCE:.0e}",
            cosine=f"{cosine:.7f}",
            least=LEAST_FLOAT_COSINE,
        ),
        # Written so that a NaN fails too.
        difference < MOST_DIFFERENCE and cosine > LEAST_FLOAT_COSINE,
    )


def int8_gate(name: Sentence, found: NDArray[np.float32], exact: NDArray[np.float32]) -> Gate:
    """An int8 graph against the float32 one."""
    cosines = _cosines(found, exact)
    median, least = float(np.median(cosines)), float(cosines.min())
    return Gate(
        name,
        Sentence(
            "median cosine {median} (at least {least_median}), smallest {smallest} "
            "(at least {least})",
            median=f"{median:.5f}",
            least_median=precision_check.LEAST_MEDIAN_COSINE,
            smallest=f"{least:.5f}",
            least=precision_check.LEAST_COSINE,
        ),
        median >= precision_check.LEAST_MEDIAN_COSINE and least >= precision_check.LEAST_COSINE,
    )


def order_gate(
    exact: tuple[NDArray[np.float32], NDArray[np.float32]],
    found: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> Gate:
    """Do the best matches keep their order?

    Args:
        exact, found: vectors of the pictures and of the texts, of float32 and of what is given
            out, unit length.
    """
    share = ordered_share(exact[1] @ exact[0].T, found[1] @ found[0].T)
    return Gate(
        Sentence("order of the best {count} pictures for each text", count=TOP),
        Sentence(
            "{share} of the pairs keep it (at least {least})",
            share=f"{share:.1%}",
            least=f"{LEAST_ORDER:.0%}",
        ),
        share >= LEAST_ORDER,
    )


def ordered_share(exact: NDArray[np.float32], found: NDArray[np.float32]) -> float:
    """Of the pairs within each row's best, the share that is in the same order.

    Args:
        exact, found: scores, float32 [texts, pictures]; the best are chosen by `exact`.
    """
    best = np.argsort(-exact, axis=1, kind="stable")[:, :TOP]
    scores = np.take_along_axis(found, best, axis=1)
    first, second = np.triu_indices(scores.shape[1], 1)
    return float((scores[:, first] > scores[:, second]).mean())


def picture_gate(differences: Sequence[float]) -> Gate:
    """Photofind's preparation of pictures against open_clip's.

    Args:
        differences: mean absolute difference of each picture, of values between 0 and 1.
    """
    largest = max(differences, default=float("nan"))
    return Gate(
        Sentence("pictures prepared as open_clip does"),
        Sentence(
            "mean difference at most {difference}/255 in %Ln picture(s) (at most {most}/255)",
            difference=f"{largest * 255:.2f}",
            n=len(differences),
            most=MOST_PICTURE_DIFFERENCE * 255,
        ),
        largest <= MOST_PICTURE_DIFFERENCE,
    )


def token_gate(different: int, strings: int) -> Gate:
    """Photofind's tokenizer against open_clip's."""
    return Gate(
        Sentence("token ids as open_clip's"),
        Sentence("{different} of %Ln string(s) differ (none may)", different=different, n=strings),
        different == 0 and strings > 0,
    )


def _cosines(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float64]:
    a, b = first.astype(np.float64), second.astype(np.float64)
    products: NDArray[np.float64] = (a * b).sum(axis=1)
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return np.asarray(products / lengths)
