"""One token after the other: the most probable one, or one that is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from photofind.inference.decoding.rules import Decoded, ban_repeats, check, log_softmax

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from photofind.inference.decoding.rules import Decoder, Rules


def greedy_search(
    decoder: Decoder,
    prompts: NDArray[np.int64],
    rules: Rules,
    *,
    cancelled: Callable[[], bool] | None = None,
) -> list[Decoded]:
    """Takes the most probable token every time.

    Args:
        prompts: [pictures, length].

    Returns:
        One text a picture.

    Raises:
        Cancelled: `cancelled` said so.
    """
    return _follow(decoder, prompts, rules, _take_best, cancelled)


def sample(
    decoder: Decoder,
    prompts: NDArray[np.int64],
    rules: Rules,
    *,
    seed: int,
    top_p: float,
    temperature: float,
    cancelled: Callable[[], bool] | None = None,
) -> list[Decoded]:
    """Draws from the most probable tokens (nucleus sampling, Holtzman et al. 2020).

    Args:
        prompts: [pictures, length].
        seed: the same one gives the same text for a picture at the same place.
        top_p: from as few tokens as have this probability together.
        temperature: logits are divided by it first.

    Returns:
        One text a picture.

    Raises:
        Cancelled: `cancelled` said so.
    """
    sources = [np.random.default_rng((seed, picture)) for picture in range(len(prompts))]

    def draw(scores: NDArray[np.float32], picture: int) -> int:
        kept = keep_nucleus(scores / np.float32(temperature), top_p)
        probabilities = np.exp(log_softmax(kept).astype(np.float64))
        return int(sources[picture].choice(len(scores), p=probabilities / probabilities.sum()))

    return _follow(decoder, prompts, rules, draw, cancelled)


def keep_nucleus(logits: NDArray[np.float32], top_p: float) -> NDArray[np.float32]:
    """Makes all but the most probable tokens impossible; at least one stays.

    Args:
        logits: [vocabulary].

    Returns:
        A copy; those that go are -∞.
    """
    order = np.argsort(logits, kind="stable")
    total = np.cumsum(np.exp(log_softmax(logits[order])))
    gone = order[total <= 1 - top_p]
    kept = logits.copy()
    kept[gone[gone != order[-1]]] = -np.inf
    return kept


def _take_best(scores: NDArray[np.float32], _picture: int) -> int:
    return int(scores.argmax())


def _follow(
    decoder: Decoder,
    prompts: NDArray[np.int64],
    rules: Rules,
    choose: Callable[[NDArray[np.float32], int], int],
    cancelled: Callable[[], bool] | None,
) -> list[Decoded]:
    texts = [[int(token) for token in prompt] for prompt in prompts]
    begun, length = prompts.shape
    totals = [0.0] * begun
    open_texts = set(range(begun))
    rows = np.arange(begun)
    check(cancelled)
    logits = decoder.start(prompts)
    for left in reversed(range(rules.longest)):
        known = log_softmax(logits)
        chosen = np.full(begun, rules.pad, np.int64)
        for picture in sorted(open_texts):
            scores = logits[picture].copy()
            ban_repeats(scores, texts[picture], rules)
            chosen[picture] = token = choose(scores, picture)
            texts[picture].append(token)
            totals[picture] += float(known[picture, token])
            if token == rules.stop:
                open_texts.remove(picture)
        if not left or not open_texts:
            break
        check(cancelled)
        logits = decoder.step(chosen, rows)
    return [
        Decoded(tuple(text), len(text) - length, total)
        for text, total in zip(texts, totals, strict=True)
    ]
