"""Writing ONNX graphs: nodes and weights, in few bytes, and the same bytes every time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_FLOAT = TensorProto.FLOAT

_STORED_AS_HALF_FROM = 2000
"""Elements; smaller tensors (biases) stay float32, where they cost little and count much."""
_STORED_AS_INT8_FROM = 20000
_LARGEST_INT8 = 127


class GraphWriter:
    """Appends nodes and weights to a graph; every name gets a prefix of its own."""

    def __init__(self, graph: onnx.GraphProto, prefix: str) -> None:
        self._graph = graph
        self._prefix = prefix

    def constant(self, name: str, value: object) -> str:
        """Stores an array as it is."""
        full_name = f"{self._prefix}_{name}"
        self._graph.initializer.append(numpy_helper.from_array(np.asarray(value), full_name))
        return full_name

    def weight(self, name: str, values: NDArray[np.float32], channel_axis: int = -1) -> str:
        """Stores float32 weights as int8 a channel where they are many, as float16 where they are
        some; onnxruntime widens them once, when it loads the graph."""
        if values.size > _STORED_AS_INT8_FROM:
            quantised, scale = quantise(values, channel_axis)
            wide = self.node(
                "Cast", [self.constant(f"{name}_int8", quantised)], f"{name}_wide", to=_FLOAT
            )
            return self.node("Mul", [wide, self.constant(f"{name}_scale", scale)], name)
        if values.size > _STORED_AS_HALF_FROM:
            return self.half(name, values)
        return self.constant(name, values)

    def half(self, name: str, values: NDArray[np.float32]) -> str:
        """Stores float32 weights as float16."""
        half = self.constant(f"{name}_half", values.astype(np.float16))
        return self.node("Cast", [half], name, to=_FLOAT)

    def node(self, operator: str, inputs: list[str], output: str, **options: object) -> str:
        """Appends a node with one output, and returns the output's full name."""
        full_name = f"{self._prefix}_{output}"
        self._graph.node.append(helper.make_node(operator, inputs, [full_name], **options))
        return full_name

    def unit(self, value: str, output: str) -> str:
        """Divides rows by their L2 norm."""
        norm = self.node("ReduceL2", [value], f"{output}_norm", axes=[1], keepdims=1)
        return self.node("Div", [value, norm], output)

    def output(self, value: str, name: str, width: int) -> None:
        """Makes a value [batch, width] an output of the graph."""
        self._graph.node.append(helper.make_node("Identity", [value], [name]))
        self._graph.output.append(helper.make_tensor_value_info(name, _FLOAT, ["batch", width]))


def quantise(
    values: NDArray[np.float32], channel_axis: int
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Symmetric int8, one scale a channel.

    Returns:
        int8 values of the shape given, and float32 scales of a shape that broadcasts with it;
        their product is close to `values`.
    """
    others = tuple(i for i in range(values.ndim) if i != channel_axis % values.ndim)
    largest = np.abs(values).max(axis=others, keepdims=True)
    scale = (largest / _LARGEST_INT8 + 1e-12).astype(np.float32)
    rounded = np.clip(np.rint(values / scale), -_LARGEST_INT8, _LARGEST_INT8)
    return rounded.astype(np.int8), scale


def store_small(graph: bytes, int8_axes: Mapping[str, int]) -> bytes:
    """Stores a finished graph's large float32 weights in fewer bytes; onnxruntime widens them
    once, when it loads the graph.

    Args:
        int8_axes: weights that become int8, with the axis of their channels; the others become
            float16.
    """
    model = onnx.load_from_string(graph)
    tensors, nodes = list(model.graph.initializer), list(model.graph.node)
    missing = int8_axes.keys() - {tensor.name for tensor in tensors}
    if missing:
        raise ValueError(f"the graph has no weights called {sorted(missing)}")
    del model.graph.initializer[:], model.graph.node[:]
    for tensor in tensors:
        values = numpy_helper.to_array(tensor)
        small = values.dtype != np.float32 or values.size <= _STORED_AS_HALF_FROM
        if small:
            model.graph.initializer.append(tensor)
            continue
        name = tensor.name
        axis = int8_axes.get(name)
        if axis is None:
            stored, wide = values.astype(np.float16), name
        else:
            stored, scale = quantise(values, axis)
            wide = f"{name}_wide"
            model.graph.initializer.append(numpy_helper.from_array(scale, f"{name}_scale"))
        model.graph.initializer.append(numpy_helper.from_array(stored, f"{name}_stored"))
        model.graph.node.append(helper.make_node("Cast", [f"{name}_stored"], [wide], to=_FLOAT))
        if axis is not None:
            model.graph.node.append(helper.make_node("Mul", [wide, f"{name}_scale"], [name]))
    model.graph.node.extend(nodes)
    return bytes(model.SerializeToString(deterministic=True))


def look_up_before_widening(graph: bytes) -> bytes:
    """Lets a stored table of int8 be widened after rows were looked up in it, not before.

    The numbers stay the same to the bit. But onnxruntime widens what is constant when it loads a
    graph: the table of a vocabulary takes four times its size then, and a good part of the time.

    Raises:
        ValueError: no table is looked up in this way.
    """
    model = onnx.load_from_string(graph)
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    makers = {node.output[0]: node for node in model.graph.node}
    nodes: list[onnx.NodeProto] = []
    unused: set[str] = set()
    for node in model.graph.node:
        scaling = makers.get(node.input[0]) if node.op_type == "Gather" else None
        widening = makers.get(scaling.input[0]) if scaling and scaling.op_type == "Mul" else None
        table = stored.get(widening.input[0]) if widening and widening.op_type == "Cast" else None
        if scaling is None or widening is None or table is None:
            nodes.append(node)
            continue
        name, ids = table.name, node.input[1]
        rows, wide, scale = f"{name}_rows", f"{name}_rows_wide", f"{name}_rows_scale"
        nodes += [
            helper.make_node("Gather", [name, ids], [rows], axis=0),
            helper.make_node("Cast", [rows], [wide], to=_FLOAT),
            helper.make_node("Gather", [scaling.input[1], ids], [scale], axis=0),
            helper.make_node("Mul", [wide, scale], [node.output[0]]),
        ]
        if list(stored[scaling.input[1]].dims) != [table.dims[0], 1]:
            raise ValueError(f"{name} is not scaled by rows")
        unused |= {widening.output[0], scaling.output[0]}
    if not unused:
        raise ValueError("the graph looks nothing up in a stored table")
    del model.graph.node[:]
    model.graph.node.extend(node for node in nodes if node.output[0] not in unused)
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
