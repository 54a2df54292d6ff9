"""What open_clip calls a model's shape, by name or from a file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photofind.exporting.request import ExportError
from photofind.exporting.tools import quiet

if TYPE_CHECKING:
    from collections.abc import Mapping

_LARGEST_CONFIG = 1_000_000
_HUB_CONFIG = "open_clip_config"
"""Name of the file in which repositories of the hub describe their model."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """A network's shape.

    Attributes:
        name: what open_clip knows it by.
        config: open_clip's description.
        preprocess: how pictures are prepared, where a file says so.
    """

    name: str
    config: Mapping[str, Any]
    preprocess: Mapping[str, Any] | None = None

    @property
    def text(self) -> Mapping[str, Any]:
        """The description of the text tower."""
        text: Mapping[str, Any] = self.config["text_cfg"]
        return text

    @property
    def context_length(self) -> int:
        """Most tokens of a text."""
        return int(self.text.get("context_length", 77))


def find_architecture(open_clip: Any, word: str, work: Path) -> Architecture:
    """Finds an architecture by open_clip's name, or reads it from a JSON file.

    Raises:
        ExportError: export_unknown.
    """
    found = (
        _read(open_clip, Path(word), work) if word.endswith(".json") else _look_up(open_clip, word)
    )
    if "multimodal_cfg" in found.config:
        raise ExportError(
            "export_unknown",
            "{found} also writes captions (CoCa); only CLIP and SigLIP can be exported.",
            found=found.name,
        )
    return found


def _look_up(open_clip: Any, name: str) -> Architecture:
    with quiet():
        known = open_clip.list_models()
        config = open_clip.get_model_config(name) if name in known else None
    if config is None:
        for other in known:
            if other.lower() == name.lower():
                raise ExportError(
                    "export_unknown",
                    "open_clip knows no architecture called {name}; did you mean {other}?",
                    name=name,
                    other=other,
                )
        raise ExportError(
            "export_unknown",
            "open_clip knows no architecture called {name}, but for example {names}.",
            name=name,
            names=", ".join(_familiar(known)),
        )
    return Architecture(name, config)


def _familiar(known: list[str]) -> list[str]:
    wanted = ("ViT-B-32", "ViT-B-32-256", "ViT-B-32-SigLIP2-256", "MobileCLIP2-S0")
    return [name for name in wanted if name in known]


def _read(open_clip: Any, path: Path, work: Path) -> Architecture:
    try:
        with path.open("rb") as stream:
            content = json.loads(stream.read(_LARGEST_CONFIG))
        config = content.get("model_cfg", content)
        preprocess = content.get("preprocess_cfg")
        for part in ("embed_dim", "vision_cfg", "text_cfg"):
            config[part]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ExportError(
            "export_unknown",
            "{path} can't be read as a description of an architecture (a JSON file with "
            "embed_dim, vision_cfg and text_cfg, as in open_clip).",
            path=path,
        ) from error
    name = path.absolute().parent.name if path.stem == _HUB_CONFIG else path.stem
    copy = work / "architecture" / f"{name}.json"
    copy.parent.mkdir()
    copy.write_text(json.dumps(config), encoding="utf-8")
    with quiet():
        open_clip.add_model_config(copy)
    return Architecture(name, config, preprocess)
