"""Writes sentences about pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.inference.blip.networks import TextDecoder, Vision
from photofind.inference.blip.words import Words, rules
from photofind.inference.decoding.beam import beam_search
from photofind.inference.decoding.greedy import greedy_search, sample
from photofind.inference.decoding.rules import check
from photofind.inference.describing import Caption

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from photofind.domain import ImageGeometry
    from photofind.inference.describing import Sampling
    from photofind.inference.spec_texts import CaptionerSpec
    from photofind.inference.store import InstalledModel

_LONGEST_PREFIX = 64
"""Tokens; a caption is a sentence."""


class BlipCaptioner:
    """A `describing.Captioner`."""

    def __init__(
        self,
        model: InstalledModel[CaptionerSpec],
        *,
        threads: int = 1,
        tokenizer: Path | None = None,
    ) -> None:
        """Loads the graphs.

        Args:
            threads: threads inside one run of a graph.
            tokenizer: its file, when it doesn't lie in the model's folder (yet).

        Raises:
            ModelError: model_incompatible, a file can't be used.
        """
        spec = model.spec
        self._geometry = spec.preprocess.geometry
        self._words = Words(tokenizer or model.file(spec.tokenizer), _LONGEST_PREFIX)
        self._vision = Vision(model.file(spec.vision), spec.preprocess, threads=threads)
        self._decoder = TextDecoder(model.file(spec.decoder), threads=threads)
        self._rules = rules(spec.longest)

    @property
    def geometry(self) -> ImageGeometry:
        return self._geometry

    def caption(
        self,
        tensors: Sequence[NDArray[np.uint8]],
        *,
        prefix: str = "",
        beams: int = 3,
        sampling: Sampling | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> list[Caption]:
        """Describes pictures, as `describing.Captioner.caption` says.

        One at a time: an int8 graph scales its activations over the whole batch, and a caption
        must not depend on the other pictures.
        """
        if beams < 1:
            raise ValueError("a caption needs one beam at least")
        prompt = self._words.prompt(prefix)
        captions = []
        for tensor in tensors:
            check(cancelled)
            writing = self._decoder.about(self._vision.see([tensor]))
            if sampling is not None:
                found = sample(
                    writing,
                    prompt,
                    self._rules,
                    seed=sampling.seed,
                    top_p=sampling.top_p,
                    temperature=sampling.temperature,
                    cancelled=cancelled,
                )
            elif beams == 1:
                found = greedy_search(writing, prompt, self._rules, cancelled=cancelled)
            else:
                found = beam_search(writing, prompt, self._rules, width=beams, cancelled=cancelled)
            captions += [Caption(self._words.text(text), text.score) for text in found]
        return captions
