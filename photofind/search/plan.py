"""A query's tree becomes alternatives: what is ranked, what is left out, what must be so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from photofind.domain import QueryError
from photofind.search.syntax import All, Any, Filter, Not, Phrase, Weighted, Word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from photofind.search.syntax import Node

MOST_ALTERNATIVES = 16
"""Each is ranked for itself."""


@dataclass(frozen=True, slots=True)
class Part:
    """A description, or an example, and how much it counts.

    Attributes:
        words: "" for an example.
        image: path of a picture, "" for words.
    """

    weight: float
    words: str = ""
    image: str = ""


@dataclass(frozen=True, slots=True)
class Alternative:
    """What a photo may be wanted for.

    Attributes:
        parts: what it is ranked by, together; none: it is listed.
        without: what is left out, and ranks the rest down.
        conditions: trees of filters and phrases, each of which must be met.
    """

    parts: tuple[Part, ...] = ()
    without: tuple[Part, ...] = ()
    conditions: tuple[Node, ...] = ()

    @property
    def words(self) -> str:
        """All words that it is ranked by."""
        return " ".join(part.words for part in self.parts if part.words)


def plan(tree: Node) -> tuple[Alternative, ...]:
    """The alternatives of a query; a photo takes the best of them.

    Raises:
        QueryError: query_syntax, there are more than MOST_ALTERNATIVES.
    """
    found = tuple(map(_with_words_joined, _plan(tree)))
    if len(found) > MOST_ALTERNATIVES:
        raise _too_many()
    return found


def _plan(node: Node) -> tuple[Alternative, ...]:
    if _is_condition(node):
        return (Alternative(conditions=() if node == All(()) else (node,)),)
    match node:
        case Word(text) | Filter("meaning", text):
            return (Alternative(parts=(Part(1.0, words=text),)),)
        case Filter("image", path):
            return (Alternative(parts=(Part(1.0, image=path),)),)
        case Weighted(weight, inner):
            return tuple(
                replace(
                    each,
                    # Together, so that words joined later don't take its weight over.
                    parts=tuple(replace(part, weight=part.weight * weight) for part in each.parts),
                )
                for each in map(_with_words_joined, _plan(inner))
            )
        case Not(inner):
            return _without(inner)
        case Any(nodes):
            return tuple(each for node in nodes for each in _plan(node))
        case All(nodes):
            found: list[Alternative] = []
            for combination in product(*map(_plan, nodes)):
                found.append(_together(combination))
                if len(found) > MOST_ALTERNATIVES:
                    raise _too_many()
            return tuple(found)
    raise AssertionError(node)


def _without(node: Node) -> tuple[Alternative, ...]:
    match node:
        case Not(inner):
            return _plan(inner)
        case Any(nodes):
            return _plan(All(tuple(map(Not, nodes))))
        case All(nodes) if any(not isinstance(each, Word) for each in nodes):
            return _plan(Any(tuple(map(Not, nodes))))
        case _:
            (wanted,) = map(_with_words_joined, _plan(node))
            return (Alternative(without=wanted.parts),)


def _together(alternatives: Iterable[Alternative]) -> Alternative:
    joined = Alternative()
    for each in alternatives:
        joined = Alternative(
            joined.parts + each.parts,
            joined.without + each.without,
            joined.conditions + each.conditions,
        )
    return joined


def _with_words_joined(alternative: Alternative) -> Alternative:
    """Words of the same weight are one description: "two dogs", not "two" and "dogs"."""
    words: dict[float, list[str]] = {}
    for part in alternative.parts:
        if part.words:
            words.setdefault(part.weight, []).append(part.words)
    parts = [Part(weight, words=" ".join(texts)) for weight, texts in words.items()]
    return replace(alternative, parts=(*parts, *(part for part in alternative.parts if part.image)))


def _is_condition(node: Node) -> bool:
    """Whether there is nothing in it that photos are ranked by."""
    match node:
        case Phrase():
            return True
        case Filter(key):
            return key not in {"image", "meaning"}
        case Not(inner) | Weighted(_, inner):
            return _is_condition(inner)
        case All(nodes) | Any(nodes):
            return all(map(_is_condition, nodes))
    return False


def _too_many() -> QueryError:
    return QueryError(
        "query_syntax",
        "The query has more than {most} alternatives. Leave out some of those between “or”.",
        most=MOST_ALTERNATIVES,
    )
