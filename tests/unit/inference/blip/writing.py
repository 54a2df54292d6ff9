"""What transformers writes about pictures, and what photofind writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from photofind.inference.blip.models import BlipAnswerer, BlipCaptioner
from photofind.inference.blip.words import rules
from photofind.inference.decoding import beam
from photofind.inference.decoding.beam import beam_search
from photofind.inference.decoding.greedy import greedy_search
from photofind.inference.preprocess import to_batch
from photofind.inference.processor import FULL_RANGE, largest_int8_weight
from tests.unit.inference.light_networks import run_alone

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photofind.inference.decoding.rules import Decoded
    from tests.unit.inference.blip.reference import BoundBlip

TIE = 1e-3
"""Two tokens or texts whose scores are closer may change places."""
LONGEST = 12
"""Tokens of a text."""


@dataclass(frozen=True)
class Theirs:
    """What transformers writes.

    Attributes:
        ids: with padding, [pictures, length].
        margins: for each picture and new token, how much better the best token was than the
            second; of greedy search alone.
        scores: of beam search alone.
    """

    ids: NDArray[np.int64]
    margins: NDArray[np.float32] | None = None
    scores: NDArray[np.float32] | None = None


def see_theirs(bound: BoundBlip, tensors: list[NDArray[np.uint8]]) -> Any:
    """What the last layer of torch's vision network gives, [pictures, places, width]."""
    import torch

    pixels = torch.from_numpy(to_batch(tensors, bound.spec.preprocess))
    with torch.inference_mode():
        return bound.network.vision_model(pixels).last_hidden_state


def write_theirs(
    bound: BoundBlip, tensors: list[NDArray[np.uint8]], prefix: str, beams: int, **options: Any
) -> Theirs:
    import torch

    pixels = torch.from_numpy(to_batch(tensors, bound.spec.preprocess))
    ids = bound.words().question(prefix)
    found = bound.network.generate(
        pixel_values=pixels,
        input_ids=torch.from_numpy(np.tile(ids, (len(tensors), 1))),
        num_beams=beams,
        do_sample=False,
        no_repeat_ngram_size=3,
        return_dict_in_generate=True,
        output_scores=True,
        **{"max_new_tokens": LONGEST, **options},
    )
    if beams > 1:
        return Theirs(found.sequences.numpy(), scores=found.sequences_scores.numpy())
    best = torch.stack(found.scores, 1).topk(2).values
    return Theirs(found.sequences.numpy(), margins=(best[..., 0] - best[..., 1]).numpy())


def write_ours(
    bound: BoundBlip,
    tensors: list[NDArray[np.uint8]],
    prefix: str,
    beams: int,
    together: int,
    length_penalty: float = 1.0,
    longest: int = LONGEST,
) -> list[Decoded]:
    captioner = BlipCaptioner(bound.installed("fp32"))
    prompt = captioner._words.prompt(prefix)
    found = []
    for start in range(0, len(tensors), together):
        part = tensors[start : start + together]
        writing = captioner._decoder.about(captioner._vision.see(part))
        prompts = np.tile(prompt, (len(part), 1))
        if beams == 1:
            found += greedy_search(writing, prompts, rules(longest))
        else:
            found += beam_search(
                writing, prompts, rules(longest), width=beams, length_penalty=length_penalty
            )
    return found


def without_padding(ids: NDArray[np.int64], prompt: int) -> tuple[int, ...]:
    new = ids[prompt:].tolist()
    ends = new.index(102) + 1 if 102 in new else len(new)
    return tuple(ids[:prompt].tolist() + new[:ends])


def compare_greedy(ours: list[Decoded], theirs: Theirs) -> int:
    """Equal up to the first tie; returns how many are equal to the end."""
    assert theirs.margins is not None
    equal = 0
    for found, ids, margins in zip(ours, theirs.ids, theirs.margins, strict=True):
        prompt = len(found.ids) - found.new
        expected = without_padding(ids, prompt)
        ties = np.flatnonzero(margins < TIE)
        sure = prompt + (int(ties[0]) if len(ties) else len(margins))
        assert found.ids[:sure] == expected[:sure]
        equal += found.ids == expected
    return equal


def record_gaps(patch: pytest.MonkeyPatch) -> list[float]:
    """Collects how close two texts came of which one or both were to be followed."""
    gaps: list[float] = []
    original = beam._largest

    def observed(values: NDArray[np.float32], count: int) -> NDArray[np.int64]:
        best = values[original(values, count + 1)]
        gaps.append(float((best[:-1] - best[1:]).min()))
        return original(values, count)

    patch.setattr(beam, "_largest", observed)
    return gaps


