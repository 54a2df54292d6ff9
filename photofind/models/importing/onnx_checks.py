"""What a graph wants besides itself: operators of others, files of its own."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from photofind.domain import ModelError
from photofind.models.importing.onnx_wire import OnnxFile, OnnxFormatError, Span, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Numbers of fields in onnx.proto.
GRAPH, FUNCTION = 7, 25
NODE, INITIALIZER, SPARSE_INITIALIZER = 1, 5, 15
NODE_INPUT, NODE_OUTPUT, OP_TYPE, ATTRIBUTE, DOMAIN = 1, 2, 4, 5, 7
ATTRIBUTE_TENSOR, ATTRIBUTE_GRAPH, ATTRIBUTE_TENSORS, ATTRIBUTE_GRAPHS = 5, 6, 10, 11
ATTRIBUTE_SPARSE, ATTRIBUTE_SPARSES = 22, 23
FUNCTION_NAME, FUNCTION_NODE, FUNCTION_DOMAIN, FUNCTION_ATTRIBUTE = 1, 7, 10, 11
EXTERNAL_DATA, SPARSE_VALUES, SPARSE_INDICES = 13, 1, 2
KEY, VALUE = 1, 2

OWN_DOMAINS: Final = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft"})
"""What onnxruntime brings itself."""
MOST_DEPTH: Final = 8
"""Graphs in attributes of nodes of graphs …"""


def find_external_files(path: Path) -> frozenset[PurePosixPath]:
    """Checks a graph's operators and finds the files that its weights lie in.

    Returns:
        Their places, relative to the graph's folder; they exist there, as plain files.

    Raises:
        ModelError: model_incompatible, the graph is damaged, needs operators that onnxruntime
            doesn't bring, or weights from elsewhere; model_missing, a file can't be read.
    """
    try:
        with opened(path) as file:
            checks = _Checks(file)
            checks.check()
            return frozenset(_place(path, location) for location in checks.locations)
    except OnnxFormatError as error:
        raise ModelError(
            "model_incompatible", f"The file {path.name} is damaged or no model: {error}."
        ) from error
    except OSError as error:
        raise ModelError(
            "model_missing", f"The file {path.name} can't be read: {error.strerror or error}."
        ) from error


def _place(graph: Path, location: str) -> PurePosixPath:
    place = PurePosixPath(location)
    is_plain = location and not place.is_absolute() and ".." not in place.parts
    if not is_plain or any(sign in location for sign in "\\:\0"):
        raise ModelError(
            "model_incompatible",
            f"The file {graph.name} wants weights from outside its folder ({location[:100]!r})."
            " Get the model from a place that you trust.",
        )
    if not (graph.parent / place).is_file():
        raise ModelError(
            "model_missing",
            f"The file {place}, which holds weights of {graph.name}, is missing beside it.",
        )
    return place


class _Checks:
    """One walk through a file.

    Attributes:
        locations: of external data, as the file names them.
    """

    def __init__(self, file: OnnxFile) -> None:
        self._file = file
        self._functions: frozenset[tuple[str, str]] = frozenset()
        self.locations: set[str] = set()

    def check(self) -> None:
        file, whole = self._file, self._file.whole
        functions = list(file.parts(whole, FUNCTION))
        graphs = list(file.parts(whole, GRAPH))
        if not graphs:
            raise OnnxFormatError("it holds no graph")
        self._functions = frozenset(
            (file.first_text(each, FUNCTION_DOMAIN), file.first_text(each, FUNCTION_NAME))
            for each in functions
        )
        for function in functions:
            for node in file.parts(function, FUNCTION_NODE):
                self._check_node(node, 0)
            for attribute in file.parts(function, FUNCTION_ATTRIBUTE):
                self._check_attribute(attribute, 0)
        for graph in graphs:
            self._check_graph(graph, 0)

    def _check_graph(self, graph: Span, depth: int) -> None:
        if depth > MOST_DEPTH:
            raise OnnxFormatError("its graphs lie too deep in each other")
        for number, value in self._file.fields(graph):
            if not isinstance(value, Span):
                continue
            if number == NODE:
                self._check_node(value, depth)
            elif number == INITIALIZER:
                self._check_tensor(value)
            elif number == SPARSE_INITIALIZER:
                self._check_sparse(value)

    def _check_node(self, node: Span, depth: int) -> None:
        domain = self._file.first_text(node, DOMAIN)
        operator = self._file.first_text(node, OP_TYPE)
        # A function is made of operators, which are checked like all others.
        if domain not in OWN_DOMAINS and (domain, operator) not in self._functions:
            raise ModelError(
                "model_incompatible",
                f"The model needs the operator {operator[:50]!r} of {domain[:50]!r}, which"
                " onnxruntime doesn't bring; photofind loads no code of others.",
            )
        for attribute in self._file.parts(node, ATTRIBUTE):
            self._check_attribute(attribute, depth)

    def _check_attribute(self, attribute: Span, depth: int) -> None:
        for number, value in self._file.fields(attribute):
            if not isinstance(value, Span):
                continue
            if number in {ATTRIBUTE_GRAPH, ATTRIBUTE_GRAPHS}:
                self._check_graph(value, depth + 1)
            elif number in {ATTRIBUTE_TENSOR, ATTRIBUTE_TENSORS}:
                self._check_tensor(value)
            elif number in {ATTRIBUTE_SPARSE, ATTRIBUTE_SPARSES}:
                self._check_sparse(value)

    def _check_sparse(self, tensor: Span) -> None:
        for number in (SPARSE_VALUES, SPARSE_INDICES):
            for part in self._file.parts(tensor, number):
                self._check_tensor(part)

    def _check_tensor(self, tensor: Span) -> None:
        self.locations.update(
            self._file.first_text(entry, VALUE)
            for entry in self._file.parts(tensor, EXTERNAL_DATA)
            if self._file.first_text(entry, KEY) == "location"
        )


def subgraphs(file: OnnxFile, node: Span) -> Iterator[Span]:
    """The graphs in a node's attributes."""
    for attribute in file.parts(node, ATTRIBUTE):
        for number in (ATTRIBUTE_GRAPH, ATTRIBUTE_GRAPHS):
            yield from file.parts(attribute, number)
