"""Plain words that mean a filter: years, dates, cameras, formats, folders of this library."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photofind.catalog.columns import TextColumn
from photofind.media.formats import PHOTO_SUFFIXES
from photofind.normal_form import fold
from photofind.search.dates import find_year, read_span
from photofind.search.syntax import All, Filter, Word, print_tree

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from photofind.search.facts import Facts
    from photofind.search.syntax import Node

_LONGEST = 4
"""Words of a date or of a folder's name."""
_LEADING = frozenset({"in", "from", "of", "on", "during", "taken", "since", "ปี", "เดือน"})
"""Words before a date that belong to it."""
_MAKERS = frozenset(
    (  # noqa: SIM905 (as a list it would be a page)
        "canon fujifilm gopro huawei iphone ipad kodak leica lumix nikon olympus oneplus panasonic"
        " pentax samsung sony xiaomi"
    ).split()
)
"""Words of cameras' names that mean nothing else."""
_FIRST_YEAR = 1900
_SHORTEST_NAME = 3


@dataclass(frozen=True, slots=True)
class Understood:
    """Words that were taken for a filter.

    Attributes:
        position: of the first of them in the line.
        words: as they were typed.
        filter: what was made of them, as it would be written.
        surely: no other reading is likely; else photos for which they are words follow.
    """

    position: int
    words: str
    filter: str
    surely: bool


@dataclass(frozen=True, slots=True)
class Readings:
    """What a line may mean, the likeliest first: photos of a later reading follow."""

    trees: tuple[Node, ...]
    understood: tuple[Understood, ...] = ()


def understand(tree: Node, facts: Facts, today: date) -> Readings:
    """Recognises filters among the plain words of a line; groups, negatives and weighted words
    stay as they are.

    Raises:
        CatalogError: the catalog can't be read.
    """
    nodes = tree.nodes if isinstance(tree, All) else (tree,)
    if not any(isinstance(node, Word) for node in nodes):
        return Readings((tree,))
    first: list[Node] = []
    other: list[Node] = []
    found: list[Understood] = []
    place = 0
    while place < len(nodes):
        run = _words_from(nodes, place)
        count, meant, otherwise = _read(run, facts, today)
        taken = nodes[place : place + max(count, 1)]
        place += len(taken)
        if meant is None:
            first += taken
            other += taken
            continue
        words = " ".join(word.text for word in run[:count])
        while first and isinstance(first[-1], Word) and fold(first[-1].text) in _LEADING:
            if meant.key not in {"date", "month"}:
                break
            first.pop()
        first.append(meant)
        other += taken if otherwise is None else [otherwise]
        surely = otherwise is meant
        found.append(Understood(run[0].position, words, print_tree(meant), surely))
    if not found:
        return Readings((tree,))
    readings = [_tree(first)]
    if any(not each.surely for each in found):
        readings.append(_tree(other))
    return Readings(tuple(readings), tuple(found))


def _tree(nodes: Sequence[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else All(tuple(nodes))


def _words_from(nodes: Sequence[Node], place: int) -> list[Word]:
    run: list[Word] = []
    for node in nodes[place : place + _LONGEST]:
        if not isinstance(node, Word):
            break
        run.append(node)
    return run


def _read(run: Sequence[Word], facts: Facts, today: date) -> tuple[int, Filter | None, Node | None]:
    """How many of the first words are a filter; the filter; what else they may be (the filter
    itself: nothing, None: the words)."""
    for count in range(len(run), 0, -1):
        text = " ".join(word.text for word in run[:count])
        meant = _read_date(text, run[0].position, today)
        if meant is not None:
            return (count, *meant)
    for count in range(len(run), 0, -1):
        text = " ".join(word.text for word in run[:count])
        if len(text) >= _SHORTEST_NAME and fold(text) in facts.folder_names:
            return count, Filter("folder", text, run[0].position), None
    if run:
        word, position = fold(run[0].text), run[0].position
        if f".{word}" in PHOTO_SUFFIXES and word in facts.suffixes[0]:
            kind = Filter("ext", word, position)
            return 1, kind, kind
        if word in _MAKERS and any(
            word in fold(name) for name in facts.texts(TextColumn.CAMERA)[0]
        ):
            camera = Filter("camera", word, position)
            return 1, camera, camera
    return 0, None, None


def _read_date(text: str, position: int, today: date) -> tuple[Filter, Node | None] | None:
    if ".." in text:
        return None
    meant = Filter("date", text, position)
    if re.fullmatch(r"\d{4}", text):
        year = find_year(text)
        if year is None or not _FIRST_YEAR <= year <= today.year:
            return None
        return meant, Filter("name", text, position)
    if not any(char.isalpha() for char in text) and not re.fullmatch(r"\d{4}-\d\d?(-\d\d?)?", text):
        return None
    span = read_span(text, today)
    if span is None:
        return None
    return meant, None if span.every_year else meant
