"""The JSON documents that the guide promises to scripts, and whether one keeps the promise."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any, TypeAlias

PAGE = Path(__file__).parents[2] / "resources" / "guide" / "command-line.md"
_ROW = re.compile(r"^\| (`.+?) \| (.*\{.*) \|$", re.MULTILINE)
_SHAPE = re.compile(r"`(\{[^`]+\})`")
_COMMAND = re.compile(r"(?:[a-z][a-z-]*(?: |$))+")
_TOKEN = re.compile(r'"([^"]+)"|([{}\[\]:,])|\w+')

Shape: TypeAlias = "dict[str, Shape] | None"
"""The keys of an object and the shapes of their values; None for a value that is not spelled out.
A list has the shape of its elements."""


@functools.cache
def documented_shapes() -> dict[str, list[Shape]]:
    """The documents of each command: several where they depend on its options."""
    shapes: dict[str, list[Shape]] = {}
    for commands, description in _ROW.findall(PAGE.read_text(encoding="utf-8")):
        found = [_parse(text) for text in _SHAPE.findall(description) if '"' in text]
        for command in re.findall(r"`([^`]+)`", commands):
            shapes.setdefault(_COMMAND.match(command)[0].strip(), []).extend(found)  # type: ignore[index]
    return shapes


def assert_documented(words: tuple[str | bytes | Path, ...], document: dict[str, Any]) -> None:
    """Fails unless a document has exactly the keys that the guide lists for its command."""
    shapes = documented_shapes()
    plain = [word for word in words if isinstance(word, str) and not word.startswith("-")]
    for length in (2, 1):
        if (command := " ".join(plain[:length])) in shapes:
            break
    else:
        raise AssertionError(f"the guide has no document for {plain[:2]}")
    differences = [_difference(shape, document) for shape in shapes[command]]
    assert "" in differences, f"{command}: {differences}"


def _difference(shape: Shape, value: object, place: str = "") -> str:
    """What is wrong first; empty if nothing is."""
    if shape is None or value is None:
        return ""
    if isinstance(value, list):
        return next((found for each in value if (found := _difference(shape, each, place))), "")
    if not isinstance(value, dict):
        return f"{place or 'the document'} is no object"
    if value.keys() != shape.keys():
        return f"{place or 'the document'} differs in {sorted(value.keys() ^ shape.keys())}"
    below = (_difference(shape[key], value[key], f"{place}.{key}") for key in shape)
    return next((found for found in below if found), "")


def _parse(text: str) -> Shape:
    tokens = [match[1] or match[0] for match in _TOKEN.finditer(text)]
    shape, rest = _parse_value(tokens)
    assert not rest, text
    return shape


def _parse_value(tokens: list[str]) -> tuple[Shape, list[str]]:
    if tokens[0] == "[":
        shape, rest = _parse_value(tokens[1:])
        assert rest[0] == "]", tokens
        return shape, rest[1:]
    if tokens[0] != "{":
        return None, tokens[1:]
    keys: dict[str, Shape] = {}
    rest = tokens[1:]
    while rest[0] != "}":
        key, rest = rest[0], rest[1:]
        keys[key] = None
        if rest[0] == ":":
            keys[key], rest = _parse_value(rest[1:])
        if rest[0] == ",":
            rest = rest[1:]
    return keys, rest[1:]
