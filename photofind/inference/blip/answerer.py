"""Answers questions about pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.inference.blip.networks import QuestionReader, TextDecoder, Vision
from photofind.inference.blip.words import Words, rules
from photofind.inference.decoding.greedy import greedy_search
from photofind.inference.decoding.rules import check
from photofind.inference.describing import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from photofind.domain import ImageGeometry
    from photofind.inference.spec_texts import AnswererSpec
    from photofind.inference.store import InstalledModel

_LONGEST_QUESTION = 512
"""Tokens; BERT has no more places."""


class BlipAnswerer:
    """A `describing.Answerer`."""

    def __init__(
        self,
        model: InstalledModel[AnswererSpec],
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
        self._words = Words(tokenizer or model.file(spec.tokenizer), _LONGEST_QUESTION)
        self._vision = Vision(model.file(spec.vision), spec.preprocess, threads=threads)
        self._reader = QuestionReader(model.file(spec.question), threads=threads)
        self._decoder = TextDecoder(model.file(spec.decoder), threads=threads)
        self._rules = rules(spec.longest)

    @property
    def geometry(self) -> ImageGeometry:
        return self._geometry

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
