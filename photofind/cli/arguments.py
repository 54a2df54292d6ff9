"""What was typed, sorted out before anything slow is imported.

Decides between the window and a command, takes the global options from wherever they stand,
and protects a query that looks like an option. typer does the rest.
"""

from __future__ import annotations

import difflib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from photofind.domain import PhotofindError

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS = (
    "index",
    "search",
    "explain",
    "saved",
    "history",
    "similar",
    "status",
    "problems",
    "folders",
    "info",
    "eval",
    "caption",
    "ask",
    "forget",
    "pause",
    "resume",
    "battery",
    "settings",
    "delete-everything",
    "models",
    "tags",
    "rate",
    "favourite",
    "flag",
    "title",
    "note",
    "classify",
    "sidecars",
    "text",
)

HELP_OPTIONS = ("--help", "-h")
_QUERY_OPTIONS: Mapping[str, tuple[str, ...]] = {"search": ("--limit", "--save"), "explain": ()}
"""The commands that take a query, and their own options, each of which takes a value."""
_GLOBAL_OPTIONS = ("--json", "--data-dir", "--offline", "--version", "--help")
_FLAGS = ("--json", "--version", "--offline")
_ONE_OPTION_WORD = re.compile(r"--[a-z][a-z-]*(=.*)?")
_TYPO_LIKENESS = 0.75
"""How alike (difflib ratio) a word must be to pass for a slip of the fingers."""


class UsageError(PhotofindError):
    """The command line was used wrongly: exit code 2. Code: usage."""

    def __init__(self, user_message: str) -> None:
        super().__init__("usage", user_message)


@dataclass(frozen=True, slots=True)
class Invocation:
    """A command line, sorted.

    Attributes:
        window: the window is wanted, not a command.
        arguments: the window's folders, or what typer is given.
        as_json: one JSON document on standard output is wanted.
        data_dir: moves all state there; None leaves it to the environment variable.
        version: only the version is wanted.
        offline: the network must not be used.
    """

    window: bool
    arguments: tuple[str, ...]
    as_json: bool = False
    data_dir: Path | None = None
    version: bool = False
    offline: bool = False


def wants_json(arguments: list[str]) -> bool:
    """Whether errors, too, should be JSON: known even when the rest can't be understood."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in options


def parse(arguments: list[str]) -> Invocation:
    """Sorts the words after the program's name.

    Global options stand before or after the command, up to a `--`. A first word that is no
    command is a folder for the window.

    Raises:
        UsageError: an option lacks its value, or the words make no sense together.
    """
    words, literal = _split_at_double_dash(arguments)
    rest, data_dir = _take_data_dir(words)
    as_json = "--json" in rest
    version = "--version" in rest
    offline = "--offline" in rest
    rest = [word for word in rest if word not in _FLAGS]
    command_at = next((i for i, word in enumerate(rest) if not _looks_like_option(word)), None)
    first = rest[command_at] if command_at is not None else None

    if version:
        return Invocation(False, (), as_json, data_dir, version=True)
    if first in COMMANDS and command_at is not None:
        before, after = rest[:command_at], rest[command_at + 1 :]
        if first in _QUERY_OPTIONS:
            after = _protect_query(after, literal, _QUERY_OPTIONS[first])
        elif literal is not None:
            after = [*after, "--", *literal]
        return Invocation(False, (*before, first, *after), as_json, data_dir, offline=offline)
    if any(_looks_like_option(word) for word in rest):
        # --help, or an option that typer will name in its complaint
        return Invocation(False, tuple(rest), as_json, data_dir)
    if as_json:
        raise UsageError(_no_command(first))
    return Invocation(True, (*rest, *(literal or ())), data_dir=data_dir, offline=offline)


def absolute_path(word: str) -> Path:
    """The place a word on the command line names; symbolic links are not followed.

    Raises:
        UsageError: the word is empty (which would otherwise mean the current folder).
    """
    if not word:
        raise UsageError("An empty name is neither a folder nor a file.")
    return Path(os.path.abspath(Path(word).expanduser()))  # noqa: PTH100 (resolve() follows links)


def window_folders(words: tuple[str, ...]) -> list[Path]:
    """Turns the window's arguments into folders that exist.

    Raises:
        UsageError: a word is neither a folder nor a command, but nearly a command.
        PhotofindError: code folder_missing.
    """
    folders = [absolute_path(word) for word in words]
    for word, folder in zip(words, folders, strict=True):
        if folder.is_dir():
            continue
        if difflib.get_close_matches(word, COMMANDS, n=1, cutoff=_TYPO_LIKENESS):
            raise UsageError(_no_command(word))
        raise PhotofindError(
            "folder_missing",
            f"There is no folder {word}. Check its name, and that its drive is connected.",
        )
    return folders


def _split_at_double_dash(arguments: list[str]) -> tuple[list[str], list[str] | None]:
    if "--" not in arguments:
        return list(arguments), None
    at = arguments.index("--")
    return arguments[:at], arguments[at + 1 :]


def _take_data_dir(words: list[str]) -> tuple[list[str], Path | None]:
    rest: list[str] = []
    data_dir: Path | None = None
    upcoming = iter(words)
    for word in upcoming:
        if word == "--data-dir":
            value = next(upcoming, "")
        elif word.startswith("--data-dir="):
            value = word.partition("=")[2]
        else:
            rest.append(word)
            continue
        if not value:
            raise UsageError("--data-dir needs a folder after it.")
        data_dir = Path(value)
    return rest, data_dir


def _looks_like_option(word: str) -> bool:
    return word.startswith("-") and word != "-"


def _protect_query(words: list[str], literal: list[str] | None, own: tuple[str, ...]) -> list[str]:
    """Puts the command's own options first and everything else behind a `--`."""
    options: list[str] = []
    query: list[str] = []
    upcoming = iter(words)
    for word in upcoming:
        if word in HELP_OPTIONS or ("=" in word and word.partition("=")[0] in own):
            options.append(word)
        elif word in own:
            options.append(word)
            options.extend(value for value in [next(upcoming, None)] if value is not None)
        else:
            _refuse_slip(word, own)
            query.append(word)
    query.extend(literal or ())
    return [*options, "--", *query] if query else options


def _refuse_slip(word: str, own: tuple[str, ...]) -> None:
    if not _ONE_OPTION_WORD.fullmatch(word):
        return
    name = word.partition("=")[0]
    options = (*own, *_GLOBAL_OPTIONS)
    if near := difflib.get_close_matches(name, options, n=1, cutoff=_TYPO_LIKENESS):
        raise UsageError(
            f"There is no option {name}; did you mean {near[0]}? "
            f"To search for it as text, put -- before the query."
        )


def _no_command(word: str | None) -> str:
    if word is None:
        return "--json goes with a command. `photofind --help` lists the commands."
    near = difflib.get_close_matches(word, COMMANDS, n=1, cutoff=_TYPO_LIKENESS)
    hint = f"did you mean {near[0]}?" if near else "`photofind --help` lists them."
    return f"There is no command {word}; {hint}"
