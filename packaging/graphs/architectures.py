"""Every architecture whose graphs photofind ships."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from graphs import layouts
from graphs.clip import Clip
from graphs.transformer import Activation

if TYPE_CHECKING:
    from graphs.weights import Layout


@dataclass(frozen=True, slots=True)
class Architecture:
    """One folder of graphs.

    Attributes:
        name: of the folder.
        layout: of the checkpoints that fit.
    """

    name: str
    network: Clip
    layout: Layout


_VIT_B_32 = Clip(
    dim=512,
    image=224,
    patch=32,
    image_width=768,
    image_layers=12,
    text_width=512,
    text_layers=12,
    activation=Activation.GELU,
)

ALL = (
    Architecture(
        "clip-vit-b32-quickgelu.transformers",
        replace(_VIT_B_32, activation=Activation.QUICK_GELU),
        layouts.transformers_clip,
    ),
    Architecture("clip-vit-b32.open-clip", _VIT_B_32, layouts.open_clip),
    Architecture("clip-vit-b32-256.open-clip", replace(_VIT_B_32, image=256), layouts.open_clip),
)
