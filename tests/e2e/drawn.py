"""Pictures of one colour each, which a description tells apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from pathlib import Path

COLOURS = {"a": "red", "b": "blue", "c": "green", "d": "yellow", "e": "white", "f": "black"}
"""Drawn pictures by file name, which doesn't give the colour away."""


def draw(path: Path, colour: str) -> Path:
    """A ground of one colour with a few shapes in shades of it."""
    image = Image.new("RGB", (256, 192), colour)
    pen = ImageDraw.Draw(image)
    for step in range(4):
        box = (20 + 55 * step, 40, 60 + 55 * step, 150)
        shade = tuple(max(0, value - 12 * step) for value in image.getpixel((0, 0)))  # type: ignore[union-attr]
        pen.ellipse(box, fill=shade)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)
    return path
