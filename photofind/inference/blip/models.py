"""BLIP describes pictures and answers questions about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.inference.blip.networks import QuestionReader, TextDecoder, Vision
from photofind.inference.blip.words import Words, rules
from photofind.inference.decoding.beam import beam_search
from photofind.inference.decoding.greedy import greedy_search, sample
from photofind.inference.decoding.rules import check
from photofind.inference.describing import Answer, Caption

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from photofind.domain import ImageGeometry
    from photofind.inference.describing import Sampling
    from photofind.inference.spec_texts import AnswererSpec, CaptionerSpec
    from photofind.inference.store import InstalledModel

_LONGEST_PREFIX = 64
"""Tokens; a caption is a sentence."""
_LONGEST_QUESTION = 512
"""Tokens; BERT has no more places."""


class _Blip:
    """What looks at pictures and what writes, of either kind of model."""

    def __init__(
        self,
        model: InstalledModel[CaptionerSpec] | InstalledModel[AnswererSpec],
        longest_prompt: int,
        threads: int,
        tokenizer: Path | None,
    ) -> None:
        spec = model.spec
        self._geometry = spec.preprocess.geometry
        self._words = Words(tokenizer or model.file(spec.tokenizer), longest_prompt)
        self._vision = Vision(model.file(spec.vision), spec.preprocess, threads=threads)
        self._decoder = TextDecoder(model.file(spec.decoder), threads=threads)
        self._rules = rules(spec.longest)

    @property
    def geometry(self) -> ImageGeometry:
        return self._geometry


class BlipCaptioner(_Blip):
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
            tokenizer: its file, when it isn't in the model's folder (yet).

        Raises:
            ModelError: model_incompatible, a file can't be used.
        """
        super().__init__(model, _LONGEST_PREFIX, threads, tokenizer)

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


class BlipAnswerer(_Blip):
    """A `describing.Answerer`."""

    def __init__(
        self,
        model: InstalledModel[AnswererSpec],
        *,
        threads: int = 1,
        tokenizer: Path | None = None,
    ) -> None:
        """Loads the graphs; arguments and errors as those of a captioner."""
        super().__init__(model, _LONGEST_QUESTION, threads, tokenizer)
        self._reader = QuestionReader(model.file(model.spec.question), threads=threads)

    def answer(
        self,
        tensors: Sequence[NDArray[np.uint8]],
        question: str,
        *,
        cancelled: Callable[[], bool] | None = None,
    ) -> list[Answer]:
        """Answers a question, as `describing.Answerer.answer` says.

        One picture at a time, as captions are written.
        """
        ids = self._words.question(question)
        prompt = self._words.prompt()
        answers = []
        for tensor in tensors:
            check(cancelled)
            seen = self._vision.see([tensor])
            check(cancelled)
            writing = self._decoder.about(self._reader.read(ids, seen))
            (found,) = greedy_search(writing, prompt, self._rules, cancelled=cancelled)
            answers.append(Answer(self._words.text(found), found.score))
        return answers
