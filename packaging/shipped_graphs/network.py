"""What a network is: one graph or several, each with its inputs and outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeAlias

import onnx
from onnx import TensorProto, helper

if TYPE_CHECKING:
    from shipped_graphs.builder import GraphBuilder

IMAGE_INPUT, TEXT_INPUT = "pixel_values", "input_ids"
IMAGE_OUTPUT, TEXT_OUTPUT = "image_embeds", "text_embeds"


@dataclass(frozen=True, slots=True)
class Interface:
    """What goes in and out of one graph.

    Attributes:
        results: inner value → name of the output.
    """

    inputs: Sequence[onnx.ValueInfoProto]
    outputs: Sequence[onnx.ValueInfoProto]
    results: Mapping[str, str]


Part: TypeAlias = Callable[["GraphBuilder"], Interface]
"""Adds all of one graph's operators."""


class ShippedNetwork(Protocol):
    """Anything that consists of graphs."""

    def parts(self) -> Mapping[str, Part]:
        """Its graphs by name; files are named alike."""


class Towers(Protocol):
    """Two networks, for pictures and for words, whose vectors are compared.

    Attributes:
        dim: of the vectors.
        image: pixels of a side.
    """

    @property
    def dim(self) -> int: ...
    @property
    def image(self) -> int: ...
    def add_visual(self, graph: GraphBuilder) -> str: ...
    def add_textual(self, graph: GraphBuilder) -> str: ...


class DualEncoder:
    """Makes a network of towers."""

    __slots__ = ()

    def parts(self: Towers) -> Mapping[str, Part]:
        return {"visual": partial(_visual, self), "textual": partial(_textual, self)}


def _visual(towers: Towers, graph: GraphBuilder) -> Interface:
    result = towers.add_visual(graph)
    output = float_value(IMAGE_OUTPUT, "batch", towers.dim)
    return Interface([image_input(towers.image)], [output], {result: IMAGE_OUTPUT})


def _textual(towers: Towers, graph: GraphBuilder) -> Interface:
    result = towers.add_textual(graph)
    output = float_value(TEXT_OUTPUT, "batch", towers.dim)
    return Interface([ids_input(TEXT_INPUT, "batch", "length")], [output], {result: TEXT_OUTPUT})


def image_input(size: int) -> onnx.ValueInfoProto:
    return float_value(IMAGE_INPUT, "batch", 3, size, size)


def ids_input(name: str, *shape: str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.INT64, list(shape))


def float_value(name: str, *shape: int | str) -> onnx.ValueInfoProto:
    """Numbers; a name instead of a size: any size, the same wherever that name stands."""
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))
