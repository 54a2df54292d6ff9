"""A search model's description as a file beside its graphs, for models no registry lists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import msgspec

from photofind.domain import ModelError
from photofind.inference.spec_search import DualEncoderSpec

if TYPE_CHECKING:
    from pathlib import Path

SPEC_NAME = "photofind-model.json"
_LONGEST_NAME = 60
LARGEST_SPEC = 1_000_000
"""Bytes; real ones have 3 kB."""


def short_name(words: str) -> str:
    """Lower-case ASCII letters, digits and hyphens, for keys and folders."""
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:_LONGEST_NAME].rstrip("-")


class _SpecFile(msgspec.Struct, frozen=True):
    """The file's content. `format` counts changes that older versions can't read."""

    format: Literal[1]
    spec: DualEncoderSpec


def write_spec(spec: DualEncoderSpec, folder: Path) -> None:
    """Writes the description into a model's folder.

    Raises:
        OSError: the file can't be written.
    """
    content = msgspec.json.encode(_SpecFile(1, spec))
    (folder / SPEC_NAME).write_bytes(msgspec.json.format(content) + b"\n")


def read_spec(folder: Path) -> DualEncoderSpec:
    """Reads the description in a folder. It is only as true as whoever wrote it.

    Raises:
        ModelError: model_incompatible, it is damaged or of a newer photofind.
        OSError: it can't be read.
    """
    with (folder / SPEC_NAME).open("rb") as stream:
        content = stream.read(LARGEST_SPEC)
    try:
        # What is cut off here is no JSON any more.
        return msgspec.json.decode(content, type=_SpecFile).spec
    except (msgspec.DecodeError, RecursionError) as error:
        raise ModelError(
            "model_incompatible",
            "{spec_name} is damaged, or was written by a newer version of photofind. "
            "Please export the model again.",
            spec_name=SPEC_NAME,
        ) from error
