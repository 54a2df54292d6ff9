"""What an installing process says, line by line in JSON."""

from __future__ import annotations

import msgspec


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """How far it is.

    Attributes:
        step: one of `inference.steps.Step`.
        done, total: bytes; both 0 where that can't be said.
        detail: what of the step it is at, in words; "" where that can't be said.
    """

    step: str
    done: int = 0
    total: int = 0
    detail: str = ""


class Notice(msgspec.Struct, frozen=True, tag="notice"):
    """Something a person should know; the installation goes on."""

    message: str


class Installed(msgspec.Struct, frozen=True, tag="installed"):
    """It is done.

    Attributes:
        key: of the model that is in its place now.
    """

    key: str


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """It is over, and the model as installed as before."""

    code: str
    message: str


Said = Progress | Notice | Installed | Failed
"""The last one is Installed or Failed; a process that ends without has died."""

_decoder = msgspec.json.Decoder(Said)


def encode(said: Said) -> bytes:
    """One line."""
    return msgspec.json.encode(said) + b"\n"


def decode(line: bytes) -> Said:
    """Raises msgspec.DecodeError: the line is something else."""
    said: Said = _decoder.decode(line)
    return said
