"""The picture's half: EfficientNet-lite2 with the joint space on top."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import torch

from basic_model import layout
from basic_model.attributes import read_attributes
from basic_model.concepts import PERSON_TEXTS

if TYPE_CHECKING:
    from pathlib import Path

    from basic_model.concepts import Concepts

OUTPUTS = ("image_embeds", "similar_embeds", "class_posterior")
_OPSET = 17
_SMALLEST_PROBABILITY = 1e-9  # keeps the square root's argument away from zero


def load_network(code_wheel: Path, weights: bytes) -> torch.nn.Module:
    """Makes EfficientNet-lite2, its code taken from the checked wheel itself.

    Args:
        weights: the content of the official .pth file.
    """
    sys.path.insert(0, str(code_wheel))
    from efficientnet_lite_pytorch import EfficientNet

    network = EfficientNet.from_name("efficientnet-lite2")
    state = torch.load(io.BytesIO(weights), map_location="cpu", weights_only=True)
    network.load_state_dict(state)
    return network.eval()


class VisualEncoder(torch.nn.Module):  # type: ignore[misc]  # torch is not seen by the checker
    """Pictures float32 [B, 3, H, W] between -1 and 1 → OUTPUTS.

    H and W are multiples of 32. image_embeds [B, 1407] and similar_embeds [B, 1280] have unit
    length, class_posterior [B, 1000] sums to 1.
    """

    def __init__(self, network: torch.nn.Module, concepts: Concepts) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("class_directions", torch.tensor(concepts.classes))
        self.register_buffer("shows_people", torch.tensor(concepts.shows_people))
        # The classifier as a 1x1 convolution: it says what each place of the picture shows.
        classifier = network.get_submodule("_fc")
        self.register_buffer("weight", classifier.weight.detach()[:, :, None, None].clone())
        self.register_buffer("bias", classifier.bias.detach().clone())

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        features = self.network.extract_features(pixels)
        logits = torch.nn.functional.conv2d(features, self.weight, self.bias)
        whole = torch.softmax(logits.mean((2, 3)) / layout.TEMPERATURE, 1)
        places = torch.softmax(logits / layout.TEMPERATURE, 1).mean((2, 3))
        posterior = 0.5 * whole + 0.5 * places
        return (
            self._joint_vector(pixels, posterior),
            _unit(features.mean((2, 3))),
            posterior,
        )

    def _joint_vector(self, pixels: torch.Tensor, posterior: torch.Tensor) -> torch.Tensor:
        people = torch.sqrt(
            (posterior * self.shows_people).sum(1, keepdim=True) + _SMALLEST_PROBABILITY
        )
        parts = torch.cat(
            [
                torch.sqrt(posterior + _SMALLEST_PROBABILITY),
                layout.ATTRIBUTE_WEIGHT * read_attributes(pixels),
                (layout.PEOPLE_WEIGHT * people).expand(-1, len(PERSON_TEXTS)),
                _unit(posterior @ self.class_directions),
            ],
            1,
        )
        missing = layout.SQUARED_NORM - (parts * parts).sum(1, keepdim=True)
        rest = torch.sqrt(torch.clamp(missing, min=0.0))
        return torch.cat([parts, rest], 1) / layout.SQUARED_NORM**0.5


def export_visual(encoder: VisualEncoder) -> bytes:
    """Writes the encoder as an ONNX graph with any batch size, height and width."""
    size = layout.IMAGE_SIZE
    example = torch.zeros(2, 3, size, size)
    axes = {"pixel_values": {0: "batch", 2: "height", 3: "width"}}
    axes |= {name: {0: "batch"} for name in OUTPUTS}
    buffer = io.BytesIO()
    # The tracing exporter folds batch normalisation into the convolutions.
    torch.onnx.export(
        encoder.eval(),
        (example,),
        buffer,
        input_names=["pixel_values"],
        output_names=list(OUTPUTS),
        dynamic_axes=axes,
        opset_version=_OPSET,
        dynamo=False,
    )
    return buffer.getvalue()


def _unit(vectors: torch.Tensor) -> torch.Tensor:
    return vectors / torch.sqrt((vectors * vectors).sum(1, keepdim=True))
