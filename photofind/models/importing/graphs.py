"""The graphs of a foreign layout: copied, checked, and asked what they take and give."""

from __future__ import annotations

import logging
import mmap
import re
import shutil
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from photofind.domain import ModelError
from photofind.inference.session import create_session
from photofind.models.importing.graph_bounds import check_bounds
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from photofind.models.importing.layouts import Layout

logger = logging.getLogger(__name__)

_IMAGE_OUTPUTS = ("image_embeds", "embedding", "pooler_output", "output", "image_features")
_TEXT_OUTPUTS = ("text_embeds", "embedding", "pooler_output", "output", "text_features")
_FURTHER_TEXT_INPUTS = frozenset({"attention_mask", "token_type_ids"})
_EXTERNAL_DATA: Final = re.compile(rb"\n\x08location\x12([\x80-\xff]?[\x00-\x7f])")
"""What stands before the name of a file of weights (onnx.proto, external_data), with its length."""
_PIXELS, _MASK_TYPES = "tensor(float)", frozenset({"tensor(int64)", "tensor(int32)"})


@dataclass(frozen=True, slots=True)
class ImageGraph:
    """The graph for pictures.

    Attributes:
        path: below the model's folder.
        source: the file that it was copied from.
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
    """Both towers.

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
    image_source, image = _first_that_runs(layout.images, target / "visual")
    _, text = _first_that_runs(layout.texts, target / "textual")
    return Graphs(
        _image_graph(image, target, image_source), _text_graph(text, target), _weights(target)
    )


def check_graph(path: Path) -> None:
    """Lets onnxruntime read a graph, which refuses operators that it doesn't have, weights from
    outside the graph's folder and what is damaged.

    Raises:
        ModelError: model_incompatible.
    """
    check_bounds(path)
    try:
        create_session(path)
    except ModelError as error:
        logger.info("onnxruntime refuses %s", path.name, exc_info=True)
        raise _unusable(
            path.name,
            Sentence(
                "it is damaged, needs operators that onnxruntime doesn't have, or wants weights "
                "from outside its folder"
            ),
        ) from error


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
            if error.code != "model_incompatible":
                raise
            shutil.rmtree(folder)
    return paths[-1], _copy(paths[-1], folder)


def _copy(path: Path, folder: Path) -> Path:
    """What is checked is the copy, which nobody can exchange; what was a link is a file there."""
    folder.mkdir()
    graph = folder / path.name
    shutil.copyfile(path, graph)
    for place in _find_external_data(graph):
        source, target = path.parent / place, folder / place
        if not source.is_file():
            raise ModelError(
                "model_missing",
                "The file {place}, which holds weights of {file}, is missing beside it.",
                place=place,
                file=path.name,
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            shutil.copyfile(source, target)
    check_graph(graph)
    return graph


def _find_external_data(graph: Path) -> Iterator[PurePosixPath]:
    """The files in a graph's folder that its weights are in, by the names that are written in it.

    Those elsewhere are passed over: without a copy of them onnxruntime refuses the graph.
    """
    if not graph.stat().st_size:
        return
    with (
        graph.open("rb") as stream,
        mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        for found in _EXTERNAL_DATA.finditer(content):
            *first, last = found[1]
            length = last << 7 | first[0] & 0x7F if first else last
            name = content[found.end() : found.end() + length].decode(errors="replace")
            place = PurePosixPath(name)
            is_plain = name.isprintable() and not set(name) & set("\\:")
            if place.parts and is_plain and not place.is_absolute() and ".." not in place.parts:
                yield place


def _weights(target: Path) -> tuple[str, ...]:
    files = (path for path in sorted(target.rglob("*")) if path.is_file())
    return tuple(p.relative_to(target).as_posix() for p in files if p.suffix != ".onnx")


def _image_graph(path: Path, target: Path, source: Path) -> ImageGraph:
    inputs = create_session(path).get_inputs()
    if len(inputs) != 1 or inputs[0].type != _PIXELS or len(inputs[0].shape) != 4:
        raise _unusable(
            path.name, Sentence("it doesn't take pictures as float32 [batch, 3, side, side]")
        )
    batch, channels, height, width = map(_fixed, inputs[0].shape)
    if channels not in {None, 3} or height != width:
        raise _unusable(
            path.name, Sentence("it takes pictures of the shape {shape}", shape=inputs[0].shape)
        )
    output = _choose_output(_output_ranks(path), _IMAGE_OUTPUTS, path)
    return ImageGraph(path.relative_to(target).as_posix(), source, height, batch, output)


def _text_graph(path: Path, target: Path) -> TextGraph:
    every = create_session(path).get_inputs()
    inputs = [each for each in every if each.name not in _FURTHER_TEXT_INPUTS]
    if len(inputs) != 1 or inputs[0].type not in _MASK_TYPES or len(inputs[0].shape) != 2:
        raise _unusable(
            path.name, Sentence("it doesn't take token ids as integers [batch, length]")
        )
    batch, length = map(_fixed, inputs[0].shape)
    if batch not in {None, 1}:
        raise _unusable(path.name, Sentence("it takes {batch} texts at a time", batch=batch))
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
        raise _unusable(
            path.name,
            Sentence("it isn't clear which of its outputs is the vector ({names})", names=names),
        )
    return vectors[0]


def _fixed(size: object) -> int | None:
    """A number, or None where the graph takes any (onnxruntime gives a name, or nothing)."""
    return size if isinstance(size, int) and size > 0 else None


def _unusable(name: str, reason: Sentence) -> ModelError:
    return ModelError(
        "model_incompatible", "The file {name} can't be used: {reason}.", name=name, reason=reason
    )
