"""Writes ONNX graphs operator by operator; weights become references into a file of their own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from photofind.inference.manifest import BoundGraph, BoundTensor, Source
from shipped_graphs.weights import Found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shipped_graphs.network import Interface
    from shipped_graphs.weights import Layout, Shape

_OPSET = 17
"""The first with LayerNormalization; every onnxruntime that photofind supports has it."""
_IR_VERSION = 8
_ALIGNMENT = 64
"""Bytes; a cache line, and what vector instructions like best."""
_SIZES = {TensorProto.FLOAT: 4, TensorProto.INT8: 1}


class GraphBuilder:
    """A graph in the making. Values are known by their names in the graph."""

    def __init__(self, layout: Layout, weights_file: str, *, int8: bool) -> None:
        """Begins an empty graph.

        Args:
            layout: of the checkpoints that the graph's weights will come from.
            weights_file: name of the file beside the graph that will hold them.
            int8: linear layers and embeddings have int8 weights; activations become int8 with a
                scale found while running ("dynamic quantisation").
        """
        self._layout = layout
        self._weights_file = weights_file
        self._int8 = int8
        self._nodes: list[onnx.NodeProto] = []
        self._initializers: list[onnx.TensorProto] = []
        self._bound: list[BoundTensor] = []
        self._bytes = 0
        self._constants: dict[bytes, str] = {}
        self._quantised: dict[str, tuple[str, str, str]] = {}

    # Operators

    def op(self, kind: str, *inputs: str, **attributes: object) -> str:
        """Adds an operator with one result."""
        return self.ops(kind, 1, *inputs, **attributes)[0]

    def ops(self, kind: str, results: int, *inputs: str, **attributes: object) -> tuple[str, ...]:
        """Adds an operator with several results."""
        index = len(self._nodes)
        names = tuple(f"v{index}_{place}" if place else f"v{index}" for place in range(results))
        self._nodes.append(helper.make_node(kind, inputs, names, f"n{index}", **attributes))
        return names

    def constant(self, values: Sequence[int] | Sequence[float] | int | float) -> str:
        """A small constant inside the graph: int64 or float32, as the values are."""
        array = np.asarray(values)
        array = array.astype(np.int64 if array.dtype.kind == "i" else np.float32)
        key = f"{array.dtype}{array.shape}".encode() + array.tobytes()
        if key not in self._constants:
            name = f"c{len(self._constants)}"
            self._constants[key] = name
            self._initializers.append(numpy_helper.from_array(array, name))
        return self._constants[key]

    def reshape(self, value: str, *shape: int) -> str:
        """0 keeps a size, -1 is what is left."""
        return self.op("Reshape", value, self.constant(shape))

    def rows(self, value: str, start: int, stop: int) -> str:
        """A slice of the second axis."""
        limits = [self.constant([n]) for n in (start, stop, 1)]
        return self.op("Slice", value, *limits)

    # Weights

    def weight(self, name: str, shape: Shape, stored: Shape | None = None) -> str:
        """A float32 weight.

        Args:
            shape: in open_clip.
            stored: in the graph, when it is another one with as many elements.
        """
        found = self._layout(name, shape)
        return self._float32(found, stored or shape)

    def linear(
        self,
        value: str,
        name: str,
        sizes: tuple[int, int],
        *,
        bias: bool = True,
        names: tuple[str, str] | None = None,
        part: tuple[int, int] | None = None,
    ) -> str:
        """A linear layer: value [..., in] → [..., out].

        Args:
            name: of torch.nn.Linear.
            sizes: (in, out).
            names: of weight [out, in] and bias [out], when they are not `name`.weight, .bias.
            part: (first, last + 1) of the layer's outputs, when only those are wanted.
        """
        inside, outside = sizes
        weight_name, bias_name = names or (f"{name}.weight", f"{name}.bias")
        weights = self._layout(weight_name, (outside, inside))
        product = self._multiply(
            value,
            _cut(Found(weights.sources, not weights.transposed), part),
            (inside, outside if part is None else part[1] - part[0]),
        )
        if not bias:
            return product
        offsets = _cut(self._layout(bias_name, (outside,)), part)
        width = outside if part is None else part[1] - part[0]
        return self.op("Add", product, self._float32(offsets, (width,)))

    def patches(self, value: str, name: str, shape: Shape, *, bias: bool) -> str:
        """A linear layer whose weight is stored as a kernel [out, channels, height, width]."""
        width, inside = shape[0], math.prod(shape[1:])
        found = self._layout(f"{name}.weight", shape)
        product = self._multiply(value, Found(found.sources, not found.transposed), (inside, width))
        if not bias:
            return product
        return self.op("Add", product, self.weight(f"{name}.bias", (width,)))

    def project(self, value: str, name: str, sizes: tuple[int, int]) -> str:
        """value [..., in] @ weight [in, out], the weight stored that way round in open_clip."""
        return self._multiply(value, self._layout(name, sizes), sizes)

    def embedding(self, ids: str, name: str, sizes: tuple[int, int]) -> str:
        """Rows of a table [count, width]."""
        found = self._layout(name, sizes)
        if not self._int8:
            return self.op("Gather", self._float32(found, sizes), ids)
        table, scales = self._quantise(found, sizes, scale_axis=0)
        values = self.op("Cast", self.op("Gather", table, ids), to=TensorProto.FLOAT)
        return self.op("Mul", values, self.op("Gather", scales, ids))

    def layer_norm(self, value: str, name: str, width: int, epsilon: float) -> str:
        scale, offset = (self.weight(f"{name}.{part}", (width,)) for part in ("weight", "bias"))
        return self.op("LayerNormalization", value, scale, offset, axis=-1, epsilon=epsilon)

    def finish(self, graph_name: str, interface: Interface) -> tuple[bytes, BoundGraph]:
        """Closes the graph.

        Args:
            graph_name: file name to record in the manifest.

        Raises:
            onnx.checker.ValidationError: the graph is not valid.
        """
        for node in self._nodes:
            for names in (node.input, node.output):
                names[:] = [interface.results.get(name, name) for name in names]
        graph = helper.make_graph(
            self._nodes, "photofind", interface.inputs, interface.outputs, self._initializers
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", _OPSET)],
            ir_version=_IR_VERSION,
            producer_name="photofind",
        )
        _check(model)
        bound = BoundGraph(graph_name, self._bytes, tuple(self._bound))
        return bytes(model.SerializeToString(deterministic=True)), bound

    def _multiply(self, value: str, found: Found, sizes: tuple[int, int]) -> str:
        if not self._int8:
            return self.op("MatMul", value, self._float32(found, sizes))
        weights, scales = self._quantise(found, sizes, scale_axis=1)
        if value not in self._quantised:
            values, scale, zero = self.ops("DynamicQuantizeLinear", 3, value)
            self._quantised[value] = (values, scale, zero)
        values, scale, zero = self._quantised[value]
        product = self.op("MatMulInteger", values, weights, zero)
        # In this order onnxruntime recognises the whole and runs it as one operator.
        both_scales = self.op("Mul", scale, scales)
        return self.op("Mul", self.op("Cast", product, to=TensorProto.FLOAT), both_scales)

    def _float32(self, found: Found, shape: Shape) -> str:
        name, offset = self._external(TensorProto.FLOAT, shape)
        self._bound.append(BoundTensor(found.sources, shape, offset, found.transposed))
        return name

    def _quantise(self, found: Found, shape: Shape, scale_axis: int) -> tuple[str, str]:
        weights, offset = self._external(TensorProto.INT8, shape)
        scales_shape = (shape[0], 1) if scale_axis == 0 else (shape[1],)
        scales, scales_offset = self._external(TensorProto.FLOAT, scales_shape)
        self._bound.append(
            BoundTensor(found.sources, shape, offset, found.transposed, scale_axis, scales_offset)
        )
        return weights, scales

    def _external(self, kind: int, shape: Shape) -> tuple[str, int]:
        offset, size = self._bytes, math.prod(shape) * _SIZES[kind]
        self._bytes = -(-(offset + size) // _ALIGNMENT) * _ALIGNMENT
        tensor = TensorProto(name=f"w{len(self._initializers)}", data_type=kind, dims=shape)
        tensor.data_location = TensorProto.EXTERNAL
        places = {"location": self._weights_file, "offset": str(offset), "length": str(size)}
        for key, text in places.items():
            tensor.external_data.add(key=key, value=text)
        self._initializers.append(tensor)
        return tensor.name, offset


def _check(model: onnx.ModelProto) -> None:
    """Checks operators, types and shapes; as the weights don't exist yet, as inputs."""
    checked = onnx.ModelProto()
    checked.CopyFrom(model)
    del checked.graph.initializer[:]
    for tensor in model.graph.initializer:
        if tensor.data_location == TensorProto.EXTERNAL:
            value = helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims)
            checked.graph.input.append(value)
        else:
            checked.graph.initializer.append(tensor)
    onnx.checker.check_model(checked)
    onnx.shape_inference.infer_shapes(checked, check_type=True, strict_mode=True)


def _cut(found: Found, part: tuple[int, int] | None) -> Found:
    """Keeps some outputs of a linear layer, which are rows of its official tensors."""
    if part is None:
        return found
    start, stop = part
    kept: list[Source] = []
    at = 0
    for source in found.sources:
        height = source.shape[0]
        first, last = max(start - at, 0), min(stop - at, height)
        if first < last:
            whole = first == 0 and last == height
            kept.append(source if whole else Source(source.name, source.shape, first, last - first))
        at += height
    return Found(tuple(kept), found.transposed)
