"""Captions and answers: what a model writes about a photo.

The model is an installed one, or one on the model server of this computer if the person turned
that on.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

import msgspec

from photofind.catalog.texts import FoundAnswer, FoundText, ModelKey, TextKind
from photofind.describe.job_params import (
    SERVER_PREFIX,
    AnswerParams,
    CaptionOptions,
    is_on_server,
)
from photofind.describe.model_server import ModelServer, parse_address
from photofind.domain import JobKind, PhotofindError
from photofind.inference.describing import Sampling
from photofind.media.decode import decode_photo

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from photofind.catalog.texts import Finding
    from photofind.describe.runner import AvailableModel, RunnersModel, Task
    from photofind.inference.describing import Answerer, Captioner
    from photofind.settings import Settings

    Photo = Sequence[NDArray[np.uint8]]
    """One RGB square, uint8 [size, size, 3], prepared for a model."""

ParamsT = TypeVar("ParamsT", CaptionOptions, AnswerParams)
ModelT = TypeVar("ModelT", bound="Captioner | Answerer")

SENT_PX = 1024
"""Long side of the picture sent to a server: such models see no more, and it is a fraction of a
photo."""
_MOST_CAPTION = 1_000
_CAPTION_WORDS = "Describe this photo in one plain sentence."
_NO_THUMBNAIL_PX = 1


class ServerWriter:
    """Has the model server write. Reads the settings for each request: off means off."""

    def __init__(self, read_settings: Callable[[], Settings]) -> None:
        self._read_settings = read_settings

    @property
    def is_on(self) -> bool:
        """Whether the person allows a model server, and has chosen a model there."""
        settings = self._read_settings()
        return bool(settings.model_server and settings.server_model)

    def require(self, model: str) -> tuple[ModelServer, str]:
        """The server, and its own name for a model.

        Raises:
            PhotofindError: server_off, the person has turned it off or chosen no model;
                server_address.
        """
        settings = self._read_settings()
        name = model.removeprefix(SERVER_PREFIX) if model.startswith(SERVER_PREFIX) else ""
        name = name or settings.server_model
        if not settings.model_server or not name:
            raise PhotofindError(
                "server_off",
                "photofind does not use a model server. Turn it on in the window's menu, under"
                " Model server.",
            )
        return ModelServer(parse_address(settings.model_server)), name

    def write(self, model: str, words: str, task: Task) -> tuple[str, str]:
        """Sends a photo with words about it.

        Returns:
            The catalog key of the model, and its text.

        Raises:
            Cancelled: nobody wants it any more.
            PhotofindError: the server is off, can't be reached or refuses; the photo can't be read.
        """
        server, name = self.require(model)
        with task.decoding():
            # Encoded again, so that nothing the file says goes along: place, camera, names.
            photo = decode_photo(task.path, (), thumbnail_px=SENT_PX)
        text = server.chat(
            name, words, photo.thumbnail, tell_part=task.tell_part, cancelled=task.cancelled
        )
        return f"{SERVER_PREFIX}{name}", text


class _WritingRunner(ABC, Generic[ParamsT, ModelT]):
    """What captions and answers have in common: parameters, a photo, a model, its words."""

    kind: ClassVar[JobKind]
    _params_type: type[ParamsT]

    def __init__(
        self,
        find: Callable[[str], AvailableModel[ModelT]],
        loaded: RunnersModel,
        by_server: ServerWriter,
    ) -> None:
        """
        Args:
            find: a model by its key ("" for the first that is installed); raises ModelError.
            loaded: the model in memory, shared with the other runners.
        """
        self._find = find
        self._loaded = loaded
        self._by_server = by_server

    def run(self, task: Task) -> Finding:
        """See `Runner.run`."""
        params = msgspec.json.decode(task.params, type=self._params_type)
        if is_on_server(params.model):
            key, text = self._by_server.write(params.model, self._words(params), task)
            return self._found(params, ModelKey(key, self.kind), text)
        available = self._find(params.model)
        model: ModelT
        with self._loaded.loaded(available) as model:
            with task.decoding():
                photo = decode_photo(task.path, (model.geometry,), thumbnail_px=_NO_THUMBNAIL_PX)
            text, details = self._write(model, photo.tensors, params, task.cancelled)
        return self._found(params, ModelKey(available.catalog_key, self.kind), text, **details)

    @abstractmethod
    def _words(self, params: ParamsT) -> str:
        """What a model server is told to do."""

    @abstractmethod
    def _write(
        self, model: ModelT, photo: Photo, params: ParamsT, cancelled: Callable[[], bool]
    ) -> tuple[str, dict[str, object]]:
        """The installed model's text, and how it came about."""

    @abstractmethod
    def _found(self, params: ParamsT, model: ModelKey, text: str, **details: object) -> Finding:
        """What the catalog keeps.

        Raises:
            PhotofindError: the text is empty.
        """


class CaptionRunner(_WritingRunner[CaptionOptions, "Captioner"]):
    """Describes photos."""

    kind = JobKind.CAPTION
    _params_type = CaptionOptions

    def _words(self, params: CaptionOptions) -> str:
        return f"{_CAPTION_WORDS} Begin with: {params.prefix}" if params.prefix else _CAPTION_WORDS

    def _write(
        self, model: Captioner, photo: Photo, params: CaptionOptions, cancelled: Callable[[], bool]
    ) -> tuple[str, dict[str, object]]:
        (caption,) = model.caption(
            photo,
            prefix=params.prefix,
            beams=params.beams,
            sampling=None if params.seed is None else Sampling(params.seed),
            cancelled=cancelled,
        )
        details: dict[str, object] = {"score": round(caption.score, 4), "beams": params.beams}
        if params.seed is not None:
            details["seed"] = params.seed
        if params.prefix:
            details["prefix"] = params.prefix
        return caption.text, details

    def _found(
        self, params: CaptionOptions, model: ModelKey, text: str, **details: object
    ) -> FoundText:
        del params
        text = " ".join(text.split())[:_MOST_CAPTION]
        if not text:
            raise PhotofindError("caption_empty", "The model wrote nothing about this photo.")
        return FoundText(TextKind.CAPTION, model, text, details)


class AnswerRunner(_WritingRunner[AnswerParams, "Answerer"]):
    """Answers questions about photos."""

    kind = JobKind.ANSWER
    _params_type = AnswerParams

    def _words(self, params: AnswerParams) -> str:
        return params.question

    def _write(
        self, model: Answerer, photo: Photo, params: AnswerParams, cancelled: Callable[[], bool]
    ) -> tuple[str, dict[str, object]]:
        (answer,) = model.answer(photo, params.question, cancelled=cancelled)
        return " ".join(answer.text.split()), {}

    def _found(
        self, params: AnswerParams, model: ModelKey, text: str, **details: object
    ) -> FoundAnswer:
        del details
        if not text:
            raise PhotofindError("answer_empty", "The model has no answer to this question.")
        return FoundAnswer(model, params.question, text)
