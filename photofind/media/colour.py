"""Any pixel mode and any colour profile to 8-bit sRGB."""

from __future__ import annotations

import functools
import io
import logging
from typing import Final

import numpy as np
from PIL import Image, ImageCms

from photofind.media.decoder_errors import DECODER_ERRORS

logger = logging.getLogger(__name__)

_WHITE: Final = (255, 255, 255)
_SIXTEEN_BIT: Final = frozenset({"I;16", "I;16L", "I;16B", "I;16N"})
_STRETCHED_MODES: Final = frozenset({"I", "F"})
_READY_MODES: Final = frozenset({"L", "RGB", "CMYK", "LAB"})
_KNOWN_PROFILES: Final = 32


def to_resizable(image: Image.Image, factor: int = 1) -> Image.Image:
    """Makes pixels that can be averaged: whole bytes, no palette, nothing transparent.

    Transparent parts are laid over white, as a picture viewer shows them. 16-bit gray keeps
    its upper byte; 32-bit and floating-point gray are stretched from their darkest to their
    lightest value.

    Args:
        image: any mode, loaded.
        factor: shrinks both sides by a whole factor on the way, where it costs least.

    Returns:
        An image of mode L, RGB, CMYK or LAB.
    """
    if image.mode in _STRETCHED_MODES:
        return _stretched(_reduced(image, factor))
    if image.mode in _SIXTEEN_BIT:
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    elif image.has_transparency_data:
        rgba = image if image.mode == "RGBA" else image.convert("RGBA")
        return _over_white(_reduced(rgba, factor))
    elif image.mode == "1":
        image = image.convert("L")
    elif image.mode not in _READY_MODES:
        image = image.convert("RGB")
    return _reduced(image, factor)


def _reduced(image: Image.Image, factor: int) -> Image.Image:
    return image.reduce(factor) if factor > 1 else image


def _over_white(image: Image.Image) -> Image.Image:
    white = Image.new("RGB", image.size, _WHITE)
    white.paste(image, mask=image.getchannel("A"))
    return white


def _stretched(image: Image.Image) -> Image.Image:
    values = np.asarray(image, dtype=np.float32)
    finite = np.isfinite(values)
    if not finite.any():
        return Image.new("L", image.size)
    darkest, lightest = float(values[finite].min()), float(values[finite].max())
    if darkest >= 0 and lightest <= 1 and image.mode == "F":
        darkest, lightest = 0.0, 1.0
    span = lightest - darkest or 1.0
    gray = np.nan_to_num((values - darkest) / span, nan=0.0, posinf=1.0, neginf=0.0)
    return Image.fromarray((np.clip(gray, 0, 1) * 255 + 0.5).astype(np.uint8))


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Turns a (small) image into sRGB.

    Args:
        image: mode L, RGB, CMYK or LAB.
        profile: the ICC profile the file carries. One that is damaged, or that doesn't fit the
            image's mode, is left aside.

    Returns:
        An image of mode RGB.
    """
    if profile:
        transform = _transform(profile, image.mode)
        if transform is not None:
            try:
                converted = ImageCms.applyTransform(image, transform)
            except (ImageCms.PyCMSError, *DECODER_ERRORS) as error:
                logger.debug("colour profile not applied: %r", error)
            else:
                if converted is not None:
                    return converted
    return image if image.mode == "RGB" else image.convert("RGB")


@functools.lru_cache(maxsize=_KNOWN_PROFILES)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """The transform from a profile to sRGB; None when there is nothing to do, or nothing can."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if mode == "RGB" and _is_srgb(source):
            return None
        return ImageCms.buildTransform(source, _srgb(), mode, "RGB")
    except (ImageCms.PyCMSError, *DECODER_ERRORS) as error:
        logger.debug("colour profile left aside: %r", error)
        return None


def _is_srgb(profile: ImageCms.ImageCmsProfile) -> bool:
    """By its name: "sRGB IEC61966-2.1", "sRGB built-in", "c2" (the tiny one of web services)."""
    name = (profile.profile.profile_description or "").strip().lower()
    return (name.startswith("srgb") and "linear" not in name) or name == "c2"


@functools.cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
