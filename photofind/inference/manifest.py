"""How the tensors of an official checkpoint become the weights of a graph that has none.

A manifest is written with its graphs by packaging/shipped_graphs. Every weight of a graph is
ONNX external data: it lies at a fixed offset of one file beside the graph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from photofind.domain import ModelError

if TYPE_CHECKING:
    from collections.abc import Container
    from pathlib import Path


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """A tensor of the checkpoint, or some of its rows.

    Attributes:
        shape: what it must have in the checkpoint.
        first: the first row that is taken.
        rows: how many; None: all from `first` on.
        also: other names of the same tensor, for files without one called `name`: where two
            weights are one, some files hold both and others either.
    """

    name: str
    shape: tuple[int, ...]
    first: int = 0
    rows: int | None = None
    also: tuple[str, ...] = ()

    def name_in(self, names: Container[str]) -> str:
        """Its name among these; `name` when there is none."""
        return next((name for name in (self.name, *self.also) if name in names), self.name)


class BoundTensor(msgspec.Struct, frozen=True, omit_defaults=True):
    """One weight of the graph.

    Attributes:
        sources: stacked on their first axis.
        shape: of the weight, after `transposed`.
        offset: where its float32 values, or its int8 values, begin in the weights' file.
        transposed: the sources hold it with its two axes swapped.
        scale_axis: None: float32. Else int8 with one float32 scale for every index of this axis
            (of two); value = int8 * scale.
        scales_offset: where those scales begin.
    """

    sources: tuple[Source, ...]
    shape: tuple[int, ...]
    offset: int
    transposed: bool = False
    scale_axis: int | None = None
    scales_offset: int = 0


class BoundGraph(msgspec.Struct, frozen=True):
    """A graph and what its file of weights holds.

    Attributes:
        graph: name of the graph's file, beside the manifest.
        bytes: size of the weights' file.
    """

    graph: str
    bytes: int
    tensors: tuple[BoundTensor, ...]


class GraphPair(msgspec.Struct, frozen=True):
    """A graph in both precisions, which take and give the same.

    Attributes:
        int8: None where float32 is known to be the better choice.
    """

    fp32: BoundGraph
    int8: BoundGraph | None = None


Manifest = dict[str, GraphPair]
"""By name, the graphs for checkpoints of one layout; each is a part of one model."""


def read_manifest(path: Path) -> Manifest:
    """Reads a manifest of the resources.

    Raises:
        ModelError: model_incompatible, it is missing or damaged.
    """
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
        if not manifest:
            raise msgspec.ValidationError("it names no graph")
        return manifest
    except (OSError, msgspec.DecodeError) as error:
        raise ModelError(
            "model_incompatible",
            "Files that came with photofind are missing or damaged. Please install it again.",
        ) from error
