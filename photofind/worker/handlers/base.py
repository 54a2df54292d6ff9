"""How an area's commands are found, and how one is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from photofind.worker.messages import Command
from photofind.worker.server import Peer
from photofind.worker.wire import BaseCommand, Refused

if TYPE_CHECKING:
    from photofind.domain import PhotofindError

Handlers: TypeAlias = Mapping[type[Command], Callable[[Peer, Any], None]]
"""What carries out each kind of command. It runs on the worker's own thread, so it must not take
long: what does is handed to a thread and answered later. A PhotofindError refuses the command."""


def refuse(peer: Peer, command: BaseCommand[Any], error: PhotofindError) -> None:
    """Answers that a command can't be carried out."""
    peer.answer(command, Refused(code=error.code, sentence=error.sentence))
