"""Ranks photos for a description: by meaning, and by their names, texts and tags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from photofind.domain import ContentId, Hit, PhotoId, Space, Why, WhyKind
from photofind.search.conditions import find_meeting, has_conditions
from photofind.search.fuse import UNKNOWN_MEANING, Fused, fuse
from photofind.search.overlap import find_overlaps
from photofind.search.ranking import rank
from photofind.search.relevance import text_cut
from photofind.search.text import find_text_hits, matching_tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from photofind.catalog.reader import CatalogReader
    from photofind.domain import Query
    from photofind.inference.spec_search import RelevanceCuts
    from photofind.search.encoders import Encoders
    from photofind.search.library import Library
    from photofind.search.overlap import Overlap
    from photofind.search.text import TextHit

OVERLAP_SPREADS = 4.0
"""What a caption that says all words of a query is worth, in standard deviations of the scores of
the library, which differ from model to model. tests/benchmarks/bench_captions.py on 51 COCO photos
with the basic model, one caption of each kept and the other four searched for: R@1 .613 at 0, .716
at 2, .750 at 4, .755 at 6, .779 at 8; those captions are people's, and a model's say less."""
_LEAST_LIBRARY = 30
"""Photos from which on their scores have a spread worth the name."""
TAG_BONUS = 0.002
"""For a tag that stands in the query: decides among photos that fit equally well and no more,
because a model's tags say the same as its vectors do."""
_TAGS_READ = 50
"""Photos at the top of the ranking by meaning whose tags are looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class WordRanking:
    """Photos in the order in which they fit a description.

    Attributes:
        fused: contents and scores.
        photo_ids: int64 [n], the photos that show them.
        least: the least cosine of a photo that the description fits.
        text_hits, phrases, tags, overlaps: what else speaks for some contents.
        total: photos that took part.
    """

    fused: Fused
    photo_ids: NDArray[np.int64]
    least: float
    text_hits: Mapping[int, TextHit]
    phrases: Mapping[int, tuple[Why, ...]]
    tags: Mapping[int, tuple[Why, ...]]
    overlaps: Mapping[int, Overlap]
    total: int

    def hits(self, limit: int) -> tuple[Hit, ...]:
        """The best ones, at most `limit`, with their reasons."""
        best = slice(0, max(limit, 0))
        columns = (
            self.photo_ids[best].tolist(),
            self.fused.content_ids[best].tolist(),
            self.fused.scores[best].tolist(),
            self.fused.meanings[best].tolist(),
        )
        return tuple(self._hit(*row) for row in zip(*columns, strict=True))

    def _hit(self, photo_id: int, content_id: int, score: float, meaning: float) -> Hit:
        why: list[Why] = []
        text_hit = self.text_hits.get(content_id)
        if text_hit is not None:
            why.append(text_hit.why)
        why += self.phrases.get(content_id, ())
        overlap = self.overlaps.get(content_id)
        says_much = overlap is not None and overlap.says_much
        if overlap is not None and says_much and text_hit is None:
            why.append(Why(WhyKind.TEXT, overlap.share, overlap.text))
        if meaning > UNKNOWN_MEANING:
            why.append(Why(WhyKind.MEANING, meaning))
        why += self.tags.get(content_id, ())
        relevant = meaning >= self.least or text_hit is not None or says_much
        return Hit(PhotoId(photo_id), ContentId(content_id), score, relevant, tuple(why))


def rank_by_words(
    reader: CatalogReader, library: Library, encoders: Encoders, query: Query, count: int | None
) -> WordRanking:
    """Ranks the library, or what of it meets the query's conditions, for a description.

    Args:
        query: with words.
        count: how many are wanted at least; None: all.

    Raises:
        CatalogError: the catalog can't be read.
        ModelError: the text encoder can't be used.
    """
    words = query.words
    vector = encoders.encode_words(words)
    found = find_text_hits(reader, words)
    overlaps = find_overlaps(reader, words)
    only = None
    phrases: dict[int, tuple[Why, ...]] = {}
    if has_conditions(query):
        meeting = find_meeting(reader, query)
        photos = meeting.photo_ids.tolist()
        meets = set(photos)
        found = {photo: hit for photo, hit in found.items() if photo in meets}
        overlaps = {photo: each for photo, each in overlaps.items() if photo in meets}
        shown = library.contents_of(photos)
        phrases = {content: meeting.phrases.get(photo, ()) for photo, content in shown.items()}
        only = np.asarray(sorted(shown.values()), np.int64)
    contents = library.contents_of({**found, **overlaps})
    text_hits: dict[int, TextHit] = {
        contents[photo]: hit for photo, hit in found.items() if photo in contents
    }
    shared: dict[int, Overlap] = {
        contents[photo]: each for photo, each in overlaps.items() if photo in contents
    }
    matrix = library.matrix(reader, Space.SEARCH, encoders.spec.dim)
    ranking = rank(
        matrix,
        vector,
        len(matrix) if count is None else count,
        reader,
        library.model_id,
        Space.SEARCH,
        always={**text_hits, **shared},
        only=only,
    )
    tags = _matching_tags(reader, library, query.text, ranking.content_ids[:_TAGS_READ])
    bonuses = {content: TAG_BONUS * reasons[0].score for content, reasons in tags.items()}
    weight = OVERLAP_SPREADS * _spread(encoders.spec.cuts, ranking.estimates)
    for content, overlap in shared.items():
        bonuses[content] = bonuses.get(content, 0.0) + weight * overlap.share
    strengths = {content: hit.strength for content, hit in text_hits.items()}
    fused = fuse(ranking.content_ids, ranking.scores, strengths, bonuses)
    return WordRanking(
        fused,
        library.photos_of(fused.content_ids),
        text_cut(encoders.spec.cuts, vector, ranking.estimates),
        text_hits,
        phrases,
        tags,
        shared,
        ranking.total + int((fused.meanings == UNKNOWN_MEANING).sum()),
    )


def _spread(cuts: RelevanceCuts, estimates: NDArray[np.float32]) -> float:
    """Standard deviation of a query's scores over the library, or over photos as they typically
    are."""
    if len(estimates) < _LEAST_LIBRARY and cuts.typical is not None:
        return cuts.typical.spread
    return float(np.std(estimates)) if len(estimates) else 0.0


def _matching_tags(
    reader: CatalogReader, library: Library, words: str, content_ids: NDArray[np.int64]
) -> dict[int, tuple[Why, ...]]:
    photos = [PhotoId(photo) for photo in library.photos_of(content_ids).tolist()]
    tags = reader.tags_of(photos)
    found = {
        content: matching_tags(words, tags.get(photo, ()))
        for content, photo in zip(content_ids.tolist(), photos, strict=True)
    }
    return {content: reasons for content, reasons in found.items() if reasons}
