"""The description of an exported model."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from photofind.exporting.graphs import IMAGE_OUTPUT, TEXT_INPUT, TEXT_OUTPUT
from photofind.inference.portable import short_name
from photofind.inference.spec import Figures, FileSpec, SourceKind
from photofind.inference.spec_search import (
    DualEncoderSpec,
    ImageOutputs,
    Padding,
    Published,
)
from photofind.inference.store import hash_model_file
from photofind.inference.weight_fingerprints import (
    CLIP_CUTS,
    CUTS_ARE_GUESSED,
    SIGMOID_CUTS,
    find_by_weights,
)

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.exporting.networks import TorchNetwork
    from photofind.inference.spec_search import PaddingKind

IMAGE_NAME, TEXT_NAME, TOKENIZER_NAME = "visual.onnx", "textual.onnx", "tokenizer.json"


def model_name(architecture: str, weights: str) -> str:
    """A name for folders and command lines."""
    return short_name(f"{architecture.removesuffix('.json')}-{weights}")


def describe(network: TorchNetwork, dim: int, padding: PaddingKind) -> DualEncoderSpec:
    """Describes a model whose files are not written yet.

    Weights that the registry knows bring its title, licence, figures and cut-offs along.
    """
    architecture, weights = network.architecture, network.weights
    known = find_by_weights(weights.file.sha256)
    guessed = SIGMOID_CUTS if network.is_sigmoid else CLIP_CUTS
    english = not architecture.text.get("hf_tokenizer_name")
    return DualEncoderSpec(
        key=model_name(architecture.name, weights.name),
        title=f"{architecture.name} ({weights.name})" if known is None else known.title,
        notice="Exported on a person's own computer." if known is None else known.notice,
        licence="not stated" if known is None else known.licence,
        source=f"open_clip {version('open_clip_torch')}: {architecture.name}, {weights.file.path}",
        revision=weights.file.sha256 or "",
        languages=known.languages if known is not None else ("en",) if english else ("mul",),
        source_kind=SourceKind.IMPORTED,
        image=FileSpec(IMAGE_NAME),
        text=FileSpec(TEXT_NAME),
        tokenizer=FileSpec(TOKENIZER_NAME),
        dim=dim,
        context_length=network.texts.context_length,
        preprocess=network.preprocess,
        image_outputs=ImageOutputs(IMAGE_OUTPUT),
        text_input=TEXT_INPUT,
        text_output=TEXT_OUTPUT,
        padding=Padding(padding, network.texts.pad_id),
        cleaning=network.texts.cleaning,
        cuts=guessed if known is None else known.cuts,
        published=Published() if known is None else known.published,
        figures=Figures() if known is None else known.figures,
        not_established=(CUTS_ARE_GUESSED,) if known is None else known.not_established,
    )


def describe_file(folder: Path, name: str) -> FileSpec:
    """A file as it was written."""
    sha256, size = hash_model_file(folder / name)
    return FileSpec(name, sha256, size)
