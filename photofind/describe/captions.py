"""Captions: the sentence that a model writes about a photo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from photofind.catalog.description_rows import FoundText, ModelKey, TextKind
from photofind.describe.orders import CAPTION, CaptionOrder
from photofind.domain import PhotofindError
from photofind.inference.describing import Sampling
from photofind.media.decode import decode_photo

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.describe.one_model import OneModel
    from photofind.describe.runner import AvailableModel, Task
    from photofind.inference.describing import Captioner

_NO_THUMBNAIL_PX = 1


class CaptionRunner:
    """Describes photos with the models that are installed."""

    kind = CAPTION

    def __init__(self, find: Callable[[str], AvailableModel[Captioner]], loaded: OneModel) -> None:
        """
        Args:
            find: a model by its key ("" for whichever is there); raises ModelError.
            loaded: shared with the other runners.
        """
        self._find = find
        self._loaded = loaded

    def run(self, task: Task) -> FoundText:
        order = msgspec.json.decode(task.order, type=CaptionOrder)
        available = self._find(order.model)
        captioner = self._loaded.use(available)
        with task.decoding():
            photo = decode_photo(task.path, (captioner.geometry,), thumbnail_px=_NO_THUMBNAIL_PX)
        (caption,) = captioner.caption(
            photo.tensors,
            prefix=order.prefix,
            beams=order.beams,
            sampling=None if order.seed is None else Sampling(order.seed),
            cancelled=task.cancelled,
        )
        text = " ".join(caption.text.split())
        if not text:
            raise PhotofindError("caption_empty", "The model found no words for this photo.")
        details: dict[str, object] = {"score": round(caption.score, 4), "beams": order.beams}
        if order.seed is not None:
            details["seed"] = order.seed
        if order.prefix:
            details["prefix"] = order.prefix
        return FoundText(TextKind.CAPTION, ModelKey(available.catalog_key, CAPTION), text, details)
