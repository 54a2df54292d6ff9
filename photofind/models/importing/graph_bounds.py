"""How many parts a graph has, before onnxruntime builds every one of them in memory.

onnxruntime refuses what is broken, foreign or outside the model's folder, but not what is merely
endless: ten megabytes of empty nodes become more than four gigabytes, and older releases take twice
as long for every level of graphs inside graphs. So the parts are counted first, and none is built.

https://protobuf.dev/programming-guides/encoding; the numbers of the fields are those of onnx.proto.
"""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING, Any, Final

from photofind.domain import ModelError
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from pathlib import Path

MOST_PARTS: Final = 1_000_000
"""Graphs of search models have some tens of thousands; so many empty ones take about 1 GB."""
MOST_DEPTH: Final = 26
"""Of messages in messages. A graph in an attribute of a node of another graph is three deeper than
that one, so these are eight graphs; real ones have two."""
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_LONGEST_VARINT: Final = 10

# Messages as the fields that hold further messages with repeated fields.
_Message = dict[int, Any]
_PLAIN: Final[_Message] = {}
_TYPE: Final[_Message] = {1: {2: _PLAIN}, 8: {2: _PLAIN}}
_TYPE.update({4: {1: _TYPE}, 5: {2: _TYPE}, 9: {1: _TYPE}})
_VALUE: Final[_Message] = {2: _TYPE, 4: _PLAIN}
_SPARSE: Final[_Message] = {1: _PLAIN, 2: _PLAIN}
_DEVICES: Final[_Message] = {2: {3: _PLAIN, 4: _PLAIN}}
_GRAPH: Final[_Message] = {11: _VALUE, 12: _VALUE, 13: _VALUE, 14: _PLAIN, 5: _PLAIN, 15: _SPARSE}
_ATTRIBUTE: Final[_Message] = {
    5: _PLAIN,
    10: _PLAIN,
    6: _GRAPH,
    11: _GRAPH,
    14: _TYPE,
    15: _TYPE,
    22: _SPARSE,
    23: _SPARSE,
}
_NODE: Final[_Message] = {5: _ATTRIBUTE, 10: _DEVICES}
_GRAPH[1] = _NODE
_FUNCTION: Final[_Message] = {7: _NODE, 11: _ATTRIBUTE, 12: _VALUE}
_MODEL: Final[_Message] = {7: _GRAPH, 20: {1: _GRAPH, 2: _GRAPH}, 25: _FUNCTION, 26: _PLAIN}


def check_bounds(path: Path) -> None:
    """Refuses graphs that onnxruntime would need far too much memory or time to read.

    Raises:
        ModelError: model_incompatible, it has more parts than any model, nested deeper than in any,
            or is no protobuf.
        OSError: it can't be read.
    """
    if not path.stat().st_size:
        return  # nothing can be mapped, and onnxruntime refuses it
    with (
        path.open("rb") as stream,
        mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        try:
            fault = _find_fault(content)
        except IndexError:
            fault = Sentence("it ends too early")
    if fault is not None:
        raise ModelError(
            "model_incompatible",
            "The file {file} can't be used: {fault}.",
            file=path.name,
            fault=fault,
        )


def _find_fault(content: mmap.mmap) -> Sentence | None:
    """Why the graph isn't read, None if it may be."""
    parts = 0
    waiting = [(0, len(content), _MODEL, 0)]
    while waiting:
        at, stop, message, depth = waiting.pop()
        if depth > MOST_DEPTH:
            return Sentence("its graphs are nested too deeply")
        while at < stop:
            parts += 1
            if parts > MOST_PARTS:
                return Sentence("it has more parts than any model")
            key, at = _varint(content, at)
            length, kind = 0, key & 7
            if kind in {_VARINT, _BYTES}:
                length, at = _varint(content, at)
            if kind == _BYTES:
                if (inner := message.get(key >> 3)) is not None:
                    waiting.append((at, at + length, inner, depth + 1))
                at += length
            elif kind != _VARINT:
                if kind not in {_FIXED64, _FIXED32}:
                    return Sentence("it is no graph")
                at += 8 if kind == _FIXED64 else 4
        if at != stop:
            return Sentence("it ends too early")
    return None


def _varint(content: mmap.mmap, at: int) -> tuple[int, int]:
    """A number, and where it ends. Raises IndexError: the file ends first, or it has no end."""
    value = 0
    for index in range(_LONGEST_VARINT):
        byte = content[at + index]
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, at + index + 1
    raise IndexError(at)
