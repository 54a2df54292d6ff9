"""Writes the graphs of one architecture. Needs the package onnx; two runs give the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from photofind.inference.manifest import BoundGraph, GraphPair
from shipped_graphs.builder import GraphBuilder

if TYPE_CHECKING:
    from pathlib import Path

    from shipped_graphs.network import ShippedNetwork
    from shipped_graphs.weights import Layout


def build(network: ShippedNetwork, layout: Layout, folder: Path) -> None:
    """Writes a network's graphs, each in float32 and in int8, and their manifest.

    Args:
        layout: of the checkpoints that fit.
        folder: made if it is not there; files of these names are replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {
        name: GraphPair(
            fp32=_build_part(network, layout, name, folder, int8=False),
            int8=_build_part(network, layout, name, folder, int8=True),
        )
        for name in network.parts()
    }
    (folder / "manifest.json").write_bytes(msgspec.json.encode(manifest) + b"\n")


def _build_part(
    network: ShippedNetwork, layout: Layout, part: str, folder: Path, *, int8: bool
) -> BoundGraph:
    graph = GraphBuilder(layout, f"{part}.bin", int8=int8)
    interface = network.parts()[part](graph)
    name = f"{part}.{'int8' if int8 else 'fp32'}.onnx"
    content, bound = graph.finish(name, interface)
    (folder / name).write_bytes(content)
    return bound
