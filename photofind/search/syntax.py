"""The query language: characters to tokens to a tree, and back.

The grammar's home is the guide (`searching.md`). Whatever is typed has a tree: brackets and
quotation marks without a partner are ordinary characters, unknown keys are words.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TypeAlias

KEYS = frozenset(
    {
        "after", "before", "bytes", "camera", "date", "ext", "f", "folder", "has", "image", "is",
        "iso", "lang", "lens", "meaning", "month", "name", "near", "on", "orientation", "rating",
        "size", "sort", "tag", "time",
    }
)  # fmt: skip
"""What may stand before a colon."""
MOST_NESTED = 20
"""Groups inside each other; brackets beyond are ignored."""
_OPENING = '"\u201c\u201d\u201e'
_CLOSING = '"\u201c\u201d'
_ESCAPABLE = "\\():-" + _OPENING
_KEY = re.compile(r"(?P<key>[A-Za-z]+):")
_WEIGHT = re.compile(r"(?P<weight>\d{1,2}(?:\.\d{1,3})?):(?=[^\s\d:)])")
_NEGATIVE_NUMBER = re.compile(r"-\d{1,2}(?![\w:.])")
_LEAST_WEIGHT, _MOST_WEIGHT = 0.1, 10.0
_PLAIN_VALUE = re.compile(r'[^\s()\\"\u201c\u201d\u201e]+')


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a description."""

    text: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must stand as they are in what is written about a photo."""

    text: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a photo must be like: a key of KEYS and a value, as it was written."""

    key: str
    value: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """What a photo must not be like, or is not wanted for."""

    node: Node


@dataclass(frozen=True, slots=True)
class Weighted:
    """What counts more or less than the rest.

    Attributes:
        weight: 0.1 … 10.
    """

    weight: float
    node: Node


