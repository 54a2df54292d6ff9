"""The graph that shows whether a processor multiplies int8 exactly; see inference/processor."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_ROWS, _INSIDE, _OUTSIDE = 4, 64, 32
_LARGEST = 127


def build_probe() -> bytes:
    """bytes uint8 [4, 64] → sums int32 [4, 32], all weights 127."""
    weights = numpy_helper.from_array(np.full((_INSIDE, _OUTSIDE), _LARGEST, np.int8), "weights")
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["bytes", "weights"], ["sums"])],
        "photofind",
        [helper.make_tensor_value_info("bytes", TensorProto.UINT8, [_ROWS, _INSIDE])],
        [helper.make_tensor_value_info("sums", TensorProto.INT32, [_ROWS, _OUTSIDE])],
        [weights],
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
        producer_name="photofind",
    )
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))
