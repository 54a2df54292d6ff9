"""BLIP of the transformers library with the weights of an official file."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any, Final

from photofind.exporting.request import ExportError
from photofind.exporting.tools import import_library, quiet

if TYPE_CHECKING:
    from shipped_graphs.blip import Blip

    from photofind.inference.checkpoints.tensors import TensorFile

logger = logging.getLogger(__name__)

NEEDED: Final = ("torch", "torchvision", "transformers", "onnx")
_HEAD = 64
"""Numbers of an attention head, in every BLIP."""
_TIED = {
    "text_decoder.cls.predictions.decoder.weight": (
        "text_decoder.bert.embeddings.word_embeddings.weight"
    ),
    "text_decoder.cls.predictions.decoder.bias": "text_decoder.cls.predictions.bias",
}
"""Two names of one tensor; some files hold both, others one."""


def import_transformers() -> Any:
    """Imports transformers.

    Raises:
        ExportError: export_tools_missing.
    """
    return import_library("transformers", NEEDED)


def measure_blip(checkpoint: TensorFile, *, answers: bool) -> Blip:
    """The sizes of a file's network, by the shapes of its tensors.

    Args:
        answers: it answers questions, instead of writing captions.

    Raises:
        ExportError: export_tools_missing; export_weights, the file holds another network.
    """
    import_transformers()
    from shipped_graphs.blip import Blip

    shapes = {name: stored.shape for name, stored in checkpoint.tensors.items()}
    try:
        (width,) = shapes["vision_model.post_layernorm.weight"]
        _, places, _ = shapes["vision_model.embeddings.position_embedding"]
        *_, patch = shapes["vision_model.embeddings.patch_embedding.weight"]
        vocabulary, text_width = shapes["text_decoder.bert.embeddings.word_embeddings.weight"]
        context, _ = shapes["text_decoder.bert.embeddings.position_embeddings.weight"]
    except (KeyError, ValueError) as error:
        raise _wrong_kind(checkpoint) from error
    return Blip(
        image_width=width,
        image_layers=_count(shapes, r"vision_model\.encoder\.layers\.(\d+)\."),
        image=patch * round((places - 1) ** 0.5),
        patch=patch,
        width=text_width,
        layers=_count(shapes, r"text_decoder\.bert\.encoder\.layer\.(\d+)\."),
        answers=answers,
        context=context,
        vocabulary=vocabulary,
    )


def load_blip(checkpoint: TensorFile, sizes: Blip) -> Any:
    """Builds transformers' network and fills it. Nothing of the file is executed.

    Raises:
        ExportError: export_tools_missing; export_weights, the file holds another network.
    """
    transformers = import_transformers()
    import torch

    kind = "BlipForQuestionAnswering" if sizes.answers else "BlipForConditionalGeneration"
    try:
        with quiet(), torch.device("meta"):
            network = getattr(transformers, kind)(_configure(transformers, sizes))
        values = {name: _read(checkpoint, name) for name in network.state_dict()}
        network.load_state_dict(values, assign=True)
    except (KeyError, RuntimeError, ValueError) as error:
        raise _wrong_kind(checkpoint) from error
    for module in network.modules():
        if hasattr(module, "position_ids"):
            module.position_ids = torch.arange(sizes.context).expand((1, -1))
    return network.eval()


def _wrong_kind(checkpoint: TensorFile) -> ExportError:
    """To be called while the error is handled that tells what is wrong."""
    logger.info("the checkpoint holds another network", exc_info=True)
    return ExportError(
        "export_weights",
        f"The file {checkpoint.path.name} does not hold a BLIP of this kind. Check that it is the"
        " official file of the model that was named.",
    )


def _configure(transformers: Any, sizes: Blip) -> Any:
    vision = {
        "hidden_size": sizes.image_width,
        "intermediate_size": 4 * sizes.image_width,
        "num_hidden_layers": sizes.image_layers,
        "num_attention_heads": sizes.image_width // _HEAD,
        "image_size": sizes.image,
        "patch_size": sizes.patch,
    }
    text = {
        "vocab_size": sizes.vocabulary,
        "hidden_size": sizes.width,
        "intermediate_size": 4 * sizes.width,
        "num_hidden_layers": sizes.layers,
        "num_attention_heads": sizes.width // _HEAD,
        "max_position_embeddings": sizes.context,
    }
    return transformers.BlipConfig(text_config=text, vision_config=vision)


def _count(shapes: dict[str, tuple[int, ...]], pattern: str) -> int:
    found = (re.match(pattern, name) for name in shapes)
    return 1 + max((int(match[1]) for match in found if match), default=-1)


def _read(checkpoint: TensorFile, name: str) -> Any:
    import torch

    pairs = {**_TIED, **{second: first for first, second in _TIED.items()}}
    stored = name if name in checkpoint.tensors else pairs.get(name, name)
    return torch.from_numpy(checkpoint.read(stored).copy())
