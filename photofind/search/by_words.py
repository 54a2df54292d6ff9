"""Ranks photos for a description: by meaning, and by their names, texts and tags."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog.tags import find_tagged, read_tags
from photofind.catalog.words import find_standing
from photofind.domain import WHOLE_PICTURE, PhotoId, Space, Why, WhyKind
from photofind.search.fuse import STEP, UNKNOWN_MEANING, Fused, fuse
from photofind.search.overlap import find_overlaps
from photofind.search.ranking import rank, read_answering
from photofind.search.relevance import text_cut
from photofind.search.text import (
    Strength,
    explain,
    find_word_hits,
    matching_tags,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from photofind.catalog.reader import CatalogReader
    from photofind.catalog.words import Written
    from photofind.domain import Region
    from photofind.inference.spec_search import RelevanceCuts
    from photofind.search.encoders import Encoders
    from photofind.search.library import Library
    from photofind.search.matrix import VectorMatrix
    from photofind.search.overlap import Overlap
    from photofind.search.plan import Alternative
    from photofind.search.ranking import Owners
    from photofind.search.relevance import SoughtObject
    from photofind.search.text import WordHits

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
_DOUBT = 0.02
"""More than an estimate errs."""
_MOST_SPREADS = 100.0
"""Between two strengths of words, in calibrated scores."""
LEAST_SPREAD = 1e-3
"""Of scores; less is none."""
_TAGS_READ = 50
"""Photos at the top of the ranking by meaning whose tags are looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class WordRanking:
    """Photos in the order in which they fit an alternative of a query.

    Attributes:
        alternative: what was asked.
        fused: contents and scores.
        photo_ids: int64 [n], the photos that show them.
        strengths: int8 [n], of the words that stand in each.
        relevant: bool [n].
        calibrated: float64 [n], comparable with other alternatives' scores: by how many standard
            deviations of the library's scores each lies above the cut, after the strength of its
            words.
        regions: what of some contents fits best, where that is less than the whole picture.
        tags, overlaps: what else speaks for some contents.
        total: photos that took part.
    """

    alternative: Alternative
    fused: Fused
    photo_ids: NDArray[np.int64]
    strengths: NDArray[np.int8]
    relevant: NDArray[np.bool_]
    calibrated: NDArray[np.float64]
    regions: Mapping[int, Region]
    tags: Mapping[int, tuple[Why, ...]]
    overlaps: Mapping[int, Overlap]
    total: int

    def why(self, row: int, written: Written | None) -> tuple[Why, ...]:
        """The reasons for one of its photos.

        Args:
            written: what is written about it, where it was found by its words.
        """
        content_id = int(self.fused.content_ids[row])
        strength, meaning = int(self.strengths[row]), float(self.fused.meanings[row])
        why: list[Why] = []
        if strength and written is not None:
            why += explain(self.alternative.words, Strength(strength), written)
        overlap = self.overlaps.get(content_id)
        if overlap is not None and overlap.says_much and not strength:
            why.append(Why(WhyKind.TEXT, overlap.share, overlap.text))
        if meaning > UNKNOWN_MEANING:
            region = self.regions.get(content_id, WHOLE_PICTURE)
            kind = WhyKind.MEANING if self.alternative.words else WhyKind.LOOKS
            why.append(Why(kind, meaning, region=region))
        why += self.tags.get(content_id, ())
        return tuple(why)


@dataclass(frozen=True, slots=True, eq=False)
class Meant:
    """What an alternative means.

    Attributes:
        vector: float32 [dim], unit length.
        sought: the object that it is about.
        least: the least score that fits, where examples alone say it; None: the words' cut.
    """

    vector: NDArray[np.float32]
    sought: SoughtObject | None = None
    least: float | None = None


