"""open_clip's networks with somebody's weights, and all that belongs to them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photofind.domain import ImageGeometry, Interpolation, ResizeMode
from photofind.exporting.architectures import Architecture, find_architecture
from photofind.exporting.request import ExportError
from photofind.exporting.texts import Texts, find_texts
from photofind.exporting.tools import import_open_clip, quiet
from photofind.exporting.weights import Weights, find_weights
from photofind.inference.spec import Preprocess

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.exporting.request import ExportRequest

logger = logging.getLogger(__name__)

_SMALLEST, _LARGEST = 16, 1024
"""Pixels of a side."""


@dataclass(frozen=True, slots=True)
class TorchNetwork:
    """A dual encoder in PyTorch.

    Attributes:
        model: open_clip's CustomTextCLIP, evaluating; `visual` and `text` are its towers.
        fused: the picture tower with its parallel branches merged (the same function, quicker).
        preprocess: of pictures.
        transform: open_clip's own preparation of a PIL picture; a tensor [3, size, size].
        texts: how words become token ids.
    """

    architecture: Architecture
    weights: Weights
    model: Any
    fused: Any
    preprocess: Preprocess
    transform: Callable[[Any], Any]
    texts: Texts

    @property
    def is_sigmoid(self) -> bool:
        """Trained with SigLIP's loss, whose cosines are lower than CLIP's."""
        return getattr(self.model, "logit_bias", None) is not None


def load_network(request: ExportRequest, work: Path) -> TorchNetwork:
    """Builds a network, loads its weights and finds out how pictures and words are prepared.

    Args:
        work: an existing folder for files in between.

    Raises:
        ExportError: something is missing, unknown or doesn't fit.
    """
    open_clip = import_open_clip()
    found = find_architecture(open_clip, request.architecture, work)
    if found.text.get("hf_model_name") and not Path(found.text["hf_model_name"]).exists():
        request.require_network()  # its configuration exists on the hub alone
    weights = find_weights(open_clip, found, request)
    texts = find_texts(open_clip, found, request, work)
    model = _load(open_clip, found, weights)
    preprocess = _preprocess(weights, model.visual)
    geometry = preprocess.geometry
    with quiet():
        transform = open_clip.image_transform(
            geometry.size,
            is_train=False,
            mean=preprocess.mean,
            std=preprocess.std,
            interpolation=geometry.interpolation.value,
            resize_mode=geometry.mode.value,
        )
    return TorchNetwork(found, weights, model, _fuse(model.visual), preprocess, transform, texts)


def _load(open_clip: Any, architecture: Architecture, weights: Weights) -> Any:
    try:
        with quiet():
            model = open_clip.create_model(
                architecture.name,
                pretrained=str(weights.path),
                force_quick_gelu=weights.quick_gelu,
                force_custom_text=True,  # the only class that takes texts of any length
                weights_only=True,
            )
    except Exception as error:  # the libraries raise anything for a file that is not what it seems
        logger.info("the weights can't be loaded", exc_info=True)
        raise ExportError(
            "export_weights",
            "{file} can't be used as weights of {architecture}. Check that both belong "
            "together and that the file is whole.",
            file=weights.path.name,
            architecture=architecture.name,
        ) from error
    _slice_masks(model.text)
    return model.eval()


def _slice_masks(text: Any) -> None:
    """Lets a causal text tower take fewer tokens than its context: its mask is cut to fit."""
    transformer = getattr(text, "transformer", None)
    if getattr(text, "attn_mask", None) is None or transformer is None:
        return

    def cut(_module: Any, args: Any, named: Any) -> Any:
        mask = named.get("attn_mask")
        if mask is None:
            return args, named
        length = args[0].shape[1]
        return args, {**named, "attn_mask": mask[..., :length, :length]}

    transformer.register_forward_pre_hook(cut, with_kwargs=True)


def _fuse(visual: Any) -> Any:
    if not hasattr(visual, "trunk"):
        return visual
    from timm.utils.model import reparameterize_model

    with quiet():
        return reparameterize_model(visual, inplace=False).eval()


def _preprocess(weights: Weights, visual: Any) -> Preprocess:
    size = visual.image_size
    sides = set(size) if isinstance(size, tuple | list) else {size}
    wanted = weights.preprocess
    try:
        (side,) = sides
        mode = ResizeMode(wanted["resize_mode"])
        interpolation = Interpolation(wanted["interpolation"])
        mean, std = (tuple(map(float, wanted[name])) for name in ("mean", "std"))
        assert len(mean) == len(std) == 3
        assert _SMALLEST <= side <= _LARGEST
    except (ValueError, KeyError, TypeError, AssertionError) as error:
        raise ExportError(
            "export_unknown",
            "photofind can't prepare pictures as this model wants them (size {size}, "
            "{mode}, {interpolation}).",
            size=size,
            mode=str(wanted.get("resize_mode")),
            interpolation=str(wanted.get("interpolation")),
        ) from error
    return Preprocess(ImageGeometry(int(side), mode, interpolation), mean, std)
