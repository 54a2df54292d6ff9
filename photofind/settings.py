"""What the person chose, kept in one small JSON file."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

import msgspec

from photofind.paths import ensure_private

if TYPE_CHECKING:
    from pathlib import Path

logger = logging.getLogger(__name__)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """A person's choices. A field that is not in the file has its default.

    Attributes:
        paused: indexing rests until the person resumes it.
        window_geometry: Qt's saveGeometry(), base64.
        last_query: shown again at the next start.
        thumbnail_px: size of a grid cell's picture in device-independent pixels.
        shows_details: the panel beside a large photo is open.
        offline: no model may be downloaded.
    """

    paused: bool = False
    window_geometry: str = ""
    last_query: str = ""
    thumbnail_px: int = 200
    shows_details: bool = True
    offline: bool = False


def read_settings(path: Path) -> Settings:
    """Reads the settings; a missing or damaged file means the defaults."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Settings)
    except FileNotFoundError:
        return Settings()
    except (OSError, msgspec.DecodeError) as error:
        logger.info("settings not readable, using the defaults: %s", error)
        return Settings()


def write_settings(path: Path, settings: Settings) -> None:
    """Replaces the settings file in one step.

    Raises:
        OSError: the file can't be written.
    """
    ensure_private(path.parent)
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)  # an old one might be readable by others
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(msgspec.json.format(msgspec.json.encode(settings), indent=2))
    os.replace(partial, path)  # noqa: PTH105 (same file system, atomic)
