"""What every message is: a command with a number, an event, or an event that answers."""

from __future__ import annotations

import msgspec


class BaseCommand(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """
    Attributes:
        request_id: comes back in the answer; the client numbers its requests.
        resent: a worker that had it died without an answer, perhaps after having done it, and
            perhaps because of it.
    """

    request_id: int = 0
    resent: bool = False


class BaseEvent(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """Told to every client."""


class BaseAnswer(BaseEvent, frozen=True, kw_only=True):
    """Told to the client that sent the command of this number; the last word about it."""

    request_id: int
