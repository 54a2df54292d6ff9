"""Every architecture whose graphs photofind ships."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shipped_graphs import layouts
from shipped_graphs.blip import Blip
from shipped_graphs.clip import Clip
from shipped_graphs.siglip import SigLip
from shipped_graphs.transformer import Activation
from shipped_graphs.xlm_roberta import XlmRobertaClip

if TYPE_CHECKING:
    from shipped_graphs.network import ShippedNetwork
    from shipped_graphs.weights import Layout


@dataclass(frozen=True, slots=True)
class Architecture:
    """One folder of graphs.

    Attributes:
        folder: below the resources.
        layout: of the checkpoints that fit.
    """

    folder: str
    network: ShippedNetwork
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
_SIGLIP_B = SigLip(dim=768, image=256, patch=32, layers=12, heads=12)

ALL = (
    Architecture(
        "graphs/clip-vit-b32-quickgelu.transformers",
        replace(_VIT_B_32, activation=Activation.QUICK_GELU),
        layouts.transformers_clip,
    ),
    Architecture("graphs/clip-vit-b32.open-clip", _VIT_B_32, layouts.open_clip),
    Architecture(
        "graphs/clip-vit-b32-256.open-clip", replace(_VIT_B_32, image=256), layouts.open_clip
    ),
    Architecture(
        "graphs/tinyclip-vit-40m-32.transformers",
        # Its authors train and evaluate with GELU, like its teacher (LAION-2B's ViT-B/32).
        replace(_VIT_B_32, image_width=512, text_layers=6),
        layouts.transformers_clip,
    ),
    Architecture("graphs/siglip2-b32-256.transformers", _SIGLIP_B, layouts.transformers_siglip),
    Architecture(
        "graphs/siglip2-b16-224.transformers",
        replace(_SIGLIP_B, image=224, patch=16),
        layouts.transformers_siglip,
    ),
    Architecture(
        "graphs/clip-xlm-roberta-b32.open-clip", XlmRobertaClip(_VIT_B_32), layouts.open_clip
    ),
    Architecture(
        "graphs/clip-vit-l14-quickgelu.transformers",
        Clip(
            dim=768,
            image=224,
            patch=14,
            image_width=1024,
            image_layers=24,
            text_width=768,
            text_layers=12,
            activation=Activation.QUICK_GELU,
        ),
        layouts.transformers_clip,
    ),
    Architecture("models/blip/base", Blip(), layouts.transformers_blip),
    Architecture(
        "models/blip/large",
        Blip(image_width=1024, image_layers=24),
        layouts.transformers_blip,
    ),
    Architecture("models/blip/vqa-base", Blip(answers=True), layouts.transformers_blip),
)
