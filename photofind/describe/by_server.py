"""Captions and answers from the model server on this computer, if the person has turned it on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from photofind.catalog.description_rows import FoundAnswer, FoundText, ModelKey, TextKind
from photofind.describe.model_server import ModelServer, parse_address
from photofind.describe.orders import (
    ANSWER,
    CAPTION,
    SERVER_PREFIX,
    AnswerOrder,
    CaptionOrder,
    is_on_server,
    model_of,
)
from photofind.domain import PhotofindError
from photofind.media.decode import decode_photo

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.catalog.description_rows import Finding
    from photofind.describe.runner import Runner, Task
    from photofind.settings import Settings

SENT_PX = 1024
"""Long side of the picture that is sent: what such models look at, and a fraction of a photo."""
_MOST_CAPTION = 1_000
_CAPTION_WORDS = "Describe this photo in one plain sentence."


class ServerWriter:
    """Has the person's model server write. Looks at the settings each time: off means off."""

    def __init__(self, read_settings: Callable[[], Settings]) -> None:
        self._read_settings = read_settings

    @property
    def is_on(self) -> bool:
        """Whether the person lets photofind use a model server, and chose a model there."""
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

    def caption(self, task: Task) -> FoundText:
        order = msgspec.json.decode(task.order, type=CaptionOrder)
        words = _CAPTION_WORDS
        if order.prefix:
            words = f"{words} Begin with: {order.prefix}"
        name, text = self._write(order.model, words, task)
        text = " ".join(text.split())[:_MOST_CAPTION]
        if not text:
            raise PhotofindError("caption_empty", "The model found no words for this photo.")
        return FoundText(TextKind.CAPTION, ModelKey(f"{SERVER_PREFIX}{name}", CAPTION), text)

    def answer(self, task: Task) -> FoundAnswer:
        order = msgspec.json.decode(task.order, type=AnswerOrder)
        name, text = self._write(order.model, order.question, task)
        if not text:
            raise PhotofindError("answer_empty", "The model has no answer to this question.")
        return FoundAnswer(ModelKey(f"{SERVER_PREFIX}{name}", ANSWER), order.question, text)

    def _write(self, model: str, words: str, task: Task) -> tuple[str, str]:
        server, name = self.require(model)
        with task.decoding():
            # Encoded anew, so that nothing goes along that the file says: place, camera, names.
            photo = decode_photo(task.path, (), thumbnail_px=SENT_PX)
        text = server.chat(
            name, words, photo.thumbnail, tell_part=task.tell_part, cancelled=task.cancelled
        )
        return name, text


class Routed:
    """Gives each order to whoever runs its model: photofind itself, or the model server."""

    def __init__(self, here: Runner, by_server: Callable[[Task], Finding]) -> None:
        self._here = here
        self._by_server = by_server

    @property
    def kind(self) -> str:
        return self._here.kind

    def run(self, task: Task) -> Finding:
        if is_on_server(model_of(task.order)):
            return self._by_server(task)
        return self._here.run(task)
