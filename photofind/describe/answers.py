"""Answers to questions about a photo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from photofind.catalog.description_rows import FoundAnswer, ModelKey
from photofind.describe.orders import ANSWER, AnswerOrder
from photofind.domain import PhotofindError
from photofind.media.decode import decode_photo

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.describe.one_model import OneModel
    from photofind.describe.runner import AvailableModel, Task
    from photofind.inference.describing import Answerer

_NO_THUMBNAIL_PX = 1


class AnswerRunner:
    """Answers with the models that are installed."""

    kind = ANSWER

    def __init__(self, find: Callable[[str], AvailableModel[Answerer]], loaded: OneModel) -> None:
        """
        Args:
            find: a model by its key ("" for whichever is there); raises ModelError.
            loaded: shared with the other runners.
        """
        self._find = find
        self._loaded = loaded

    def run(self, task: Task) -> FoundAnswer:
        order = msgspec.json.decode(task.order, type=AnswerOrder)
        available = self._find(order.model)
        answerer = self._loaded.use(available)
        with task.decoding():
            photo = decode_photo(task.path, (answerer.geometry,), thumbnail_px=_NO_THUMBNAIL_PX)
        (answer,) = answerer.answer(photo.tensors, order.question, cancelled=task.cancelled)
        text = " ".join(answer.text.split())
        if not text:
            raise PhotofindError("answer_empty", "The model has no answer to this question.")
        return FoundAnswer(ModelKey(available.catalog_key, ANSWER), order.question, text)
