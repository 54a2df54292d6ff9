"""What a query line may go on with: keys of the language, values of this library, saved and recent
searches."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from photofind.normal_form import fold
from photofind.search.conditions import POSSESSIONS, STATES
from photofind.search.query import SORTS
from photofind.search.syntax import KEYS, Filter, find_part, print_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

MOST_PROPOSED = 8
_MOST_OF_A_KIND = 3
"""Of saved searches, of recent ones and of keys, where anything may come."""
_SHORTEST_WORD = 2
"""A single letter begins too much."""
_CHOICES: Mapping[str, Sequence[str]] = {
    "has": sorted(POSSESSIONS),
    "is": sorted(STATES),
    "orientation": ("portrait", "landscape", "square"),
    "sort": (*SORTS, *(f"-{each}" for each in SORTS)),
}
_WORD = re.compile(r"\w+")


class ProposalKind(StrEnum):
    KEY = "key"
    CHOICE = "choice"
    """One of the few values that a key takes."""
    FOLDER = "folder"
    CAMERA = "camera"
    LENS = "lens"
    TAG = "tag"
    EXT = "ext"
    SAVED = "saved"
    RECENT = "recent"


@dataclass(frozen=True, slots=True)
class Proposal:
    """
    Attributes:
        text: what is shown.
        line: the whole line if it is taken.
        cursor: where one goes on typing in it.
    """

    kind: ProposalKind
    text: str
    line: str
    cursor: int


@dataclass(frozen=True)
class Vocabulary:
    """What this library has.

    Attributes:
        values: of the keys folder, camera, lens, tag and ext, the usual ones first.
        saved: queries by their names.
        recent: queries, the last one first.
    """

    values: Mapping[str, Sequence[str]]
    saved: Mapping[str, str]
    recent: Sequence[str] = ()

    @cached_property
    def folded(self) -> dict[str, list[tuple[str, str]]]:
        """The values of each key, each with its folded form."""
        return {
            key: [(value, fold(value)) for value in values] for key, values in self.values.items()
        }


def propose(line: str, cursor: int, vocabulary: Vocabulary) -> list[Proposal]:
    """What the part of the line at the cursor may become, the likeliest first; of an empty line,
    the recent searches."""
    if not line.strip():
        return list(_whole_lines("", vocabulary))[:MOST_PROPOSED]
    part = find_part(line, cursor)
    if part is None:
        return []
    found: list[Proposal] = []
    if part.key is not None:
        wanted = fold(part.value)
        values = _values_of(part.key, wanted, vocabulary)
        found += (_with_filter(line, part.begin, part.end, part.key, value) for value in values)
        lines = [*_whole_lines(line, vocabulary)][:_MOST_OF_A_KIND]
        found = [*found[: MOST_PROPOSED - len(lines)], *lines]
    else:
        found += _whole_lines(line, vocabulary)
        if len(part.value) >= _SHORTEST_WORD:
            found += _filters_for(line, part.begin, part.end, part.value, vocabulary)
    return [each for each in found if each.line.rstrip() != line.rstrip()][:MOST_PROPOSED]


def _whole_lines(line: str, vocabulary: Vocabulary) -> Iterator[Proposal]:
    wanted = fold(line.strip())
    saved = [
        Proposal(ProposalKind.SAVED, name, query, len(query))
        for name, query in vocabulary.saved.items()
        if _begins(fold(name), wanted)
    ]
    if wanted:
        yield from saved[:_MOST_OF_A_KIND]
    recent = [
        Proposal(ProposalKind.RECENT, query, query, len(query))
        for query in vocabulary.recent
        if fold(query).startswith(wanted)
    ]
    yield from recent[: _MOST_OF_A_KIND if wanted else MOST_PROPOSED]


def _filters_for(
    line: str, begin: int, end: int, word: str, vocabulary: Vocabulary
) -> Iterator[Proposal]:
    """Filters that a plain word may have been meant for, then keys that it begins."""
    wanted = fold(word)
    for key in vocabulary.folded:
        values = [value for value, form in vocabulary.folded[key] if _begins(form, wanted)]
        for value in values[:_MOST_OF_A_KIND]:
            yield _with_filter(line, begin, end, key, value)
    for key in [key for key in sorted(KEYS) if key.startswith(wanted)][:_MOST_OF_A_KIND]:
        text = f"{key}:"
        yield Proposal(ProposalKind.KEY, text, line[:begin] + text + line[end:], begin + len(text))


def _values_of(key: str, wanted: str, vocabulary: Vocabulary) -> Iterable[str]:
    """Those that begin so, then those that have it in them."""
    known = vocabulary.folded.get(key) or [(value, value) for value in _CHOICES.get(key, ())]
    fitting = [(value, form) for value, form in known if wanted in form]
    return [value for value, _ in sorted(fitting, key=lambda each: not _begins(each[1], wanted))]


def _begins(form: str, wanted: str) -> bool:
    """Whether a text, or a word of it, begins so; both are folded."""
    return form.startswith(wanted) or any(
        form.startswith(wanted, found.start()) for found in _WORD.finditer(form)
    )


def _with_filter(line: str, begin: int, end: int, key: str, value: str) -> Proposal:
    printed = print_tree(Filter(key, value))
    after = line[end:]
    gap = "" if after[:1].isspace() or after[:1] == ")" else " "
    kind = ProposalKind.CHOICE if key in _CHOICES else ProposalKind(key)
    cursor = begin + len(printed) + len(gap or after[:1].strip(")"))
    return Proposal(kind, value, line[:begin] + printed + gap + after, cursor)
