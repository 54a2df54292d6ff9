"""The transformers library: what photofind's BLIP is compared with."""

from __future__ import annotations

import importlib.util
from functools import cache
from typing import Any

import pytest

from photofind.exporting import tools


@cache
def import_transformers() -> Any:
    """Imports transformers; the test is skipped where it isn't installed."""
    needed = ("torch", "torchvision", "transformers", "onnx")
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"needs the extra `export` ({', '.join(missing)} not installed)")
    transformers = tools.import_transformers()
    import torch

    torch.set_num_threads(1)  # small networks gain nothing, and wait for each other on busy cores
    return transformers
