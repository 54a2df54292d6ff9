"""What this machine's processor does with int8 numbers."""

from __future__ import annotations

from functools import cache

import numpy as np

from photofind import paths
from photofind.inference.session import create_session

FULL_RANGE = 127
REDUCED_RANGE = 63
"""Weights of seven bits: the sum of two products with a byte always fits 16 bits."""
_PROBE = "int8_probe.onnx"


@cache
def largest_int8_weight() -> int:
    """The largest weight with which int8 products are exact here.

    x86 processors without VNNI add two products (byte activation times int8 weight) into 16 bits
    and cut off what doesn't fit, without any error. The probe multiplies bytes with a matrix of
    FULL_RANGE; filled with 255, no sum is larger.

    Returns:
        FULL_RANGE or REDUCED_RANGE.

    Raises:
        ModelError: model_incompatible, the probe is missing.
    """
    session = create_session(paths.resources() / "graphs" / _PROBE)
    (taken,) = session.get_inputs()
    bytes_ = np.full(taken.shape, 255, np.uint8)
    (sums,) = session.run(None, {taken.name: bytes_})
    exact = 255 * FULL_RANGE * taken.shape[1]
    return FULL_RANGE if (sums == exact).all() else REDUCED_RANGE
