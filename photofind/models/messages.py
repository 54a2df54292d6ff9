"""What an installing process says, line by line in JSON."""

from __future__ import annotations

import msgspec

from photofind.sentences import Sentence, dec_hook, enc_hook


class InstallProgress(msgspec.Struct, frozen=True, tag="progress"):
    """How far it is.

    Attributes:
        step: one of `inference.steps.Step`.
        done, total: bytes; both 0 where that can't be said.
        detail: what part of the step it is at; None where that can't be said.
    """

    step: str
    done: int = 0
    total: int = 0
    detail: Sentence | None = None


class InstallNotice(msgspec.Struct, frozen=True, tag="notice"):
    """Something a person should know; the installation goes on."""

    sentence: Sentence


class Installed(msgspec.Struct, frozen=True, tag="installed"):
    """It is done.

    Attributes:
        key: of the model that is in its place now.
    """

    key: str


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """It is over, and the model as installed as before."""

    code: str
    sentence: Sentence


Said = InstallProgress | InstallNotice | Installed | Failed
"""The last one is Installed or Failed; a process that ends without has died."""

_encoder = msgspec.json.Encoder(enc_hook=enc_hook)
_decoder = msgspec.json.Decoder(Said, dec_hook=dec_hook)


def encode(said: Said) -> bytes:
    """One line."""
    return _encoder.encode(said) + b"\n"


def decode(line: bytes) -> Said:
    """Raises msgspec.DecodeError: the line is something else."""
    said: Said = _decoder.decode(line)
    return said
