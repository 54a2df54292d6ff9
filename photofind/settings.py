"""What the person chose, kept in small JSON files: each is written by one process alone."""

from __future__ import annotations

import logging
import os
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

import msgspec

from photofind.paths import ensure_private

if TYPE_CHECKING:
    from pathlib import Path

logger = logging.getLogger(__name__)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """A person's choices about the window, which writes them. A field that is not in the file has
    its default.

    Attributes:
        window_geometry: Qt's saveGeometry(), base64.
        last_query: shown again at the next start.
        thumbnail_px: size of a grid cell's picture in device-independent pixels.
        shows_details: the panel beside a large photo is open.
        descriptions_paused: describing photos rests until the person resumes it.
        offline: no model may be downloaded.
        model_server: address of a model server on this computer; "" while none may be used.
        server_model: the model there that answers.
    """

    window_geometry: str = ""
    last_query: str = ""
    thumbnail_px: int = 200
    shows_details: bool = True
    descriptions_paused: bool = False
    offline: bool = False
    model_server: str = ""
    server_model: str = ""


class OnBattery(StrEnum):
    """What indexing does while the computer runs on its battery."""

    SLOWER = "slower"
    PAUSE = "pause"
    FULL = "full"


class IndexingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A person's choices about indexing, which the worker writes.

    Attributes:
        paused: indexing rests until the person resumes it.
        on_battery: what it does while the computer runs on its battery.
    """

    paused: bool = False
    on_battery: OnBattery = OnBattery.SLOWER


class DescribingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A person's choices about descriptions, which the worker writes.

    Attributes:
        writes_sidecars: what is made here is written into `.xmp` files beside photos.
        reads_text: the text in all photos is read, in the background.
    """

    writes_sidecars: bool = False
    reads_text: bool = False


_Kind = TypeVar("_Kind", Settings, IndexingSettings, DescribingSettings)


def read_settings(path: Path) -> Settings:
    """Reads the window's settings; a missing or damaged file means the defaults."""
    return _read(path, Settings)


def write_settings(path: Path, settings: Settings) -> None:
    """Replaces the settings file in one step.

    Raises:
        OSError: the file can't be written.
    """
    _write(path, settings)


def read_indexing_settings(path: Path) -> IndexingSettings:
    """Reads what was chosen about indexing; a missing or damaged file means the defaults."""
    return _read(path, IndexingSettings)


def write_indexing_settings(path: Path, settings: IndexingSettings) -> None:
    """As `write_settings`; for the worker alone."""
    _write(path, settings)


def read_describing_settings(path: Path) -> DescribingSettings:
    """Reads what was chosen about descriptions; a missing or damaged file means the defaults."""
    return _read(path, DescribingSettings)


def write_describing_settings(path: Path, settings: DescribingSettings) -> None:
    """As `write_settings`; for the worker alone."""
    _write(path, settings)


def _read(path: Path, kind: type[_Kind]) -> _Kind:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return kind()
    except (OSError, msgspec.DecodeError) as error:
        logger.info("settings not readable, using the defaults: %s", error)
        return kind()


def _write(path: Path, settings: Settings | IndexingSettings | DescribingSettings) -> None:
    ensure_private(path.parent)
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)  # an old one might be readable by others
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(msgspec.json.format(msgspec.json.encode(settings), indent=2))
    os.replace(partial, path)  # noqa: PTH105 (same file system, atomic)