def rank_by_words(
    reader: CatalogReader,
    library: Library,
    encoders: Encoders,
    alternative: Alternative,
    meant: Meant,
    count: int | None,
    takes_part: NDArray[np.int64] | None = None,
) -> WordRanking:
    """Ranks the library, or what of it meets the query's conditions, for an alternative.

    Args:
        count: how many are wanted at least; None: all.
        takes_part: int64, photos that do, rising; None: all.

    Raises:
        CatalogError: the catalog can't be read.
        ModelError: the text encoder can't be used.
    """
    words, vector = alternative.words, meant.vector
    found = find_word_hits(reader, words)
    overlaps = find_overlaps(reader, words)
    only = None
    if takes_part is not None:
        found = found.among(takes_part)
        among = set(takes_part.tolist()) if overlaps else set()
        overlaps = {photo: each for photo, each in overlaps.items() if photo in among}
        shown = library.contents_shown(takes_part)
        only = np.sort(shown[shown >= 0])
    contents = library.contents_of(overlaps)
    shared: dict[int, Overlap] = {
        contents[photo]: each for photo, each in overlaps.items() if photo in contents
    }
    matched, strengths = _by_content(library, found)
    matrix = library.matrix(reader, Space.SEARCH, encoders.spec.dim)
    owners = library.owners(Space.SEARCH)
    estimates = matrix.scores(vector)
    of_photos = estimates if owners is None else estimates[~owners.are_parts]
    least = meant.least
    if least is None:
        least = text_cut(encoders.spec.cuts, encoders.expected_score(vector), of_photos)
    showing = find_showing(matrix, owners, meant.sought)
    if only is not None:
        showing = np.intersect1d(showing, only)
    if count is not None:
        # All that fits is counted exactly; the order of the rest is of no interest.
        count = max(count, int((estimates >= least - _DOUBT).sum()))
    always = [matched, np.asarray(sorted(shared), np.int64), showing]
    ranking = rank(
        matrix,
        vector,
        len(matrix) if count is None else count,
        reader,
        library.model_id,
        Space.SEARCH,
        owners=owners,
        always=np.unique(np.concatenate(always)),
        only=only,
        estimates=estimates,
    )
    tags = _matching_tags(reader, library, words, ranking.content_ids[:_TAGS_READ])
    bonuses = {content: TAG_BONUS * reasons[0].score for content, reasons in tags.items()}
    spread = _spread(encoders.spec.cuts, of_photos)
    for content, overlap in shared.items():
        weight = OVERLAP_SPREADS * spread
        bonuses[content] = bonuses.get(content, 0.0) + weight * overlap.share
    fused = fuse(ranking.content_ids, ranking.scores, matched, strengths, bonuses)
    own = _strengths_of(fused.content_ids, matched, strengths)
    saying_much = [content for content, overlap in shared.items() if overlap.says_much]
    relevant = (fused.meanings >= least) | (own > 0)
    relevant |= np.isin(fused.content_ids, showing) | np.isin(fused.content_ids, saying_much)
    within = fused.scores - STEP * own
    above = (within - least) / max(spread, LEAST_SPREAD) if math.isfinite(least) else within
    return WordRanking(
        alternative,
        fused,
        library.photos_of(fused.content_ids),
        own,
        relevant,
        own * _MOST_SPREADS + np.clip(above, -_MOST_SPREADS / 2, _MOST_SPREADS / 2),
        read_answering(reader, ranking, len(ranking.content_ids)),
        tags,
        shared,
        ranking.total + int((fused.meanings == UNKNOWN_MEANING).sum()),
    )


def find_negative(
    reader: CatalogReader,
    library: Library,
    encoders: Encoders,
    words: str,
    meant: Meant,
) -> NDArray[np.int64]:
    """Photos that hold words in a text, tag or name, and those above the words' own cut: int64 [n],
    rising.

    Raises:
        CatalogError: the catalog can't be read.
        ModelError: the model's files can't be used.
    """
    matrix = library.matrix(reader, Space.SEARCH, encoders.spec.dim)
    owners = library.owners(Space.SEARCH)
    estimates = matrix.scores(meant.vector)
    of_photos = estimates if owners is None else estimates[~owners.are_parts]
    least = meant.least
    if least is None:
        least = text_cut(encoders.spec.cuts, encoders.expected_score(meant.vector), of_photos)
    contents = matrix.region_ids if owners is None else owners.content_ids
    fitting = np.union1d(contents[estimates >= least], find_showing(matrix, owners, meant.sought))
    with reader.snapshot() as snapshot:
        standing = find_standing(snapshot, words)
        tagged = find_tagged(snapshot, words)
    return reduce(np.union1d, (library.photos_of(fitting), standing, tagged))


def _by_content(library: Library, found: WordHits) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """What the photos show, rising, and the strength of each."""
    contents = library.contents_shown(found.photo_ids)
    visible = contents >= 0
    contents, strengths = contents[visible], found.strengths[visible]
    order = np.argsort(contents)
    return contents[order], strengths[order]


def _strengths_of(
    content_ids: NDArray[np.int64], matched: NDArray[np.int64], strengths: NDArray[np.int8]
) -> NDArray[np.int8]:
    if not len(matched):
        return np.zeros(len(content_ids), np.int8)
    places = np.searchsorted(matched, content_ids)
    there = matched.take(places, mode="clip") == content_ids
    return np.where(there, strengths.take(places, mode="clip"), np.int8(0))


def find_showing(
    matrix: VectorMatrix, owners: Owners | None, sought: SoughtObject | None
) -> NDArray[np.int64]:
    """The contents that show an object, somewhere in the picture: int64 [n], rising."""
    if sought is None:
        return np.empty(0, np.int64)
    component = np.zeros(matrix.dim, np.float32)
    component[sought.component] = 1.0
    rows = np.flatnonzero(matrix.scores(component) >= sought.least)
    contents = matrix.region_ids if owners is None else owners.content_ids
    return np.unique(contents[rows])


def _spread(cuts: RelevanceCuts, estimates: NDArray[np.float32]) -> float:
    """Standard deviation of a query's scores over the library, or over photos as they typically
    are."""
    if len(estimates) < _LEAST_LIBRARY and cuts.ordinary is not None:
        return cuts.ordinary.spread
    return float(np.std(estimates)) if len(estimates) else 0.0


def _matching_tags(
    reader: CatalogReader, library: Library, words: str, content_ids: NDArray[np.int64]
) -> dict[int, tuple[Why, ...]]:
    photos = [PhotoId(photo) for photo in library.photos_of(content_ids).tolist()]
    with reader.snapshot() as snapshot:
        tags = read_tags(snapshot, photos)
    found = {
        content: matching_tags(words, tags.get(photo, ()))
        for content, photo in zip(content_ids.tolist(), photos, strict=True)
    }
    return {content: reasons for content, reasons in found.items() if reasons}
