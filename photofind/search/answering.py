"""A query's way: resolved against the library, planned, masked, scored, fused, judged, paged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog.columns import NumberColumn, TextColumn
from photofind.catalog.words import read_written
from photofind.domain import ContentId, Hit, PhotoId, Space, Why, WhyKind
from photofind.normal_form import fold
from photofind.search.by_words import (
    LEAST_SPREAD,
    Meant,
    WordRanking,
    find_negative,
    rank_by_words,
)
from photofind.search.conditions import mask_of
from photofind.search.text import explain_phrase

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from photofind.catalog.reader import CatalogReader
    from photofind.search.encoders import Encoders
    from photofind.search.facts import Facts
    from photofind.search.library import Library
    from photofind.search.matrix import VectorMatrix
    from photofind.search.plan import Alternative, Part
    from photofind.search.query import Query


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Everything that was found, in its order, as parallel arrays [n].

    Attributes:
        photo_ids, content_ids: int64.
        scores: float64.
        relevant: bool.
        sources: int64, which of the rankings each comes from, -1 for what only meets conditions;
            rows: int64, its row there.
        rankings: of the alternatives that rank.
        total: photos that took part.
    """

    query: Query
    photo_ids: NDArray[np.int64]
    content_ids: NDArray[np.int64]
    scores: NDArray[np.float64]
    relevant: NDArray[np.bool_]
    sources: NDArray[np.int64]
    rows: NDArray[np.int64]
    rankings: tuple[WordRanking, ...]
    total: int

    @property
    def relevant_total(self) -> int:
        """How many are relevant."""
        return int(self.relevant.sum())

    def hits(self, reader: CatalogReader, limit: int | None) -> tuple[Hit, ...]:
        """The first ones, with their reasons.

        Raises:
            CatalogError: the catalog can't be read.
        """
        page = range(len(self.photo_ids) if limit is None else min(limit, len(self.photo_ids)))
        explained = [
            int(self.photo_ids[place])
            for place in page[:MOST_EXPLAINED]
            if self.query.phrases or self._strength(place) > 0
        ]
        with reader.snapshot() as snapshot:
            written = read_written(snapshot, explained)
        labels = tuple(Why(WhyKind.TAG, 1.0, label) for label in self.query.tags)
        hits = []
        for place in page:
            photo_id = PhotoId(int(self.photo_ids[place]))
            there = written.get(photo_id)
            why: list[Why] = []
            source = int(self.sources[place])
            if source >= 0:
                why += self.rankings[source].why(int(self.rows[place]), there)
            if there is not None:
                found = (explain_phrase(phrase, there) for phrase in self.query.phrases)
                at = 0 if source < 0 else len(why) - _trailing(why)
                why[at:at] = [each for each in found if each is not None]
            if source < 0:
                why += labels
            hits.append(
                Hit(
                    photo_id,
                    ContentId(int(self.content_ids[place])),
                    float(self.scores[place]),
                    bool(self.relevant[place]),
                    tuple(why),
                )
            )
        return tuple(hits)

    def _strength(self, place: int) -> int:
        source = int(self.sources[place])
        return 0 if source < 0 else int(self.rankings[source].strengths[self.rows[place]])


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """What a query is answered from.

    Attributes:
        encoders: of the active model, loaded when they are first asked for.
        example: the vector of a picture file in a space.
    """

    reader: CatalogReader
    library: Library
    encoders: Callable[[], Encoders]
    facts: Facts
    example: Callable[[str, Space], NDArray[np.float32]]


def answer_alternatives(
    sources: Sources, query: Query, alternatives: Sequence[Alternative], count: int | None
) -> Answer:
    """Answers a query that was planned.

    Args:
        count: how many are wanted at least; None: all.

    Raises:
        CatalogError: the catalog can't be read.
        ModelError: the model's files can't be used.
        MediaError: an example can't be read as a picture.
    """
    if query.sort not in {"", "relevance"} or len(alternatives) > 1:
        count = None
    parts = [_answer_one(sources, query, each, count) for each in alternatives]
    found = parts[0] if len(parts) == 1 else _merged(query, parts)
    return in_order(found, sources.facts, query.sort)


