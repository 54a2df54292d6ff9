"""What is done to every graph before it is written: smaller, and the same bytes every time."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_STORED_AS_HALF_FROM = 2000
"""Elements; smaller tensors (biases) stay float32, where they cost little and count much."""


def store_halves(graph: bytes) -> bytes:
    """Stores large float32 weights as float16; onnxruntime widens them once, at load time."""
    model = onnx.load_from_string(graph)
    weights, casts = [], []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.size > _STORED_AS_HALF_FROM:
            half = f"{tensor.name}_half"
            weights.append(numpy_helper.from_array(values.astype(np.float16), half))
            casts.append(helper.make_node("Cast", [half], [tensor.name], to=TensorProto.FLOAT))
        else:
            weights.append(tensor)
    nodes = [*casts, *model.graph.node]
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(weights)
    model.graph.node.extend(nodes)
    return bytes(model.SerializeToString(deterministic=True))


def normalise(graph: bytes) -> bytes:
    """Gives nodes and inner values numbers for names and drops remarks.

    Exporters put module names, source paths and their own version there, which change without
    the model changing. Names of inputs and outputs stay.

    Raises:
        onnx.checker.ValidationError: the graph is not valid.
    """
    model = onnx.load_from_string(graph)
    model.producer_name = "photofind"
    model.producer_version = model.doc_string = model.graph.doc_string = model.domain = ""
    model.graph.name = "basic"
    del model.metadata_props[:], model.graph.value_info[:]
    names = {value.name: value.name for value in (*model.graph.input, *model.graph.output)}
    names[""] = ""  # an optional input that is not given
    for index, tensor in enumerate(model.graph.initializer):
        names[tensor.name] = tensor.name = f"w{index}"
        tensor.doc_string = ""
    for index, node in enumerate(model.graph.node):
        node.name, node.doc_string = f"{node.op_type}_{index}", ""
        del node.metadata_props[:]
        for place, value in enumerate(node.output):
            node.output[place] = names.setdefault(value, f"v{index}_{place}")
        for place, value in enumerate(node.input):
            node.input[place] = names[value]
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))
