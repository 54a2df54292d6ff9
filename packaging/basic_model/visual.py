"""The picture's half: EfficientNet-lite2 and NanoDet with the joint space on top."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from basic_model import layout
from basic_model.attributes import read_attributes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from basic_model.concepts import Concepts
    from basic_model.head import Head

OUTPUTS = ("image_embeds", "similar_embeds", "class_posterior", "object_presence")
INT8_AXES = {"classifier": 0, "classes_0": 0, "classes_1": 0, "captions_0": 1, "captions_1": 1}
"""The weights stored as int8, with the axis of their channels."""
_IMAGENET_MEANS = (123.675, 116.28, 103.53)
_IMAGENET_DEVIATIONS = (58.395, 57.12, 57.375)
_OPSET = 17
_SMALLEST_PROBABILITY = 1e-9  # keeps the square root's argument away from zero


@dataclass(frozen=True, slots=True)
class Joint:
    """What joins pictures with the words of one sentence encoder.

    Attributes:
        captions: float32 [600, 1022 + 80 + 192], everyday captions as queries, for hubness.
    """

    concepts: Concepts
    head: Head
    captions: NDArray[np.float32]


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

    H and W are multiples of 32. image_embeds [B, 1489] and similar_embeds [B, 1280] have unit
    length, class_posterior [B, 1000] sums to 1, object_presence [B, 80] lies between 0 and 1.
    """

    def __init__(
        self,
        network: torch.nn.Module,
        detector: torch.nn.Module,
        people: NDArray[np.float32],
        joints: Sequence[Joint],
    ) -> None:
        """Puts the joint space on top of both networks.

        Args:
            people: float32 [1000], 1 for classes whose photos show people.
            joints: one for each sentence encoder, in the order of `layout`.
        """
        super().__init__()
        self.network = network
        self.detector = detector
        self.register_buffer("shows_people", torch.tensor(people))
        self.register_buffer("means", _channels(_IMAGENET_MEANS))
        self.register_buffer("deviations", _channels(_IMAGENET_DEVIATIONS))
        # The classifier as a 1x1 convolution: it says what each place of the picture shows.
        classifier = network.get_submodule("_fc")
        self.register_buffer("classifier", classifier.weight.detach()[:, :, None, None].clone())
        self.register_buffer("classifier_bias", classifier.bias.detach().clone())
        self.joints = len(joints)
        for index, joint in enumerate(joints):
            head = joint.head
            for name, values in (
                ("classes", joint.concepts.classes),
                ("principal", joint.concepts.principal),
                ("head_features", head.features),
                ("head_presence", head.presence),
                ("head_posterior", head.posterior),
                ("head_bias", head.bias),
                ("captions", joint.captions.T.copy()),
            ):
                self.register_buffer(f"{name}_{index}", torch.tensor(values))

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, ...]:
        presence = self._presence(pixels)
        features = self.network.extract_features(pixels)
        logits = torch.nn.functional.conv2d(features, self.classifier, self.classifier_bias)
        whole = torch.softmax(logits.mean((2, 3)) / layout.TEMPERATURE, 1)
        places = torch.softmax(logits / layout.TEMPERATURE, 1).mean((2, 3))
        posterior = 0.5 * whole + 0.5 * places
        pooled = features.mean((2, 3))
        joint = self._joint_vector(pixels, pooled, posterior, presence)
        return joint, _unit(pooled), posterior, presence

    def _presence(self, pixels: torch.Tensor) -> torch.Tensor:
        """How surely each object is somewhere in the picture, [B, 80] between 0 and 1."""
        size = (layout.DETECTOR_SIZE, layout.DETECTOR_SIZE)
        small = torch.nn.functional.interpolate(
            pixels, size=size, mode="bilinear", align_corners=False
        )
        blue_first = ((small * 127.5 + 127.5 - self.means) / self.deviations).flip(1)
        levels = [level.amax((2, 3)) for level in self.detector(blue_first)]
        logits = torch.stack(levels, 1).amax(1)
        return torch.sigmoid(layout.PRESENCE_SLOPE * logits + layout.PRESENCE_SHIFT)

    def _joint_vector(
        self,
        pixels: torch.Tensor,
        pooled: torch.Tensor,
        posterior: torch.Tensor,
        presence: torch.Tensor,
    ) -> torch.Tensor:
        seen = torch.sqrt(presence + _SMALLEST_PROBABILITY)
        classes = torch.sqrt(posterior + _SMALLEST_PROBABILITY)
        people = torch.sqrt(
            (posterior * self.shows_people).sum(1, keepdim=True) + _SMALLEST_PROBABILITY
        )
        shared = torch.cat(
            [
                classes,
                layout.ATTRIBUTE_WEIGHT * read_attributes(pixels),
                (layout.PEOPLE_WEIGHT * people).expand(-1, layout.PEOPLE),
                seen,
            ],
            1,
        )
        directions, hubness = [], []
        for index in range(self.joints):

            def part(name: str, index: int = index) -> torch.Tensor:
                return getattr(self, f"{name}_{index}")

            direction = (
                _unit(posterior @ part("classes")) @ part("principal")
                + pooled @ part("head_features")
                + seen @ part("head_presence")
                + classes @ part("head_posterior")
                + part("head_bias")
            )
            scores = torch.cat([shared, direction], 1) @ part("captions")
            best = torch.topk(scores, layout.HUB_CAPTIONS, dim=1)[0].mean(1, keepdim=True)
            directions.append(direction)
            hubness.append(-layout.HUB_WEIGHT / layout.HUB_SCALE * best)
        parts = torch.cat([shared, *directions, *hubness], 1)
        squared = (parts * parts).sum(1, keepdim=True)
        rest = torch.sqrt(torch.clamp(layout.SQUARED_NORM - squared, min=0.0))
        # No photo is that long, but whatever is has unit length too.
        length = torch.sqrt(torch.clamp(squared, min=layout.SQUARED_NORM))
        return torch.cat([parts, rest], 1) / length


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


def _channels(values: tuple[float, ...]) -> torch.Tensor:
    return torch.tensor(values)[None, :, None, None]


def _unit(vectors: torch.Tensor) -> torch.Tensor:
    return vectors / torch.sqrt((vectors * vectors).sum(1, keepdim=True))