@dataclass(frozen=True)
class Distance:
    """How far our logits are from torch's.

    Attributes:
        most: largest difference.
        cosine: smallest cosine between the logits of one token.
    """

    most: float
    cosine: float

    @property
    def is_exact(self) -> bool:
        """As near as float32 should be."""
        return self.most <= 1e-4 and self.cosine >= 0.9999999

    @property
    def is_near(self) -> bool:
        """As near as int8 should be; weights have seven bits where the processor needs that."""
        return self.cosine >= (0.998 if largest_int8_weight() == FULL_RANGE else 0.994)


def compare_logits(
    bound: BoundBlip,
    tensors: list[NDArray[np.uint8]],
    precision: str,
    image: Any = None,
    *,
    alone: bool = False,
) -> Distance:
    """Token by token, after a prompt of three, with made-up texts.

    Args:
        image: what torch sees, if that is known already.
        alone: load our graphs in a process of their own: large ones don't fit beside torch.
    """
    import torch

    ids = _made_up_ids(len(tensors))
    with torch.inference_mode():
        if image is None:
            image = see_theirs(bound, tensors)
        decoder = bound.network.text_decoder
        expected = decoder(torch.from_numpy(ids), encoder_hidden_states=image).logits.numpy()
    arguments = (bound.without_network(), tensors, precision)
    logits = run_alone(_our_logits, *arguments) if alone else _our_logits(*arguments)
    difference = np.abs(logits - expected[:, 2:]).max()
    return Distance(float(difference), float(cosines(logits, expected[:, 2:]).min()))


def _our_logits(
    bound: BoundBlip, tensors: list[NDArray[np.uint8]], precision: str
) -> NDArray[np.float32]:
    ids = _made_up_ids(len(tensors))
    captioner = BlipCaptioner(bound.installed(precision))
    writing = captioner._decoder.about(captioner._vision.see(tensors))
    found = [writing.start(ids[:, :3])]
    found += [writing.step(ids[:, place], np.arange(len(ids))) for place in range(3, 9)]
    return np.stack(found, axis=1)


def _made_up_ids(count: int) -> NDArray[np.int64]:
    ids = np.random.default_rng(0).integers(1000, 30_000, (count, 9))
    ids[:, 0] = 30_522
    return ids


def compare_beams(
    bound: BoundBlip,
    tensors: list[NDArray[np.uint8]],
    ours: list[Decoded],
    theirs: Theirs,
    prefix: str,
    beams: int,
    length_penalty: float,
    longest: int,
) -> int:
    """Equal unless two texts came too close; returns how many are equal."""
    assert theirs.scores is not None
    equal = 0
    for tensor, found, ids, score in zip(tensors, ours, theirs.ids, theirs.scores, strict=True):
        expected = without_padding(ids, len(found.ids) - found.new)
        own = found.log_probability / found.new**length_penalty
        if found.ids == expected:
            equal += 1
            # Relative too: a negative length penalty multiplies sums of float32 with the length.
            assert abs(own - score) < 1e-3 + 1e-5 * abs(score)
        elif abs(own - score) >= TIE:
            with pytest.MonkeyPatch.context() as patch:
                gaps = record_gaps(patch)
                write_ours(bound, [tensor], prefix, beams, 1, length_penalty, longest)
            assert min(gaps) < TIE
    return equal


def answer_ours(
    bound: BoundBlip,
    tensors: list[NDArray[np.uint8]],
    question: str,
    together: int,
    longest: int = LONGEST,
) -> list[Decoded]:
    answerer = BlipAnswerer(bound.installed("fp32"))
    ids, prompt = answerer._words.question(question), answerer._words.prompt()
    found: list[Decoded] = []
    for start in range(0, len(tensors), together):
        part = tensors[start : start + together]
        seen = answerer._vision.see(part)
        reading = answerer._reader.read(np.tile(ids, (len(part), 1)), seen)
        prompts = np.tile(prompt, (len(part), 1))
        found += greedy_search(answerer._decoder.about(reading), prompts, rules(longest))
    return found


def answer_theirs(
    bound: BoundBlip, tensors: list[NDArray[np.uint8]], question: str, longest: int = LONGEST
) -> Theirs:
    import torch

    ids = bound.words().question(question)
    found = bound.network.generate(
        input_ids=torch.from_numpy(np.tile(ids, (len(tensors), 1))),
        attention_mask=torch.ones(len(tensors), ids.shape[1], dtype=torch.long),
        pixel_values=torch.from_numpy(to_batch(tensors, bound.spec.preprocess)),
        max_new_tokens=longest,
        do_sample=False,
        no_repeat_ngram_size=3,
        return_dict_in_generate=True,
        output_scores=True,
    )
    best = torch.stack(found.scores, 1).topk(2).values
    return Theirs(found.sequences.numpy(), margins=(best[..., 0] - best[..., 1]).numpy())


def cosines(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float64]:
    products = (first.astype(np.float64) * second).sum(axis=-1)
    lengths = np.linalg.norm(first.astype(np.float64), axis=-1) * np.linalg.norm(second, axis=-1)
    return np.asarray(products / lengths)
