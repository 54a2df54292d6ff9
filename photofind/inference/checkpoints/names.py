"""How files with weights are called; apart from what reads them, which the window needn't load."""

from __future__ import annotations

_SUFFIXES = (".safetensors", ".pt", ".pth", ".bin")


def is_checkpoint_name(name: str) -> bool:
    """Whether a file is called as checkpoints are."""
    return name.lower().endswith(_SUFFIXES)
