"""`photofind explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.cli.documents import explanation_document
from photofind.cli.output import counted
from photofind.cli.search import open_engine
from photofind.cli.status import people_key
from photofind.search.query import parse
from photofind.search.syntax import print_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from photofind.cli.session import Session
    from photofind.search.engine import Explanation, PlannedAlternative
    from photofind.search.plan import Part

_EVERYTHING = "All photos"


def explain_query(session: Session, text: str) -> None:
    """Prints how a query is answered.

    Raises:
        QueryError: nothing to search for, or too much.
    """
    query = parse(text)
    with open_engine(session) as engine:
        explanation = engine.explain(query)
    if session.output.as_json:
        model = people_key(explanation.model)
        session.output.document(explanation_document(explanation, model))
        return
    for line in _in_words(explanation):
        session.output.line(line)


def _in_words(explanation: Explanation) -> Iterator[str]:
    query = explanation.query
    for remark in query.remarks:
        yield str(remark.sentence)
    for each in explanation.understood:
        followed = "" if each.surely else "; photos that it fits as words follow"
        yield f"“{each.words}” is read as {each.filter}{followed}."
    for number, reading in enumerate(explanation.readings):
        for place, planned in enumerate(reading):
            if place:
                yield "or:"
            elif number:
                yield "and after those:"
            yield from _alternative_in_words(planned)
    language = query.language or "recognised by the model"
    yield f"Language of the words: {language}"
    yield f"Order: {query.sort or 'relevance'}"


def _alternative_in_words(planned: PlannedAlternative) -> Iterator[str]:
    alternative = planned.alternative
    for part in alternative.parts:
        weight = "" if part.weight == 1 else f", counted {part.weight:g} times"
        yield f"  Ranked by {_name_part(part)}{weight}"
    for part in alternative.without:
        yield f"  Without {_name_part(part)}"
    for condition, photos in zip(alternative.conditions, planned.photos, strict=True):
        yield f"  Filter {print_tree(condition)}: {counted(photos, 'photo')}"
    if len(alternative.conditions) > 1:
        yield f"  All filters together: {counted(planned.remaining, 'photo')}"
    if not (alternative.parts or alternative.without or alternative.conditions):
        yield f"  {_EVERYTHING}"


def _name_part(part: Part) -> str:
    return f"the picture {part.image}" if part.image else f"“{part.words}”"
