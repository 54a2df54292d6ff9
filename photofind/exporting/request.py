"""What a person asks for when a model is exported, and what they are told when it can't be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from photofind.domain import PhotofindError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from photofind.inference.records import Precision


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is wanted.

    Attributes:
        architecture: open_clip's name, or a JSON file.
        pretrained: open_clip's tag, or a checkpoint file.
        folder: what is made; must not exist.
        tokenizer: for architectures that don't use CLIP's.
        like: a tag whose pictures are prepared as these weights want them.
        pictures: a folder of pictures to compare with.
        require_network: raises an error where nothing may be fetched.
        precision: of both towers; None: int8 for each where it is quicker and as good.
    """

    architecture: str
    pretrained: str
    folder: Path
    tokenizer: Path | None = None
    like: str | None = None
    pictures: Path | None = None
    require_network: Callable[[], None] = lambda: None
    precision: Precision | None = None


class ExportError(PhotofindError):
    """A model can't be exported.

    Codes: export_tools_missing, export_unknown, export_weights, export_tokenizer,
    export_pictures, export_gate, export_folder.
    """
