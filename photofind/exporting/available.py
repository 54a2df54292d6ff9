"""What is installed for exporting, found out without importing any of it: that takes seconds."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_NEEDED = ("torch", "torchvision", "open_clip", "timm", "safetensors", "onnx", "onnxscript")


def missing_tools() -> list[str]:
    """The packages of the extra `export` that are not installed."""
    return [name for name in _NEEDED if importlib.util.find_spec(name) is None]


def say_missing(missing: Sequence[str]) -> str:
    """A sentence about the missing packages, with the way to install them."""
    return (
        f"Exporting needs packages that photofind itself does not ({', '.join(missing)} not found)."
        ' Install them, in a checkout of photofind, with: .venv/bin/pip install -e ".[export]"'
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
