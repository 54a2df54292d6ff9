"""Takes one half out of a graph that holds both: what one output needs, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.models.importing.onnx_checks import (
    GRAPH,
    INITIALIZER,
    MOST_DEPTH,
    NODE,
    NODE_INPUT,
    NODE_OUTPUT,
    SPARSE_INITIALIZER,
    SPARSE_VALUES,
    subgraphs,
)
from photofind.models.importing.onnx_wire import (
    OnnxFile,
    OnnxFormatError,
    Span,
    encode_bytes,
    encode_varint,
    opened,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Numbers of fields in onnx.proto.
_GRAPH_INPUT, _GRAPH_OUTPUT, _VALUE_INFO, _QUANTIZATION = 11, 12, 13, 14
_NAME, _TENSOR_NAME = 1, 8


def split(source: Path, target: Path, output: str) -> None:
    """Writes the part of a graph that one of its outputs depends on.

    Args:
        target: in a folder where external data has the same relative place; must not exist.

    Raises:
        OnnxFormatError: the graph is damaged or has no such output.
        OSError: a file can't be read or written.
    """
    with opened(source) as file, target.open("xb") as stream:
        for number, value in file.fields(file.whole):
            if not isinstance(value, Span):
                continue  # the version of the format is below
            if number != GRAPH:
                stream.write(file.whole_field(value))
                continue
            kept = list(_needed(file, value, output))
            stream.write(encode_bytes(GRAPH, sum(part.stop - part.begin for part in kept)))
            for part in kept:
                stream.write(file.whole_field(part))
        stream.write(_versions(file))


def _versions(file: OnnxFile) -> bytes:
    """The fields that are plain numbers: of the format (1) and of the model (5)."""
    plain = {number: value for number, value in file.fields(file.whole) if isinstance(value, int)}
    return b"".join(_number(number, value) for number, value in plain.items())


def _number(number: int, value: int) -> bytes:
    return encode_varint(number << 3) + encode_varint(value)


def _needed(file: OnnxFile, graph: Span, output: str) -> Iterator[Span]:
    nodes = list(file.parts(graph, NODE))
    maker = {name: node for node in nodes for name in file.texts(node, NODE_OUTPUT)}
    names, used, waiting = {output}, set[Span](), [output]
    while waiting:
        node = maker.get(waiting.pop())
        if node is None or node in used:
            continue
        used.add(node)
        wanted = _inputs(file, node, 0) - names
        names |= wanted
        waiting += wanted
    found = False
    for number, value in file.fields(graph):
        if not isinstance(value, Span):
            continue
        if number == NODE:
            keep = value in used
        elif number == _GRAPH_OUTPUT:
            keep = file.first_text(value, _NAME) == output
            found |= keep
        elif number in {_GRAPH_INPUT, _VALUE_INFO}:
            keep = number == _GRAPH_INPUT and file.first_text(value, _NAME) in names
        elif number == INITIALIZER:
            keep = file.first_text(value, _TENSOR_NAME) in names
        elif number == SPARSE_INITIALIZER:
            values = next(file.parts(value, SPARSE_VALUES), None)
            keep = values is not None and file.first_text(values, _TENSOR_NAME) in names
        else:
            keep = number != _QUANTIZATION
        if keep:
            yield value
    if not found:
        raise OnnxFormatError(f"it has no output {output}")


def _inputs(file: OnnxFile, node: Span, depth: int) -> set[str]:
    """What a node reads, in the graphs of its attributes too."""
    if depth > MOST_DEPTH:
        raise OnnxFormatError("its graphs lie too deep in each other")
    names = set(file.texts(node, NODE_INPUT))
    for graph in subgraphs(file, node):
        names |= {file.first_text(value, _NAME) for value in file.parts(graph, _GRAPH_OUTPUT)}
        for inner in file.parts(graph, NODE):
            names |= _inputs(file, inner, depth + 1)
    return names
