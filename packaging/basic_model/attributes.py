"""Colours and light, read from the pixels themselves: no class of ImageNet knows them."""

from __future__ import annotations

from dataclasses import dataclass

import torch

_POOL = 9
"""Pixels are averaged over squares of this side: 288 → 32, texture and noise go."""
_LUMINANCE = (0.3, 0.59, 0.11)
_SOFTNESS = 0.012
"""Squared colour distance at which a prototype's share falls to 1/e."""
_FULL_SHARE = 0.30
"""A colour that covers this share of the picture counts fully."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """Something to be read from pixels, and the words for it.

    Attributes:
        prototypes: sRGB between 0 and 1 of typical colours; empty for what isn't a colour.
    """

    key: str
    text: str
    prototypes: tuple[tuple[float, float, float], ...] = ()


def _colour(name: str, *prototypes: tuple[float, float, float]) -> Attribute:
    return Attribute(name, f"the color {name}, something {name}, {name} colored", prototypes)


COLOURS = (
    _colour("black", (0.06, 0.06, 0.06)),
    _colour("white", (0.96, 0.96, 0.96), (0.86, 0.88, 0.92)),
    _colour("grey", (0.35, 0.35, 0.35), (0.6, 0.6, 0.6)),
    _colour("red", (0.75, 0.1, 0.1), (0.55, 0.08, 0.1)),
    _colour("orange", (0.95, 0.5, 0.12), (0.85, 0.4, 0.1)),
    _colour("yellow", (0.95, 0.85, 0.2), (0.85, 0.75, 0.25)),
    _colour("green", (0.2, 0.5, 0.15), (0.35, 0.5, 0.2), (0.45, 0.65, 0.3)),
    _colour("blue", (0.15, 0.3, 0.7), (0.35, 0.55, 0.85), (0.1, 0.15, 0.4)),
    _colour("turquoise", (0.2, 0.65, 0.7)),
    _colour("purple", (0.45, 0.2, 0.6)),
    _colour("pink", (0.92, 0.55, 0.7), (0.85, 0.3, 0.55)),
    _colour("brown", (0.4, 0.25, 0.13), (0.6, 0.45, 0.3)),
)
SCENES = (
    Attribute("black and white", "a black and white photo, monochrome"),
    Attribute("night", "a dark photo taken at night, night lights"),
    Attribute("sunset", "an orange sunset or sunrise sky, dusk and dawn"),
    Attribute("blue sky", "a clear blue sky"),
    Attribute("green grass", "green grass, a green field, green forest"),
)
ATTRIBUTES = COLOURS + SCENES

# Constants of the graph: made once, outside of what is traced.
_PROTOTYPES = torch.tensor([prototype for colour in COLOURS for prototype in colour.prototypes])
_OWNERS = torch.nn.functional.one_hot(
    torch.tensor([i for i, colour in enumerate(COLOURS) for _ in colour.prototypes]), len(COLOURS)
).float()
_LIGHT = torch.tensor(_LUMINANCE)


def read_attributes(pixels: torch.Tensor) -> torch.Tensor:
    """Says how much of each attribute a picture has.

    The constants were chosen by eye and by retrieval on COCO photos.

    Args:
        pixels: float32 [B, 3, H, W], RGB between -1 and 1.

    Returns:
        float32 [B, len(ATTRIBUTES)], between 0 and 1, in the order of ATTRIBUTES.
    """
    pooled = torch.nn.functional.avg_pool2d(pixels * 0.5 + 0.5, _POOL)
    colours = pooled.permute(0, 2, 3, 1)
    shares = _colour_shares(colours)
    present = torch.clamp(shares.mean((1, 2)) / _FULL_SHARE, 0, 1).sqrt()
    return torch.cat([present, torch.stack(_scenes(colours, shares), 1)], 1)


def _colour_shares(colours: torch.Tensor) -> torch.Tensor:
    """Shares every pixel [B, h, w, 3] among the colours: [B, h, w, 12], summing to 1."""
    offsets = _opponent(colours).unsqueeze(-2) - _opponent(_PROTOTYPES)
    return torch.softmax(-(offsets**2).sum(-1) / _SOFTNESS, -1) @ _OWNERS


def _opponent(rgb: torch.Tensor) -> torch.Tensor:
    """Lightness, red against green, yellow against blue; hue counts twice as much as light."""
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    light = _LUMINANCE[0] * red + _LUMINANCE[1] * green + _LUMINANCE[2] * blue
    return torch.stack([0.7 * light, 1.3 * (red - green), 1.3 * (0.5 * (red + green) - blue)], -1)


def _scenes(colours: torch.Tensor, shares: torch.Tensor) -> list[torch.Tensor]:
    """The SCENES, [B] each."""
    lightness = (colours * _LIGHT).sum(-1).mean((1, 2))
    chroma = (colours.amax(-1) - colours.amin(-1)).mean((1, 2))
    half = shares.shape[1] // 2
    upper_shares, lower_shares = shares[:, :half].mean((1, 2)), shares[:, half:].mean((1, 2))
    upper = {colour.key: upper_shares[:, i] for i, colour in enumerate(COLOURS)}
    lower = {colour.key: lower_shares[:, i] for i, colour in enumerate(COLOURS)}

    monochrome = torch.clamp((0.045 - chroma) / 0.03, 0, 1)
    night = torch.clamp((0.34 - lightness) / 0.2, 0, 1) * (1 - monochrome)
    warm_sky = (
        upper["orange"]
        + upper["yellow"]
        + 0.5 * upper["pink"]
        + 0.4 * upper["red"]
        + 0.3 * upper["brown"]
    )
    dark_ground = lower["black"] + 0.5 * lower["brown"] + 0.5 * lower["grey"]
    sunset = torch.clamp(warm_sky / 0.3, 0, 1) * torch.clamp(dark_ground / 0.5, 0, 1)
    bright_sky = upper["blue"] + 0.5 * upper["turquoise"] + 0.3 * upper["white"]
    sky = torch.clamp(bright_sky / 0.6, 0, 1) * torch.clamp(upper["blue"] / 0.15, 0, 1)
    grass = torch.clamp(lower["green"] / 0.4, 0, 1)
    return [monochrome, night, sunset, sky.sqrt(), grass.sqrt()]
