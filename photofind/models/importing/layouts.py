"""Where a model's parts lie in the folders that others make."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from photofind.domain import ModelError
from photofind.inference.portable import SPEC_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MOST_DEPTH = 3
"""Folders around the model: archives mostly have one, of their own name."""
_MOST_FOLDERS = 2_000
_VARIANTS = ("_quantized", "", "_int8", "_uint8")
"""Endings of transformers.js, the best for a processor first; float16 and less are slower there."""
_TOKENIZER, _PREPROCESSOR, _CONFIG = "tokenizer.json", "preprocessor_config.json", "config.json"
_MOBILECLIP_SIZES = frozenset({"s0", "s1", "s2", "s3", "s4", "b", "l14"})


class Kind(StrEnum):
    """Whose layout it is."""

    OWN = "photofind"
    IMMICH = "immich"
    TRANSFORMERS_JS = "transformers.js"
    MOBILECLIP = "mobileclip"
    RCLIP = "rclip"


@dataclass(frozen=True, slots=True)
class Layout:
    """A model's parts.

    Attributes:
        folder: what the others lie in; its name is the model's.
        images, texts: graphs for pictures and for words, the best first.
        tokenizer: None: CLIP's own.
        preprocessor, config: JSON files about pictures and about the model; None: there is none.
    """

    kind: Kind
    folder: Path
    images: tuple[Path, ...]
    texts: tuple[Path, ...]
    tokenizer: Path | None
    preprocessor: Path | None = None
    config: Path | None = None


def find_layout(folder: Path) -> Layout:
    """Recognises the model in a folder, or in the only folder inside it.

    Raises:
        ModelError: model_incompatible, there is none, or more than one.
    """
    found = [layout for place in _folders(folder, 0) if (layout := _recognise(place)) is not None]
    # A repository's own folder comes before what is found in the folders below it.
    found = [one for one in found if not any(_is_above(other, one) for other in found)]
    if len(found) > 1:
        names = ", ".join(str(one.folder.relative_to(folder)) for one in found[:8])
        raise ModelError(
            "model_incompatible",
            "There are several models in {folder}: {names}. Import the folder of one.",
            folder=folder.name,
            names=names,
        )
    if not found:
        raise ModelError(
            "model_incompatible",
            "There is no model in {folder} that photofind knows how to read. It knows "
            "the layouts of its own export, immich, transformers.js with a graph for "
            "pictures and one for words, rclip and MobileCLIP2 as ONNX, and the official "
            "files of the models in its list.",
            folder=folder.name,
        )
    return found[0]


def _is_above(other: Layout, one: Layout) -> bool:
    return other.folder != one.folder and one.folder.is_relative_to(other.folder)


def _folders(folder: Path, depth: int) -> Iterator[Path]:
    yield folder
    if depth < _MOST_DEPTH:
        inside = sorted(path for path in folder.iterdir() if path.is_dir())
        for path in inside[:_MOST_FOLDERS]:
            yield from _folders(path, depth + 1)


def _recognise(folder: Path) -> Layout | None:
    recognisers = (_own, _immich, _transformers_js, _rclip, _mobileclip)
    return next((layout for use in recognisers if (layout := use(folder)) is not None), None)


def _own(folder: Path) -> Layout | None:
    if not (folder / SPEC_NAME).is_file():
        return None
    return Layout(Kind.OWN, folder, (), (), folder / _TOKENIZER)


def _immich(folder: Path) -> Layout | None:
    """immich-app/…: visual/model.onnx and textual/model.onnx."""
    image, text = folder / "visual" / "model.onnx", folder / "textual" / "model.onnx"
    if not (image.is_file() and text.is_file()):
        return None
    return Layout(
        Kind.IMMICH,
        folder,
        (image,),
        (text,),
        _file(text.with_name(_TOKENIZER)),
        _file(image.with_name("preprocess_cfg.json")),
        _file(folder / _CONFIG),
    )


def _transformers_js(folder: Path) -> Layout | None:
    """Xenova/…, onnx-community/…: onnx/vision_model….onnx and onnx/text_model….onnx."""
    graphs = folder / "onnx"
    if not (folder / _TOKENIZER).is_file() or not graphs.is_dir():
        return None
    images, texts = _variants(graphs, "vision_model"), _variants(graphs, "text_model")
    if not (images and texts):
        return None
    return Layout(
        Kind.TRANSFORMERS_JS,
        folder,
        images,
        texts,
        folder / _TOKENIZER,
        _file(folder / _PREPROCESSOR),
        _file(folder / _CONFIG),
    )


def _rclip(folder: Path) -> Layout | None:
    """yurijmikhalevich/rclip-models/…: visual.onnx and textual.onnx."""
    image, text = folder / "visual.onnx", folder / "textual.onnx"
    if not (image.is_file() and text.is_file()):
        return None
    return Layout(Kind.RCLIP, folder, (image,), (text,), _file(folder / _TOKENIZER))


def _mobileclip(folder: Path) -> Layout | None:
    """plhery/mobileclip2-onnx: onnx/s0/vision_model.onnx, onnx/s0/text_model.onnx."""
    if folder.name.lower() not in _MOBILECLIP_SIZES:
        return None
    images, texts = _variants(folder, "vision_model"), _variants(folder, "text_model")
    if not (images and texts):
        return None
    # int8 breaks its pictures (13 of 40 found instead of 40).
    exact = tuple(path for path in images if path.name == "vision_model.onnx")
    if not exact:
        return None
    return Layout(Kind.MOBILECLIP, folder, exact, texts, _file(folder / _TOKENIZER))


def _variants(folder: Path, stem: str) -> tuple[Path, ...]:
    paths = (folder / f"{stem}{ending}.onnx" for ending in _VARIANTS)
    return tuple(path for path in paths if path.is_file())


def _file(path: Path) -> Path | None:
    return path if path.is_file() else None