@dataclass(frozen=True, slots=True)
class All:
    """Everything of it together; two nodes at least, none for an empty line."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """One of several; two nodes at least."""

    nodes: tuple[Node, ...]


Node: TypeAlias = Word | Phrase | Filter | Not | Weighted | All | Any


def parse_tree(text: str) -> Node:
    """The tree of a query line. Never fails; an empty line is `All(())`.

    Control characters and lone surrogates count as spaces.
    """
    return _Parser("".join(map(_speakable, text))).line()


def print_tree(node: Node) -> str:
    """A line whose tree is this one, if it came from `parse_tree`."""
    match node:
        case Word(text):
            return _print_word(text)
        case Phrase(text):
            return _quoted(text)
        case Filter(key, value):
            plain = _PLAIN_VALUE.fullmatch(value)
            return f"{key}:{value if plain else _quoted(value)}"
        case Not(inner):
            return "-" + _print_operand(inner)
        case Weighted(weight, inner):
            return f"{weight:g}:{_print_operand(inner)}"
        case All(nodes):
            return " ".join(
                f"({print_tree(each)})" if isinstance(each, All | Any) else print_tree(each)
                for each in nodes
            )
        case Any(nodes):
            return " or ".join(
                f"({print_tree(each)})" if isinstance(each, Any) else print_tree(each)
                for each in nodes
            )


@dataclass(frozen=True, slots=True)
class LinePart:
    """A word or a filter of a line, without a sign or a weight before it.

    Attributes:
        begin, end: where it stands.
        key: None: it is a word.
        value: what follows the key, unquoted; or the word.
    """

    begin: int
    end: int
    key: str | None
    value: str


def find_part(text: str, cursor: int) -> LinePart | None:
    """The word or filter that the cursor is in or behind; None: it is in none, or in a phrase."""
    return _Parser("".join(map(_speakable, text))).part_at(cursor)


def is_visible(text: str) -> bool:
    """Whether there is anything to see; spaces, joiners and direction marks describe nothing."""
    return any(
        (category := unicodedata.category(char)) != "Cf" and category[0] != "Z" for char in text
    )


class _Or:
    """The word between alternatives, until it is known whether it has both."""

    def __init__(self, text: str, position: int) -> None:
        self.word = Word(text, position)


class _Parser:
    """Reads a line from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def line(self) -> Node:
        return self._group(0)

    def part_at(self, cursor: int) -> LinePart | None:
        """As `find_part`."""
        text, depth = self._text, 0
        while self._at < len(text) and self._at <= cursor:
            start = self._at
            if text[start].isspace() or text[start] in "()":
                depth += (text[start] == "(") - (text[start] == ")" and depth > 0)
                self._at += 1
                continue
            if text[start] == "-" and self._negates(start):
                self._at += 1
                continue
            if weight := _WEIGHT.match(text, start):
                self._at = weight.end()
                continue
            item = self._item(depth)
            begin, end = start, self._at
            if begin <= cursor <= end:
                match item:
                    case Filter(key, value):
                        return LinePart(begin, end, key, value)
                    case Word(word):
                        return LinePart(begin, end, None, word)
                    case _:
                        return None
        return None

    def _group(self, depth: int) -> Node:
        """Everything up to the bracket that closes the group, or to the end."""
        items: list[Node | _Or] = []
        while self._at < len(self._text):
            char = self._text[self._at]
            if char.isspace():
                self._at += 1
            elif char == ")":
                self._at += 1
                if depth:
                    break
            else:
                item = self._item(depth)
                if item is not None:
                    items.append(item)
        return _joined(items)

    def _item(self, depth: int) -> Node | _Or | None:
        """One item with what stands before it; None where nothing is left of it."""
        text, start = self._text, self._at
        if text[start] == "-" and self._negates(start):
            self._at += 1
            inner = self._operand(depth)
            return None if inner is None else Not(inner)
        weight = _WEIGHT.match(text, start)
        if weight and _LEAST_WEIGHT <= float(weight["weight"]) <= _MOST_WEIGHT:
            self._at = weight.end()
            inner = self._operand(depth)
            return None if inner is None else Weighted(float(weight["weight"]), inner)
        if text[start] == "(":
            self._at += 1
            if depth >= MOST_NESTED:
                return None
            group = self._group(depth + 1)
            return None if group == All(()) else group
        if text[start] in _OPENING and (end := self._closing(start, depth)) is not None:
            self._at = end + 1
            phrase = _spaced(_unescaped(text[start + 1 : end]))
            return Phrase(phrase, start) if is_visible(phrase) else None
        key = _KEY.match(text, start)
        if key and key["key"].lower() in KEYS:
            self._at = key.end()
            return Filter(key["key"].lower(), self._value(depth), start)
        return self._word(depth)

    def _operand(self, depth: int) -> Node | None:
        item = self._item(depth)
        return item.word if isinstance(item, _Or) else item

    def _negates(self, at: int) -> bool:
        after = self._text[at + 1 : at + 2]
        stands_alone = not after or after.isspace() or after in "-)"
        return not stands_alone and not _NEGATIVE_NUMBER.match(self._text, at)

    def _value(self, depth: int) -> str:
        start = self._at
        if self._text[start : start + 1] and self._text[start] in _OPENING:
            end = self._quote_end(start)
            # Its closing quotation mark may be missing: the person is still typing.
            self._at = len(self._text) if end is None else end + 1
            return _spaced(_unescaped(self._text[start + 1 : end]))
        while self._at < len(self._text):
            char = self._text[self._at]
            if char.isspace() or (char == ")" and depth):
                break
            self._at += 1
        return self._text[start : self._at]

    def _word(self, depth: int) -> Node | _Or | None:
        start, opened, letters = self._at, 0, ""
        while self._at < len(self._text):
            char, after = self._text[self._at], self._text[self._at + 1 : self._at + 2]
            if char == "\\" and after and after in _ESCAPABLE:
                letters += after
                self._at += 2
                continue
            if char.isspace() or (char == ")" and depth and not opened):
                break
            opened += (char == "(") - (char == ")" and opened > 0)
            letters += char
            self._at += 1
        raw = self._text[start : self._at]
        if raw.lower() == "or":
            return _Or(raw, start)
        if raw.lower() == "\\or":
            letters = raw[1:]
        return Word(letters, start) if is_visible(letters) else None

    def _closing(self, start: int, depth: int) -> int | None:
        """Where the phrase that begins at `start` is closed; None: it is an inch or a slip."""
        end = self._quote_end(start)
        if end is None:
            return None
        after = self._text[end + 1 : end + 2]
        return end if not after or after.isspace() or (after == ")" and depth) else None

    def _quote_end(self, start: int) -> int | None:
        at = start + 1
        while at < len(self._text):
            if self._text[at] == "\\" and self._text[at + 1 : at + 2] in {"\\", *_OPENING}:
                at += 2
            elif self._text[at] in _CLOSING:
                return at
            else:
                at += 1
        return None


def _joined(items: list[Node | _Or]) -> Node:
    """Items as alternatives of things that go together."""
    alternatives: list[list[Node]] = [[]]
    for number, item in enumerate(items):
        if not isinstance(item, _Or):
            alternatives[-1].append(item)
        elif alternatives[-1] and any(not isinstance(each, _Or) for each in items[number + 1 :]):
            alternatives.append([])
        else:
            alternatives[-1].append(item.word)
    nodes = tuple(each[0] if len(each) == 1 else All(tuple(each)) for each in alternatives)
    return nodes[0] if len(nodes) == 1 else Any(nodes)


def _print_operand(node: Node) -> str:
    printed = print_tree(node)
    grouped = isinstance(node, All | Any) or printed[0] in "-:)" or printed[0].isdigit()
    return f"({printed})" if grouped else printed


def _print_word(text: str) -> str:
    if text.lower() == "or":
        return "\\" + text
    before_colon = text.partition(":")[0]
    reads_as_key = before_colon.replace(".", "").isalnum()
    printed = ""
    for number, char in enumerate(text):
        first_colon = char == ":" and number == len(before_colon)
        if (char == "-" and number) or (char == ":" and not (first_colon and reads_as_key)):
            printed += char
        else:
            printed += "\\" + char if char in _ESCAPABLE else char
    return printed


def _quoted(text: str) -> str:
    escaped = "".join("\\" + char if char in {"\\", *_OPENING} else char for char in text)
    return f'"{escaped}"'


def _unescaped(text: str) -> str:
    return re.sub(f"\\\\([\\\\{_OPENING}])", r"\1", text)


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _speakable(character: str) -> str:
    return " " if unicodedata.category(character) in {"Cc", "Cs"} else character
