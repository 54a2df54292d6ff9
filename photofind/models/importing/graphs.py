"""The graphs of a foreign layout: copied, checked, and asked what they take and give."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photofind.domain import ModelError
from photofind.inference.session import create_session
from photofind.models.importing.onnx_checks import find_external_files
from photofind.models.importing.onnx_wire import OnnxFormatError
from photofind.models.importing.splitting import split

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from photofind.models.importing.layouts import Layout

_IMAGE_OUTPUTS = ("image_embeds", "embedding", "pooler_output", "output", "image_features")
_TEXT_OUTPUTS = ("text_embeds", "embedding", "pooler_output", "output", "text_features")
_FURTHER_TEXT_INPUTS = frozenset({"attention_mask", "token_type_ids"})
_NOT_RUN = "model_not_run"
"""The code of an error that never leaves this module."""
_PIXELS, _MASK_TYPES = "tensor(float)", frozenset({"tensor(int64)", "tensor(int32)"})


@dataclass(frozen=True, slots=True)
class ImageGraph:
    """The graph for pictures.

    Attributes:
        path: below the model's folder.
        source: the file that it was copied from, or a part of.
        size: pixels of a side; None: the graph takes any.
        batch: pictures in one run; None: any number.
    """

    path: str
    source: Path
    size: int | None
    batch: int | None
    output: str


@dataclass(frozen=True, slots=True)
class TextGraph:
    """The graph for words.

    Attributes:
        length: tokens of a text; None: any number.
    """

    path: str
    input: str
    length: int | None
    output: str


@dataclass(frozen=True, slots=True)
class Graphs:
    """Both halves.

    Attributes:
        weights: files that they refer to, below the model's folder.
    """

    image: ImageGraph
    text: TextGraph
    weights: tuple[str, ...]


def take_graphs(layout: Layout, target: Path) -> Graphs:
    """Copies the best graphs that run here into a model's folder.

    Raises:
        ModelError: none runs, or one of them is not to be trusted.
    """
    if layout.is_combined:
        return _take_combined(layout.images, target)
    image_source, image = _first_that_runs(layout.images, target / "visual")
    _, text = _first_that_runs(layout.texts, target / "textual")
    return Graphs(
        _image_graph(image, target, image_source), _text_graph(text, target), _weights(target)
    )


def _take_combined(paths: Sequence[Path], target: Path) -> Graphs:
    folder = target / "graphs"
    source, whole = _first_that_runs(paths, folder)
    ranks = _output_ranks(whole)
    image, text = folder / "visual.onnx", folder / "textual.onnx"
    try:
        split(whole, image, _choose_output(ranks, _IMAGE_OUTPUTS[:1], whole))
        split(whole, text, _choose_output(ranks, _TEXT_OUTPUTS[:1], whole))
    except OnnxFormatError as error:
        raise _unusable(whole.name, str(error)) from error
    whole.unlink()
    for half in (image, text):
        find_external_files(half)
    return Graphs(_image_graph(image, target, source), _text_graph(text, target), _weights(target))


def _first_that_runs(paths: Sequence[Path], folder: Path) -> tuple[Path, Path]:
    """Copies the first graph that onnxruntime takes, with its weights.

    Returns:
        Where it was, and where it is.
    """
    for path in paths[:-1]:
        try:
            return path, _copy(path, folder)
        except ModelError as error:
            # Some variants need operators that onnxruntime has for other processors alone.
            if error.code != _NOT_RUN:
                raise
            shutil.rmtree(folder)
    try:
        return paths[-1], _copy(paths[-1], folder)
    except ModelError as error:
        if error.code != _NOT_RUN:
            raise
        raise _unusable(paths[-1].name, "onnxruntime can't run it") from error


def _copy(path: Path, folder: Path) -> Path:
    """What is checked is the copy, which nobody can exchange."""
    folder.mkdir()
    for place in find_external_files(path):
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path.parent / place, folder / place)
    graph = folder / path.name
    if graph.exists():
        raise _unusable(path.name, "it is its own file of weights")
    shutil.copyfile(path, graph)
    find_external_files(graph)
    try:
        create_session(graph)
    except ModelError as error:
        raise ModelError(_NOT_RUN, error.user_message) from error
    return graph


def _weights(target: Path) -> tuple[str, ...]:
    files = (path for path in sorted(target.rglob("*")) if path.is_file())
    return tuple(p.relative_to(target).as_posix() for p in files if p.suffix != ".onnx")


def _image_graph(path: Path, target: Path, source: Path) -> ImageGraph:
    inputs = create_session(path).get_inputs()
    if len(inputs) != 1 or inputs[0].type != _PIXELS or len(inputs[0].shape) != 4:
        raise _unusable(path.name, "it doesn't take pictures as float32 [batch, 3, side, side]")
    batch, channels, height, width = map(_fixed, inputs[0].shape)
    if channels not in {None, 3} or height != width:
        raise _unusable(path.name, f"it takes pictures of the shape {inputs[0].shape}")
    output = _choose_output(_output_ranks(path), _IMAGE_OUTPUTS, path)
    return ImageGraph(path.relative_to(target).as_posix(), source, height, batch, output)


def _text_graph(path: Path, target: Path) -> TextGraph:
    every = create_session(path).get_inputs()
    inputs = [each for each in every if each.name not in _FURTHER_TEXT_INPUTS]
    if len(inputs) != 1 or inputs[0].type not in _MASK_TYPES or len(inputs[0].shape) != 2:
        raise _unusable(path.name, "it doesn't take token ids as integers [batch, length]")
    batch, length = map(_fixed, inputs[0].shape)
    if batch not in {None, 1}:
        raise _unusable(path.name, f"it takes {batch} texts at a time")
    output = _choose_output(_output_ranks(path), _TEXT_OUTPUTS, path)
    return TextGraph(path.relative_to(target).as_posix(), inputs[0].name, length, output)


def _output_ranks(path: Path) -> dict[str, int]:
    """How many axes each output has."""
    return {each.name: len(each.shape) for each in create_session(path).get_outputs()}


def _choose_output(ranks: Mapping[str, int], wanted: Sequence[str], path: Path) -> str:
    """By name, else the only one that is a vector for each input."""
    for name in wanted:
        if name in ranks:
            return name
    vectors = [name for name, rank in ranks.items() if rank == 2]
    if len(vectors) != 1:
        names = ", ".join(sorted(ranks))[:200]
        raise _unusable(path.name, f"it isn't clear which of its outputs is the vector ({names})")
    return vectors[0]


def _fixed(size: object) -> int | None:
    """A number, or None where the graph takes any (onnxruntime gives a name, or nothing)."""
    return size if isinstance(size, int) and size > 0 else None


def _unusable(name: str, reason: str) -> ModelError:
    return ModelError("model_incompatible", f"The file {name} can't be used: {reason}.")
