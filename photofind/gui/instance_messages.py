"""The little that a second start says to the window that is open."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeAlias

import msgspec

MOST_BYTES = 1_000_000
HEADER_BYTES = 4
RECEIVED = b"\x06"
"""ASCII acknowledge: the message was understood and is acted on."""


class Raise(msgspec.Struct, frozen=True, tag=True):
    """Come to the front."""


class OpenFolders(msgspec.Struct, frozen=True, tag=True):
    """Add these folders (`os.fsencode`d), and come to the front."""

    paths: tuple[bytes, ...]


InstanceMessage: TypeAlias = Raise | OpenFolders

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[InstanceMessage] = msgspec.msgpack.Decoder(InstanceMessage)


class BadMessageError(Exception):
    """Whoever sent this is no photofind."""


def frame(message: InstanceMessage) -> bytes:
    """The message with its length before it.

    Raises:
        BadMessageError: it is too long.
    """
    body = _encoder.encode(message)
    if len(body) > MOST_BYTES:
        raise BadMessageError(f"{len(body)} bytes")
    return len(body).to_bytes(HEADER_BYTES, "big") + body


def read_frame(received: bytes) -> InstanceMessage | None:
    """The message, or None as long as bytes are missing.

    Raises:
        BadMessageError: it is too long, or is none that we know.
    """
    if len(received) < HEADER_BYTES:
        return None
    length = int.from_bytes(received[:HEADER_BYTES], "big")
    if length > MOST_BYTES or len(received) > HEADER_BYTES + length:
        raise BadMessageError(f"{length} bytes announced, {len(received)} received")
    if len(received) < HEADER_BYTES + length:
        return None
    try:
        message = _decoder.decode(received[HEADER_BYTES:])
    except msgspec.DecodeError as error:
        raise BadMessageError("not one of ours") from error
    if isinstance(message, OpenFolders) and not all(map(os.path.isabs, message.paths)):
        raise BadMessageError("a path that leads nowhere")
    return message


def folders_of(message: InstanceMessage) -> list[Path]:
    """The folders it brings."""
    if isinstance(message, Raise):
        return []
    return [Path(os.fsdecode(raw)) for raw in message.paths]


def message_for(folders: list[Path]) -> InstanceMessage:
    """What a start with these folders has to say."""
    return OpenFolders(tuple(map(os.fsencode, folders))) if folders else Raise()