def _answer_one(
    sources: Sources, query: Query, alternative: Alternative, count: int | None
) -> Answer:
    facts = sources.facts
    mask: NDArray[np.bool_] | None = None
    for condition in alternative.conditions:
        met = mask_of(condition, facts)
        mask = met if mask is None else mask & met
    meant_not = {part: _meant(sources, query, (part,), {}) for part in alternative.without}
    for part, meant in meant_not.items():
        encoders = sources.encoders()
        gone = find_negative(sources.reader, sources.library, encoders, part.words, meant)
        kept = ~facts.of_photos(gone)
        mask = kept if mask is None else mask & kept
    takes_part = None if mask is None else facts.photo_ids[mask]
    if not alternative.parts:
        return _listed(query, facts, mask)
    meant = _meant(sources, query, alternative.parts, meant_not)
    ranking = rank_by_words(
        sources.reader,
        sources.library,
        sources.encoders(),
        alternative,
        meant,
        count,
        takes_part,
    )
    rows = np.arange(len(ranking.photo_ids))
    return Answer(
        query,
        ranking.photo_ids,
        ranking.fused.content_ids,
        ranking.fused.scores,
        ranking.relevant,
        np.zeros(len(rows), np.int64),
        rows,
        (ranking,),
        ranking.total,
    )


def _listed(query: Query, facts: Facts, mask: NDArray[np.bool_] | None) -> Answer:
    """What meets the conditions, the newest first."""
    order = facts.order
    wanted = np.arange(len(order.photo_ids))
    if mask is not None:
        places = np.searchsorted(facts.photo_ids, order.photo_ids)
        wanted = np.flatnonzero(mask[places]) if len(mask) else wanted
    count = len(wanted)
    return Answer(
        query,
        order.photo_ids[wanted],
        order.content_ids[wanted],
        np.ones(count),
        np.ones(count, np.bool_),
        np.full(count, -1, np.int64),
        np.zeros(count, np.int64),
        (),
        count,
    )


def _meant(
    sources: Sources,
    query: Query,
    parts: Sequence[Part],
    without: dict[Part, Meant],
) -> Meant:
    """What parts mean together, without some: one direction for several descriptions and examples.

    Scores of pictures spread wider than those of words: with both, each counts in spreads of its
    own scores over the library.
    """
    encoders = sources.encoders()
    vectors: dict[Part, NDArray[np.float32]] = {}
    sought = None
    for part in parts:
        if part.image:
            vectors[part] = sources.example(part.image, Space.SEARCH)
        else:
            found = encoders.encode_words(part.words, query.language)
            vectors[part] = found.vector
            if len(parts) == 1:
                sought = encoders.sought_object(part.words, found)
    if len(parts) == 1 and not without:
        vector = next(iter(vectors.values()))
    else:
        matrix = sources.library.matrix(sources.reader, Space.SEARCH, encoders.spec.dim)
        vector = _combined(vectors, without, matrix)
    least = None
    if all(part.image for part in parts):
        least = encoders.spec.cuts.similar
    return Meant(vector, sought, least)


MOST_EXPLAINED = 5_000
"""Hits of one answer for which it is read where their words stand: 20 µs each."""
_READING = 10.0
"""Between two readings of a query, in scores of answers in turn."""
_TURNING_AWAY = 0.5
"""How much what is not wanted counts against what is."""


def _combined(
    vectors: dict[Part, NDArray[np.float32]], without: dict[Part, Meant], matrix: VectorMatrix
) -> NDArray[np.float32]:
    total = np.zeros(matrix.dim, np.float32)
    weighed = [(part.weight, vector) for part, vector in vectors.items()]
    weighed += [(-_TURNING_AWAY * part.weight, meant.vector) for part, meant in without.items()]
    for weight, vector in weighed:
        spread = float(np.std(matrix.scores(vector))) if len(matrix) else 1.0
        total += np.float32(weight / max(spread, LEAST_SPREAD)) * vector
    length = np.float32(np.linalg.norm(total))
    return np.asarray(total / length, np.float32) if length > 0 else total


