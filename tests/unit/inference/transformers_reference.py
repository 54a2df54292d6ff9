"""The transformers library: what photofind's BLIP is compared with."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import transformers_blip

from photofind.exporting.available import missing_tools


@cache
def import_transformers() -> Any:
    """Imports transformers; the test is skipped where it isn't installed."""
    if missing := missing_tools(transformers_blip.NEEDED):
        pytest.skip(f"needs the extra `export` ({', '.join(missing)} not installed)")
    transformers = transformers_blip.import_transformers()
    import torch

    torch.set_num_threads(1)  # small networks gain nothing, and wait for each other on busy cores
    return transformers
