"""What a person typed becomes a Query."""

from __future__ import annotations

import difflib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from photofind.domain import QueryError
from photofind.search.conditions import FILTER_KEYS, find_fault
from photofind.search.syntax import (
    KEYS,
    All,
    Any,
    Filter,
    Node,
    Not,
    Phrase,
    Weighted,
    Word,
    parse_tree,
    print_tree,
)
from photofind.sentences import Sentence

MAX_CHARACTERS = 2_000
"""Far more than any model reads; longer ones are a paste that went wrong."""
SORTS = ("relevance", "date", "rating", "name")
"""By what answers can be sorted; a minus before it reverses the order."""
_UNKNOWN_KEY = re.compile(r"([A-Za-z]{2,12}):(?!//).+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said about a part of a query that was not taken as it stands.

    Attributes:
        position: of its first character.
    """

    position: int
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Query:
    """What a person asked for.

    Attributes:
        text: the line as it was typed.
        tree: what photos must be like and show; `All(())` if nothing but an order was asked for.
        sort: one of SORTS, or with a minus before it; "" for relevance.
        language: BCP 47 tag of the words' language; "": it is recognised.
        remarks: what was left out or read as words, and why.
    """

    text: str
    tree: Node
    sort: str = ""
    language: str = ""
    remarks: tuple[Remark, ...] = ()

    @property
    def nodes(self) -> tuple[Node, ...]:
        """What must come together."""
        return self.tree.nodes if isinstance(self.tree, All) else (self.tree,)

    @property
    def words(self) -> str:
        """The words that describe the photo, as far as they stand by themselves."""
        return " ".join(node.text for node in self.nodes if isinstance(node, Word))

    @property
    def tags(self) -> tuple[str, ...]:
        """Labels that every photo must have."""
        found = (node for node in self.nodes if isinstance(node, Filter))
        return tuple(node.value for node in found if node.key == "tag")

    @property
    def phrases(self) -> tuple[str, ...]:
        """Words that must stand in every photo, in its name or in what is written about it."""
        return tuple(node.text for node in self.nodes if isinstance(node, Phrase))


def parse(text: str) -> Query:
    """Reads a query line; the guide (`searching.md`) is the grammar.

    What can't be applied is left out and said in `Query.remarks`.

    Raises:
        QueryError: query_empty, there is nothing to see in it; query_too_long, it has more than
            MAX_CHARACTERS characters; query_syntax, nothing of it can be applied.
    """
    if len(text) > MAX_CHARACTERS:
        raise QueryError(
            "query_too_long",
            "The query has {length} characters; photofind takes at most {most}. "
            "Please describe the photo in fewer words.",
            length=len(text),
            most=MAX_CHARACTERS,
            position=MAX_CHARACTERS,
        )
    tree = parse_tree(text)
    if tree == All(()):
        raise QueryError(
            "query_empty",
            "The query is empty. Describe what the photo shows, for example:"
            " two dogs playing in the snow",
        )
    reading = _Reading()
    left = reading.checked(tree)
    if left is None and reading.remarks and not reading.sort:
        first = reading.remarks[0]
        raise QueryError("query_syntax", first.sentence, position=first.position)
    return Query(text, left or All(()), reading.sort, reading.language, tuple(reading.remarks))


def with_absolute_paths(text: str) -> str:
    """The line as it finds its example pictures wherever it is read later."""
    tree = parse_tree(text)
    anchored = _anchored(tree)
    return text if anchored == tree else print_tree(anchored)


def _anchored(node: Node) -> Node:
    match node:
        case Filter("image", value, position) if value:
            path = os.path.abspath(Path(value).expanduser())  # noqa: PTH100 (keeps links)
            return Filter("image", path, position)
        case Not(inner):
            return Not(_anchored(inner))
        case Weighted(weight, inner):
            return Weighted(weight, _anchored(inner))
        case All(nodes):
            return All(tuple(_anchored(each) for each in nodes))
        case Any(nodes):
            return Any(tuple(_anchored(each) for each in nodes))
    return node


class _Reading:
    """Takes out of a tree what can't be applied, and what concerns the whole line."""

    def __init__(self) -> None:
        self.sort = ""
        self.language = ""
        self.remarks: list[Remark] = []

    def checked(self, node: Node) -> Node | None:
        """What is left of it."""
        match node:
            case Filter():
                return self._checked_filter(node)
            case Word(text, position):
                self._hint(text, position)
                return node
            case Not(inner):
                left = self.checked(inner)
                return None if left is None else Not(left)
            case Weighted(weight, inner):
                left = self.checked(inner)
                return None if left is None else Weighted(weight, left)
            case All(nodes) | Any(nodes):
                kept = tuple(left for each in nodes if (left := self.checked(each)) is not None)
                if len(kept) < 2:
                    return kept[0] if kept else None
                return All(kept) if isinstance(node, All) else Any(kept)
        return node

    def _checked_filter(self, node: Filter) -> Filter | None:
        fault = find_fault(node)
        if fault is None and node.key == "sort":
            if node.value.lower().removeprefix("-") in SORTS:
                self.sort = node.value.lower()
                return None
            fault = Sentence(
                "Photos can't be sorted by “{value}”. Write sort:date, sort:rating, sort:name or"
                " sort:relevance, with a minus for the other way round: sort:-date.",
                value=node.value,
            )
        if fault is None and node.key == "lang":
            if _LANGUAGE.fullmatch(node.value):
                self.language = node.value
                return None
            fault = Sentence(
                "“{value}” is no language. Write for example lang:th.", value=node.value
            )
        if fault is None:
            return node
        self.remarks.append(Remark(node.position, fault))
        return None

    def _hint(self, text: str, position: int) -> None:
        found = _UNKNOWN_KEY.fullmatch(text)
        if found is None:
            return
        key = found[1].lower()
        close = difflib.get_close_matches(key, sorted(KEYS), 1)
        sentence = (
            Sentence(
                "There is no “{key}:”, so it was searched for as words. Did you mean {close}:?",
                key=key,
                close=close[0],
            )
            if close
            else Sentence("There is no “{key}:”, so it was searched for as words.", key=key)
        )
        self.remarks.append(Remark(position, sentence))


assert FILTER_KEYS | {"image", "meaning", "sort", "lang"} == KEYS
