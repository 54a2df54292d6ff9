"""BLIP of the transformers library with the weights of an official file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from photofind.exporting.errors import ExportError
from photofind.exporting.tools import import_transformers, quiet

if TYPE_CHECKING:
    from photofind.inference.checkpoints.tensors import Checkpoint

_HEAD = 64
"""Numbers of an attention head, in every BLIP."""
_POSITIONS = 512
_TIED = {
    "text_decoder.cls.predictions.decoder.weight": (
        "text_decoder.bert.embeddings.word_embeddings.weight"
    ),
    "text_decoder.cls.predictions.decoder.bias": "text_decoder.cls.predictions.bias",
}
"""Two names of one tensor; some files hold both, others one."""


def load_blip(checkpoint: Checkpoint, *, answers: bool) -> Any:
    """Builds the network that a file's tensors fit and fills it. Nothing of the file is executed.

    Args:
        answers: it answers questions, instead of writing captions.

    Raises:
        ExportError: export_tools_missing; export_weights, the file holds another network.
    """
    transformers = import_transformers()
    import torch

    kind = "BlipForQuestionAnswering" if answers else "BlipForConditionalGeneration"
    try:
        configuration = _configure(transformers, checkpoint)
        with quiet(), torch.device("meta"):
            network = getattr(transformers, kind)(configuration)
        values = {name: _read(checkpoint, name) for name in network.state_dict()}
        network.load_state_dict(values, assign=True)
    except (KeyError, RuntimeError, ValueError) as error:
        raise ExportError(
            "export_weights",
            f"The file {checkpoint.path.name} does not hold a BLIP of this kind ({error}).",
        ) from error
    for module in network.modules():
        if hasattr(module, "position_ids"):
            module.position_ids = torch.arange(_POSITIONS).expand((1, -1))
    return network.eval()


def _configure(transformers: Any, checkpoint: Checkpoint) -> Any:
    """Sizes as the tensors have them; the rest is the same for every BLIP."""
    shapes = {name: stored.shape for name, stored in checkpoint.tensors.items()}
    (width,) = shapes["vision_model.post_layernorm.weight"]
    places = shapes["vision_model.embeddings.position_embedding"][1]
    patch = shapes["vision_model.embeddings.patch_embedding.weight"][-1]
    words = shapes["text_decoder.bert.embeddings.word_embeddings.weight"]
    vision = {
        "hidden_size": width,
        "intermediate_size": 4 * width,
        "num_hidden_layers": _count(shapes, r"vision_model\.encoder\.layers\.(\d+)\."),
        "num_attention_heads": width // _HEAD,
        "image_size": patch * round((places - 1) ** 0.5),
        "patch_size": patch,
    }
    text = {
        "vocab_size": words[0],
        "hidden_size": words[1],
        "intermediate_size": 4 * words[1],
        "num_hidden_layers": _count(shapes, r"text_decoder\.bert\.encoder\.layer\.(\d+)\."),
        "num_attention_heads": words[1] // _HEAD,
    }
    return transformers.BlipConfig(text_config=text, vision_config=vision)


def _count(shapes: dict[str, tuple[int, ...]], pattern: str) -> int:
    found = (re.match(pattern, name) for name in shapes)
    return 1 + max((int(match[1]) for match in found if match), default=-1)


def _read(checkpoint: Checkpoint, name: str) -> Any:
    import torch

    pairs = {**_TIED, **{second: first for first, second in _TIED.items()}}
    stored = name if name in checkpoint.tensors else pairs.get(name, name)
    return torch.from_numpy(checkpoint.read(stored).copy())