def in_turn(query: Query, answers: Sequence[Answer]) -> Answer:
    """Answers to several readings of a query: what is relevant to an earlier one comes first."""
    return _merged(query, answers, step=_READING)


def _merged(query: Query, answers: Sequence[Answer], step: float = 0.0) -> Answer:
    """Of alternatives a photo takes the better calibrated score."""
    rankings = tuple(ranking for each in reversed(answers) for ranking in each.rankings)
    columns: list[tuple[NDArray[np.float64], Answer, int]] = []
    number = 0
    for turn, each in enumerate(reversed(answers)):
        # The order of an answer that was merged already stays.
        scores = np.linspace(1, 0, len(each.photo_ids)) if step else np.zeros(len(each.photo_ids))
        if len(each.rankings) == 1 and not step:
            scores = each.rankings[0].calibrated
        columns.append((scores + step * turn * each.relevant, each, number))
        number += len(each.rankings)
    photos = np.concatenate([each.photo_ids for _, each, _ in columns])
    contents = np.concatenate([each.content_ids for _, each, _ in columns])
    scores = np.concatenate([score for score, _, _ in columns])
    relevant = np.concatenate([each.relevant for _, each, _ in columns])
    rows = np.concatenate([each.rows for _, each, _ in columns])
    sources = np.concatenate(
        [np.where(each.sources < 0, -1, each.sources + which) for _, each, which in columns]
    )
    order = np.lexsort((contents, -scores, ~relevant))
    _, firsts = np.unique(photos[order], return_index=True)
    order = order[np.sort(firsts)]
    return Answer(
        query,
        photos[order],
        contents[order],
        scores[order],
        relevant[order],
        sources[order],
        rows[order],
        rankings,
        len(order),
    )


def in_order(found: Answer, facts: Facts, sort: str) -> Answer:
    """Orders the answers above the cut; weaker matches follow as they are."""
    name = sort.removeprefix("-")
    if name in {"", "relevance"} and not sort.startswith("-"):
        return found
    answers, others = np.flatnonzero(found.relevant), np.flatnonzero(~found.relevant)
    places = np.searchsorted(facts.photo_ids, found.photo_ids[answers])
    match name:
        case "date":
            keys = -np.where(facts.dated, facts.moments, np.iinfo(np.int64).min + 1)[places]
        case "rating":
            keys = -np.nan_to_num(facts.numbers(NumberColumn.RATING), nan=-np.inf)[places]
        case "name":
            keys = _ranks_of_names(facts)[places]
        case _:
            keys = np.arange(len(answers))
    order = np.argsort(keys, kind="stable")
    if sort.startswith("-"):
        order = np.argsort(-keys, kind="stable")
    everyone = np.concatenate([answers[order], others])
    return Answer(
        found.query,
        found.photo_ids[everyone],
        found.content_ids[everyone],
        found.scores[everyone],
        found.relevant[everyone],
        found.sources[everyone],
        found.rows[everyone],
        found.rankings,
        found.total,
    )


def _ranks_of_names(facts: Facts) -> NDArray[np.int64]:
    names, places, which = facts.texts(TextColumn.NAME)
    order = sorted(range(len(names)), key=lambda number: fold(names[number]))
    rank = np.empty(len(names), np.int64)
    rank[order] = np.arange(len(names))
    ranks = np.full(len(facts), len(names), np.int64)
    np.minimum.at(ranks, places, rank[which])
    return ranks


def _trailing(why: Sequence[Why]) -> int:
    """How many reasons at the end say what the picture shows."""
    count = 0
    for each in reversed(why):
        if each.kind is WhyKind.NAME or each.kind is WhyKind.TEXT:
            break
        count += 1
    return count
