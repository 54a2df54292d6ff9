"""Files of captions that people wrote: lines "file name<TAB>caption"."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photofind.domain import PhotofindError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class ReferenceCaption:
    """One line.

    Attributes:
        file: as it is written, bytes that are no UTF-8 as surrogates, so that such files are
            found too.
        text: "" when the line has no tab.
    """

    file: str
    text: str

    @property
    def name(self) -> str:
        """`file`, comparable with other names (NFC)."""
        return unicodedata.normalize("NFC", self.file)


def read_reference_captions(path: Path) -> list[ReferenceCaption]:
    """Reads a file of UTF-8, with or without a byte order mark.

    Raises:
        PhotofindError: captions_unreadable.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise PhotofindError(
            "captions_unreadable",
            "The captions in {path} can't be read ({reason}). Check the path and try again.",
            path=path,
            reason=reason,
        ) from error
    text = raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    if lines[-1] == "":
        lines.pop()
    parts = (line.partition("\t") for line in lines)
    return [ReferenceCaption(name, caption) for name, _, caption in parts]
