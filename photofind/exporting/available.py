"""What is installed for exporting, found out without importing any of it: that takes seconds."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

NEEDED: Final = ("torch", "torchvision", "open_clip", "timm", "safetensors", "onnx", "onnxscript")
"""The packages of the extra `export`, as far as an export of CLIP or SigLIP needs them."""


def missing_tools(needed: Sequence[str] = NEEDED) -> list[str]:
    """Those of the needed packages that are not installed."""
    return [name for name in needed if importlib.util.find_spec(name) is None]


def say_missing(missing: Sequence[str]) -> Sentence:
    """A sentence about the missing packages, with the way to install them."""
    return Sentence(
        "Exporting needs packages that photofind itself doesn't ({names} not found). In a checkout "
        'of photofind, install them with: .venv/bin/pip install -e ".[export]"',
        names=", ".join(missing),
    )


def known_architectures() -> list[str]:
    """open_clip's names of the CLIP and SigLIP networks that it knows; empty without open_clip."""
    found = importlib.util.find_spec("open_clip")
    if found is None or found.origin is None:
        return []
    configs = Path(found.origin).with_name("model_configs")
    return sorted(path.stem for path in configs.glob("*.json") if not _writes_captions(path))


def _writes_captions(config: Path) -> bool:
    """CoCa's networks are no business of an export."""
    return "multimodal_cfg" in json.loads(config.read_text(encoding="utf-8"))
