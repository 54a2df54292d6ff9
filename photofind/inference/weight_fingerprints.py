"""Which registry entry is it? The weights tell, whoever converted them."""

from __future__ import annotations

from photofind.inference import registry
from photofind.inference.spec_search import CutKind, DualEncoderSpec, RelevanceCuts

CLIP_CUTS = RelevanceCuts(CutKind.COSINE, text_gap=0.2, text_z=0.0, similar=0.7)
SIGMOID_CUTS = RelevanceCuts(CutKind.COSINE, text_gap=0.08, text_z=0.0, similar=0.8)
"""For weights that nobody calibrated: those of the same kind in the registry."""
CUTS_ARE_GUESSED = "The cut-offs are those of its kind; nobody calibrated them for these weights."

_CONVERTED = {
    # Xenova/clip-vit-base-patch32, Qdrant/clip-ViT-B-32-vision, immich-app/ViT-B-32__openai
    "583fd1110a514667812fee7d684952aaf82a99b959760c8d7dca7e0ab9839299": "clip-vit-b32-openai",
    "fd6e1402a588279d1723c7534d4bcba5bc0b14b47dfab0e46f8c47b8270d7d40": "clip-vit-b32-openai",
    "c68d3d9a200ddd2a8c8a5510b576d4c94d1ae383bf8b36dd8c084f94e1fb4d63": "clip-vit-b32-openai",
    "33a3df41ceef21acdf371af00f6dd0456ec1f9eba24d03a7720f9c3734e40859": "clip-vit-b32-openai",
    # immich-app/ViT-B-32__laion2b-s34b-b79k
    "b9ce24b91a8c62ef8d40ea786051709c93140104cbf2b6b4a2cc270df3838f9c": "clip-vit-b32-laion",
    # yurijmikhalevich/rclip-models
    "3f7e6f94e5a34bc7ee8aba84aec0f963f56974ab405fbcd334c8e1c3f832bd2c": "clip-vit-b32-256-datacomp",
    # onnx-community/siglip2-base-patch16-224-ONNX
    "5f2b401c1a4fc095702a5d45348e17ad46c4f87064085365b43c6e8eaa5c0070": "siglip2-b16-224",
    "c0573e3f4140c3a7c4e9cc5912bd6b26a033b46a6a8e8af26cbea262b163bcad": "siglip2-b16-224",
    # immich-app/ViT-B-32-SigLIP2-256__webli
    "e96b8a3d32ab1b683aa12c45312342b4a10d4befef5f195f5cf84eadf1938696": "siglip2-b32-256",
    # Xenova/clip-vit-large-patch14
    "ff49f8aa57c7abfd26e382eb083e4dbf988505223a9bd3767dbfd4e729206709": "clip-vit-l14-openai",
}
"""Picture graphs that others made of the same weights, by sha256."""


def find_by_weights(sha256: str | None) -> DualEncoderSpec | None:
    """The registry's entry for an official checkpoint, or for a picture graph made of one.

    Args:
        sha256: of that file; None finds nothing.
    """
    if sha256 is None:
        return None
    key = _CONVERTED.get(sha256)
    for spec in registry.specs_of(DualEncoderSpec):
        official = spec.image if spec.checkpoint is None else spec.checkpoint.file
        if sha256 == official.sha256 or spec.key == key:
            return spec
    return None
