"""What a person chooses, each setting declared once. The worker alone changes the file."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, get_args, get_type_hints

import msgspec

from photofind.atomic_files import read_plain_file, replace_file
from photofind.domain import PhotofindError
from photofind.paths import ensure_private

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.paths import AppFolders

logger = logging.getLogger(__name__)

SMALLEST_THUMBNAIL_PX = 96
LARGEST_THUMBNAIL_PX = 360
_LARGEST_FILE = 1 << 20

SettingValue: TypeAlias = bool | int | str
SettingChanges: TypeAlias = Mapping[str, SettingValue]
"""New values by the names of the settings."""


class OnBattery(StrEnum):
    """What indexing does while the computer runs on its battery."""

    SLOWER = "slower"
    PAUSE = "pause"
    FULL = "full"


class Actor(StrEnum):
    """A part of photofind that acts on a setting."""

    WINDOW = "window"
    WORKER = "worker"
    COMMANDS = "commands"


@dataclass(frozen=True, slots=True)
class _About:
    does: str
    actors: tuple[Actor, ...]


def _about(does: str, *actors: Actor) -> _About:
    return _About(does, actors)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings. A field that is not in the file, or makes no sense there, has its default."""

    paused: Annotated[
        bool, _about("Indexing rests until it is resumed.", Actor.WORKER, Actor.COMMANDS)
    ] = False
    on_battery: Annotated[
        OnBattery,
        _about("What indexing does while the computer runs on its battery.", Actor.WORKER),
    ] = OnBattery.SLOWER
    descriptions_paused: Annotated[
        bool, _about("Describing photos rests until it is resumed.", Actor.WORKER)
    ] = False
    writes_sidecars: Annotated[
        bool,
        _about(
            "Captions, your tags, titles and ratings are written into .xmp files beside photos.",
            Actor.WORKER,
        ),
    ] = False
    reads_text: Annotated[
        bool, _about("The text in all photos is read in the background.", Actor.WORKER)
    ] = False
    offline: Annotated[
        bool, _about("Never go online: no model is downloaded.", Actor.WINDOW, Actor.COMMANDS)
    ] = False
    model_server: Annotated[
        str,
        _about(
            "Address of a model server on this computer; empty while none may be used.",
            Actor.WORKER,
        ),
    ] = ""
    server_model: Annotated[
        str, _about("The model that the model server is asked for.", Actor.WORKER)
    ] = ""
    thumbnail_px: Annotated[
        int,
        msgspec.Meta(ge=SMALLEST_THUMBNAIL_PX, le=LARGEST_THUMBNAIL_PX),
        _about(
            "Size of the photos in the grid, in device-independent pixels "
            f"({SMALLEST_THUMBNAIL_PX} to {LARGEST_THUMBNAIL_PX}).",
            Actor.WINDOW,
        ),
    ] = 200
    shows_details: Annotated[
        bool, _about("The details are shown beside a large photo.", Actor.WINDOW)
    ] = True
    shows_folders: Annotated[
        bool, _about("The folders and places are shown beside the grid.", Actor.WINDOW)
    ] = False
    open_places: Annotated[
        str, _about("Which of the places are unfolded, one a line.", Actor.WINDOW)
    ] = ""
    oldest_first: Annotated[
        bool, _about("The grid begins with the oldest photos.", Actor.WINDOW)
    ] = False
    remembers_searches: Annotated[
        bool,
        _about(
            "Searches in the window are remembered, to be offered again; off forgets them.",
            Actor.WINDOW,
            Actor.WORKER,
        ),
    ] = True
    last_query: Annotated[str, _about("The words that the window begins with.", Actor.WINDOW)] = ""
    top_photo: Annotated[
        int,
        msgspec.Meta(ge=0),
        _about("Number of the photo that the grid begins with.", Actor.WINDOW),
    ] = 0
    window_geometry: Annotated[
        str, _about("Where the window was, as Qt writes it, in base64.", Actor.WINDOW)
    ] = ""


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a person should know of a setting.

    Attributes:
        takes: its values, in words: "on or off", "slower, pause or full", "a number", "text".
    """

    name: str
    type: type[SettingValue]
    default: SettingValue
    does: str
    actors: tuple[Actor, ...]

    @property
    def takes(self) -> str:
        if self.type is bool:
            return "on or off"
        if issubclass(self.type, StrEnum):
            *others, last = self.type
            return f"{', '.join(others)} or {last}"
        return "a number" if self.type is int else "text"


def _declarations() -> dict[str, Declaration]:
    hints = get_type_hints(Settings, include_extras=True)
    declared = {}
    for field in msgspec.structs.fields(Settings):
        kind, *extras = get_args(hints[field.name])
        about = next(extra for extra in extras if isinstance(extra, _About))
        declared[field.name] = Declaration(
            field.name, kind, field.default, about.does, about.actors
        )
    return declared


DECLARATIONS: Mapping[str, Declaration] = _declarations()
"""Every setting by its name, in the order in which they are declared."""

_FORMER_FILES = ("indexing.json", "describing.json")
"""Files that held some of the settings before there was one file for all, with the same names."""


def find_declaration(name: str) -> Declaration:
    """
    Raises:
        PhotofindError: setting_unknown.
    """
    try:
        return DECLARATIONS[name]
    except KeyError:
        raise PhotofindError(
            "setting_unknown",
            "There is no setting “{name}”. `photofind settings` lists them.",
            name=name,
        ) from None


def change(settings: Settings, changes: SettingChanges) -> Settings:
    """The settings with some of them changed.

    Raises:
        PhotofindError: setting_unknown or setting_invalid.
    """
    for name, value in changes.items():
        find_declaration(name)
        settings = msgspec.structs.replace(settings, **{name: _checked(name, value)})
    return settings


def parse_value(name: str, word: str) -> SettingValue:
    """The value that a word on the command line means.

    Raises:
        PhotofindError: setting_unknown or setting_invalid.
    """
    declared = find_declaration(name)
    value: SettingValue = word
    if declared.type is bool:
        value = {"on": True, "off": False}.get(word.lower(), word)
    elif declared.type is int and word.isdecimal():
        value = int(word)
    _checked(name, value)
    return value


def _checked(name: str, value: object) -> Any:
    """
    Raises:
        PhotofindError: setting_invalid.
    """
    try:
        return getattr(msgspec.convert({name: value}, Settings), name)
    except msgspec.ValidationError:
        declared = DECLARATIONS[name]
        raise PhotofindError(
            "setting_invalid",
            "“{name}” takes {values}. {purpose}",
            name=name,
            values=declared.takes,
            purpose=declared.does,
        ) from None


def read_settings(folders: AppFolders) -> Settings:
    """Reads the settings as they are now; what is missing or makes no sense has its default."""
    # The former files first: whoever takes them over removes them after the new one is there.
    former = [_read(folders.config / name) for name in _FORMER_FILES]
    values = _read(folders.settings)
    for each in former:
        values.update(each)
    return _from_values(values)


def write_settings(folders: AppFolders, settings: Settings) -> None:
    """Replaces the settings file in one step; for the worker alone.

    Raises:
        OSError: the file can't be written.
    """
    ensure_private(folders.config)
    replace_file(folders.settings, msgspec.json.format(msgspec.json.encode(settings), indent=2))


def take_over_settings(folders: AppFolders) -> Settings:
    """Reads the settings and makes one file of what former versions left in three. A file that
    can't be understood is kept beside it (`.damaged`). For the worker alone.
    """
    former = [folders.config / name for name in _FORMER_FILES]
    for file in (folders.settings, *former):
        if _is_damaged(file):
            _set_aside(file)
    settings = read_settings(folders)
    left = [file for file in former if file.exists()]
    if left:
        try:
            write_settings(folders, settings)
            for file in left:
                file.unlink()
        except OSError as error:
            logger.warning("the former settings can't be taken over yet: %s", error.strerror)
    return settings


def _read(file: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(read_plain_file(file, _LARGEST_FILE), type=dict[str, Any])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError) as error:
        logger.info("settings not readable, using the defaults: %s", error)
        return {}


def _from_values(values: Mapping[str, object]) -> Settings:
    known = {}
    for name in values.keys() & DECLARATIONS.keys():
        try:
            known[name] = _checked(name, values[name])
        except PhotofindError:
            logger.info("the setting %s makes no sense, using its default", name)
    return Settings(**known)


def _is_damaged(file: Path) -> bool:
    try:
        msgspec.json.decode(read_plain_file(file, _LARGEST_FILE), type=dict[str, Any])
    except OSError:
        return False
    except msgspec.DecodeError:
        return True
    return False


def _set_aside(file: Path) -> None:
    logger.warning("the settings in %s were damaged; they are kept beside it", file.name)
    try:
        file.replace(file.with_name(f"{file.name}.damaged"))
    except OSError as error:
        logger.info("and can't be set aside: %s", error.strerror)
