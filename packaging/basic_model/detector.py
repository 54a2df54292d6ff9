"""NanoDet-g, converted from a TensorFlow.js graph to torch and cut to its class scores.

Only the operators of that very graph are known, and anything else is refused. `compare_detector`
proves the conversion.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import torch
from torch.nn import functional

if TYPE_CHECKING:
    from numpy.typing import NDArray

NATIVE_SIZE = 416
"""The size of pictures the graph was made for. It is fully convolutional, so other multiples of
32 do as well."""
SCORES = (
    "PartitionedCall/onnx_tf_prefix_Split_153",
    "PartitionedCall/onnx_tf_prefix_Split_164",
    "PartitionedCall/onnx_tf_prefix_Split_175",
)
"""The class logits of the three levels, [B, 80, h, w] (the first half of each split)."""
INPUT = "input_1"
_TO_LAST, _TO_FIRST = [0, 2, 3, 1], [0, 3, 1, 2]
_TYPES = {"float32": np.float32, "int32": np.int32}


class Node(msgspec.Struct, frozen=True):
    """One operator of the graph; `attr` as TensorFlow's JSON has it."""

    name: str
    op: str
    input: tuple[str, ...] = ()
    attr: dict[str, Any] = {}

    def numbers(self, attribute: str) -> list[int]:
        """An attribute that is a list of whole numbers."""
        return [int(value) for value in self.attr[attribute]["list"]["i"]]

    def require(self, attribute: str, kind: str, value: object) -> None:
        """Refuses a variant of the operator that the conversion doesn't know."""
        found = self.attr[attribute][kind]
        if kind == "s":
            found = base64.b64decode(found).decode("ascii")
        if found != value:
            raise ValueError(f"{self.op} {self.name} has {attribute} {found}, not {value}")


def read_graph(
    description: bytes, weights: bytes
) -> tuple[tuple[Node, ...], dict[str, NDArray[Any]]]:
    """Reads a TensorFlow.js graph model.

    Args:
        description: its model.json.
        weights: its one file of weights.

    Returns:
        The nodes that the class scores need, each after its inputs, and the constants by name.
    """
    model = msgspec.json.decode(description)
    constants, start = {}, 0
    for entry in model["weightsManifest"][0]["weights"]:
        stored = np.dtype(entry.get("quantization", {}).get("dtype", entry["dtype"]))
        count = int(np.prod(entry["shape"]))
        values = np.frombuffer(weights, stored, count, start).reshape(entry["shape"])
        constants[entry["name"]] = values.astype(_TYPES[entry["dtype"]])
        start += count * stored.itemsize
    if start != len(weights):
        raise ValueError(f"the weights have {len(weights)} bytes, described are {start}")
    nodes = msgspec.convert(model["modelTopology"]["node"], tuple[Node, ...])
    return _in_order({node.name: node for node in nodes}), constants


def _in_order(nodes: dict[str, Node]) -> tuple[Node, ...]:
    ordered: dict[str, Node] = {}
    waiting = list(reversed(SCORES))
    while waiting:
        node = nodes[waiting[-1]]
        missing = [name for name in node.input if name not in ordered]
        if missing:
            waiting += reversed(missing)
        else:
            ordered[node.name] = node
            waiting.pop()
    return tuple(node for node in ordered.values() if node.op not in {"Const", "Placeholder"})


class Detector(torch.nn.Module):  # type: ignore[misc]  # torch is not seen by the checker
    """The graph in torch. The data always lie as [B, C, H, W]; where the graph transposes them,
    only what it calls their axes changes."""

    def __init__(self, description: bytes, weights: bytes) -> None:
        super().__init__()
        self._nodes, self._constants = read_graph(description, weights)
        self._factors: dict[str, float] = {}
        for node in self._nodes:
            if node.op == "Conv2D":
                kernel = self._constants[node.input[1]].transpose(3, 2, 0, 1)
                self.register_buffer(_plain(node.input[1]), torch.tensor(kernel.copy()))
            elif node.op == "Add":
                for name in node.input:
                    if name in self._constants:
                        bias = self._constants[name].reshape(1, -1, 1, 1)
                        self.register_buffer(_plain(name), torch.tensor(bias))
        self(torch.zeros(1, 3, NATIVE_SIZE, NATIVE_SIZE))  # finds the factors of its resizing
        self.eval()

    def forward(self, pixels: torch.Tensor) -> list[torch.Tensor]:
        """Finds objects.

        Args:
            pixels: float32 [B, 3, H, W], BGR, less ImageNet's mean and divided by its deviation.

        Returns:
            Class logits of three levels, [B, 80, h, w] each.
        """
        values: dict[str, torch.Tensor] = {INPUT: pixels}
        last: dict[str, bool] = {INPUT: False}  # whether the graph calls channels the last axis
        for node in self._nodes:
            first = next(name for name in node.input if name in values)
            values[node.name], last[node.name] = self._run(node, values, last[first])
        return [values[name] for name in SCORES]

    def _run(
        self, node: Node, values: dict[str, torch.Tensor], channels_last: bool
    ) -> tuple[torch.Tensor, bool]:
        value = next(values[name] for name in node.input if name in values)
        constants: list[Any] = [self._constants.get(name) for name in node.input]
        match node.op:
            case "Transpose":
                order = constants[1].tolist()
                if order != (_TO_FIRST if channels_last else _TO_LAST):
                    raise ValueError(f"{node.name} transposes by {order}")
                return value, not channels_last
            case "Pad" | "PadV2":
                fill = float(constants[2]) if node.op == "PadV2" else 0.0
                rows, columns = constants[1].tolist()[1 if channels_last else 2 :][:2]
                return functional.pad(value, [*columns, *rows], value=fill), channels_last
            case "Conv2D":
                node.require("padding", "s", "VALID")
                node.require("data_format", "s", "NHWC")
                kernel = getattr(self, _plain(node.input[1]))
                return functional.conv2d(value, kernel, stride=node.numbers("strides")[1]), True
            case "MaxPool":
                node.require("padding", "s", "VALID")
                size, stride = node.numbers("ksize")[1], node.numbers("strides")[1]
                return functional.max_pool2d(value, size, stride), channels_last
            case "Add":
                terms = [
                    values[name] if name in values else getattr(self, _plain(name))
                    for name in node.input
                ]
                return terms[0] + terms[1], channels_last
            case "LeakyRelu":
                return functional.leaky_relu(value, node.attr["alpha"]["f"]), channels_last
            case "ConcatV2":
                if int(constants[-1]) not in ({3, -1} if channels_last else {1, -3}):
                    raise ValueError(f"{node.name} does not join channels")
                return torch.cat([values[name] for name in node.input[:-1]], 1), channels_last
            case "ResizeBilinear":
                node.require("half_pixel_centers", "b", True)
                node.require("align_corners", "b", False)
                target = int(constants[1][0])
                factor = self._factors.setdefault(node.name, target / int(value.shape[-1]))
                resized = functional.interpolate(
                    value,
                    scale_factor=factor,
                    mode="bilinear",
                    align_corners=False,
                    recompute_scale_factor=False,
                )
                return resized, channels_last
            case "SplitV":
                return torch.split(value, constants[1].tolist(), 1)[0], channels_last
        raise ValueError(f"the operator {node.op} is not known")


def _plain(name: str) -> str:
    """torch allows no dots or slashes in the names of buffers."""
    return f"of_{name}".replace("/", "_").replace(".", "_")
