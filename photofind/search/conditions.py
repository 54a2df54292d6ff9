"""What photos must be like: each filter of the query language, as a mask over columns."""

from __future__ import annotations

import math
import os
import re
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog.columns import NumberColumn, TextColumn
from photofind.catalog.tags import find_tagged_any
from photofind.catalog.words import find_phrase
from photofind.domain import WhyKind
from photofind.media.formats import LIVE_FILM_SUFFIXES, RAW_SUFFIXES, VIDEO_SUFFIXES
from photofind.normal_form import fold
from photofind.search.dates import local_today, read_month, read_span
from photofind.search.syntax import All, Any, Filter, Not, Weighted
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from photofind.search.facts import Facts
    from photofind.search.syntax import Node

_BOUND = re.compile(r"(?P<sign>>=|<=|>|<|=)?(?P<number>\d+(?:\.\d+)?)(?P<unit>[a-z]*)")
_RANGE = re.compile(r"(?P<first>\d+(?:\.\d+)?)(?:\.\.|-)(?P<last>\d+(?:\.\d+)?)(?P<unit>[a-z]*)")
_BYTES = {"": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9}
_PIXELS = {"": 1e6, "mp": 1e6}
_TIMES = re.compile(r"(\d{1,2})(?::(\d{2}))?(?:-(\d{1,2})(?::(\d{2}))?)?")
_DAY_MS = 86_400_000
_MINUTE_MS = 60_000
_MINUTES = 1_440
_EARTH_KM = 6_371.0
_PANORAMA = 2.0
"""From which ratio of width to height on."""
_SAME_SUFFIX = ({"jpg", "jpeg", "jpe"}, {"tif", "tiff"}, {"heic", "heif", "hif"})
_SCREENSHOTS = tuple(
    map(fold, ("screenshot", "screen shot", "screen_shot", "bildschirmfoto", "ภาพหน้าจอ"))
)
_EDITED = ("-edit", "_edit", "(edit", "-bearbeitet", "img_e")

Ask = "Callable[[Facts], NDArray[np.bool_]]"


def find_fault(asked: Filter) -> Sentence | None:
    """Why a filter can't be applied; None: it can."""
    if not asked.value:
        return Sentence(
            "After {key}: a value is missing. Write for example {example}.",
            key=asked.key,
            example=_EXAMPLES[asked.key],
        )
    if asked.key in _READERS and _READERS[asked.key](asked.value) is None:
        return Sentence(
            "{key}: doesn't take “{value}”. Write for example {example}.",
            key=asked.key,
            value=asked.value,
            example=_EXAMPLES[asked.key],
        )
    return None


def mask_of(node: Node, facts: Facts) -> NDArray[np.bool_]:
    """The photos that meet a condition: bool [n], in the order of the facts' columns.

    Args:
        node: of filters and phrases; a word stands for itself in text.

    Raises:
        CatalogError: the catalog can't be read.
    """
    match node:
        case Not(inner):
            return ~mask_of(inner, facts)
        case Weighted(_, inner):
            return mask_of(inner, facts)
        case All(nodes):
            everything = np.ones(len(facts), np.bool_)
            return reduce(np.logical_and, (mask_of(each, facts) for each in nodes), everything)
        case Any(nodes):
            nothing = np.zeros(len(facts), np.bool_)
            return reduce(np.logical_or, (mask_of(each, facts) for each in nodes), nothing)
        case Filter(key, value):
            reader = _READERS.get(key)
            asked = None if reader is None else reader(value)
            return np.ones(len(facts), np.bool_) if asked is None else asked(facts)
        case _:
            return _with_phrase(node.text, None, facts)


def _with_phrase(text: str, kinds: set[WhyKind] | None, facts: Facts) -> NDArray[np.bool_]:
    with facts.reader.snapshot() as snapshot:
        found = find_phrase(snapshot, text) if kinds is None else find_phrase(snapshot, text, kinds)
    return facts.of_photos(found)


def _tagged(value: str) -> Callable[[Facts], NDArray[np.bool_]]:
    wanted = fold(value)

    def mask(facts: Facts) -> NDArray[np.bool_]:
        # The label itself where the library has it; "ann" is not "Annabel" there.
        labels = facts.labels.get(wanted)
        if labels is None:
            labels = [
                each for form, same in facts.labels.items() if wanted in form for each in same
            ]
        with facts.reader.snapshot() as snapshot:
            return facts.of_photos(find_tagged_any(snapshot, labels))

    return mask


def _texts(column: TextColumn) -> Callable[[str], Callable[[Facts], NDArray[np.bool_]]]:
    def read(value: str) -> Callable[[Facts], NDArray[np.bool_]]:
        wanted = fold(value)
        return lambda facts: facts.with_text(column, lambda text: wanted in fold(text))

    return read


def _named(value: str) -> Callable[[Facts], NDArray[np.bool_]]:
    return lambda facts: _with_phrase(value, {WhyKind.NAME}, facts)


def _in_folder(value: str) -> Callable[[Facts], NDArray[np.bool_]]:
    path = Path(value).expanduser()
    if path.is_absolute():
        top = os.path.normcase(os.path.normpath(path))
        return lambda facts: facts.with_text(
            TextColumn.FOLDER, lambda folder: _lies_in(os.path.normcase(folder), top)
        )
    wanted = fold(value.replace("\\", "/").strip("/"))
    return lambda facts: facts.with_text(
        TextColumn.FOLDER,
        lambda folder: wanted in fold(facts.place_of(folder).replace("\\", "/")),
    )


def _lies_in(folder: str, top: str) -> bool:
    return folder == top or folder.startswith(top.rstrip(os.sep) + os.sep)


def _ending(value: str) -> Callable[[Facts], NDArray[np.bool_]]:
    wanted = value.lower().removeprefix(".")
    same = next((each for each in _SAME_SUFFIX if wanted in each), {wanted})
    return lambda facts: facts.with_suffix(sorted(same))


def _number(
    column: NumberColumn, units: dict[str, float]
) -> Callable[[str], Callable[[Facts], NDArray[np.bool_]] | None]:
    def read(value: str) -> Callable[[Facts], NDArray[np.bool_]] | None:
        test = _compare(value, units)
        return None if test is None else lambda facts: test(facts.numbers(column))

    return read


def _megapixels(value: str) -> Callable[[Facts], NDArray[np.bool_]] | None:
    test = _compare(value, _PIXELS)
    if test is None:
        return None
    return lambda facts: test(
        facts.numbers(NumberColumn.WIDTH) * facts.numbers(NumberColumn.HEIGHT)
    )


def _compare(
    value: str, units: dict[str, float]
) -> Callable[[NDArray[np.float64]], NDArray[np.bool_]] | None:
    plain = "".join(value.lower().split())
    between = _RANGE.fullmatch(plain)
    if between and between["unit"] in units:
        scale = units[between["unit"]]
        first, last = float(between["first"]) * scale, float(between["last"]) * scale
        return lambda numbers: (numbers >= first) & (numbers <= last)
    bound = _BOUND.fullmatch(plain)
    if bound is None or bound["unit"] not in units:
        return None
    limit = float(bound["number"]) * units[bound["unit"]]
    match bound["sign"]:
        case ">":
            return lambda numbers: numbers > limit
        case ">=":
            return lambda numbers: numbers >= limit
        case "<":
            return lambda numbers: numbers < limit
        case "<=":
            return lambda numbers: numbers <= limit
    return lambda numbers: np.isclose(numbers, limit, rtol=1e-6, atol=0)


def _date(value: str) -> Callable[[Facts], NDArray[np.bool_]] | None:
    span = read_span(value, local_today())
    if span is None:
        return None
    return lambda facts: facts.dated & span.holds(facts.moments, facts.last_moments)


def _after(value: str) -> Callable[[Facts], NDArray[np.bool_]] | None:
    span = read_span(value, local_today())
    if span is None or span.every_year:
        return None
    return lambda facts: facts.dated & (facts.last_moments >= span.start_ms)


def _before(value: str) -> Callable[[Facts], NDArray[np.bool_]] | None:
    span = read_span(value, local_today())
    if span is None or span.every_year:
        return None
    return lambda facts: facts.dated & (facts.moments < span.start_ms)


def _month(value: str) -> Callable[[Facts], NDArray[np.bool_]] | None:
    month = read_month(value)
    if month is None:
        return None
    return lambda facts: (
        facts.dated & (facts.numbers(NumberColumn.DATE_PARTS) > 1)
        & (facts.moments.astype("datetime64[ms]").astype("datetime64[M]")
        .astype(np.int64) % 12 + 1 == month)
    )  # fmt: skip


def _time(value: str) -> Callable[[Facts], NDArray[np.bool_]] | None:
    found = _TIMES.fullmatch("".join(value.split()))
    if found is None:
        return None
    first = int(found[1]) * 60 + int(found[2] or 0)
    last = first + (1 if found[2] else 60) if found[3] is None else None
    if last is None:
        last = int(found[3]) * 60 + int(found[4] or 0)
    if first >= _MINUTES or last > _MINUTES:
        return None

    def mask(facts: Facts) -> NDArray[np.bool_]:
        minute = facts.moments % _DAY_MS // _MINUTE_MS
        late, early = minute >= first, minute < last
        return facts.timed & ((late & early) if first < last else (late | early))

    return mask


def _near(value: str) -> Callable[[Facts], NDArray[np.bool_]] | None:
    parts = [part.strip().lower() for part in value.split(",")]
    try:
        latitude, longitude = float(parts[0]), float(parts[1])
        radius_km = float(parts[2].removesuffix("km")) if len(parts) > 2 else 10.0
    except (ValueError, IndexError):
        return None
    fits = abs(latitude) <= 90 and abs(longitude) <= 180 and 0 < radius_km < math.inf
    if not fits or len(parts) > 3:
        return None

    def mask(facts: Facts) -> NDArray[np.bool_]:
        north = np.radians(facts.numbers(NumberColumn.LATITUDE))
        east = np.radians(facts.numbers(NumberColumn.LONGITUDE))
        own = math.radians(latitude)
        # The haversine formula.
        chord = (
            np.sin((north - own) / 2) ** 2
            + np.cos(north) * math.cos(own) * np.sin((east - math.radians(longitude)) / 2) ** 2
        )
        distance_km = 2 * _EARTH_KM * np.arcsin(np.sqrt(np.clip(chord, 0, 1)))
        return np.asarray(distance_km <= radius_km)

    return mask


def _orientation(value: str) -> Callable[[Facts], NDArray[np.bool_]] | None:
    compare = {"portrait": np.less, "landscape": np.greater, "square": np.equal}.get(value.lower())
    if compare is None:
        return None
    return lambda facts: compare(
        facts.numbers(NumberColumn.WIDTH), facts.numbers(NumberColumn.HEIGHT)
    )


def _is(value: str) -> Callable[[Facts], NDArray[np.bool_]] | None:
    return _STATES.get(value.lower().replace("favorite", "favourite"))


def _has(value: str) -> Callable[[Facts], NDArray[np.bool_]] | None:
    return _POSSESSIONS.get(value.lower())


def _above(column: NumberColumn, least: float) -> Callable[[Facts], NDArray[np.bool_]]:
    return lambda facts: facts.numbers(column) > least


def _with_suffixes(suffixes: frozenset[str]) -> Callable[[Facts], NDArray[np.bool_]]:
    return lambda facts: facts.with_suffix([suffix[1:] for suffix in suffixes])


def _is_offline(facts: Facts) -> NDArray[np.bool_]:
    return ~facts.with_text(TextColumn.FOLDER, os.path.isdir)


def _is_named(parts: tuple[str, ...]) -> Callable[[Facts], NDArray[np.bool_]]:
    return lambda facts: facts.with_text(
        TextColumn.NAME, lambda name: any(part in fold(name) for part in parts)
    )


def _is_panorama(facts: Facts) -> NDArray[np.bool_]:
    width, height = facts.numbers(NumberColumn.WIDTH), facts.numbers(NumberColumn.HEIGHT)
    return np.asarray(np.maximum(width, height) >= _PANORAMA * np.minimum(width, height))


_STATES: dict[str, Callable[[Facts], NDArray[np.bool_]]] = {
    "favourite": _above(NumberColumn.FAVOURITE, 0),
    "picked": _above(NumberColumn.FLAG, 0),
    "rejected": lambda facts: facts.numbers(NumberColumn.FLAG) < 0,
    "rated": _above(NumberColumn.RATING, 0),
    "unrated": lambda facts: ~(facts.numbers(NumberColumn.RATING) > 0),
    "offline": _is_offline,
    "duplicate": _above(NumberColumn.PATHS, 1),
    "screenshot": _is_named(_SCREENSHOTS),
    "panorama": _is_panorama,
    "raw": _with_suffixes(RAW_SUFFIXES),
    "live": _with_suffixes(LIVE_FILM_SUFFIXES),
    "video": _with_suffixes(VIDEO_SUFFIXES),
    "edited": _is_named(_EDITED),
}
_POSSESSIONS: dict[str, Callable[[Facts], NDArray[np.bool_]]] = {
    "gps": lambda facts: ~np.isnan(facts.numbers(NumberColumn.LATITUDE)),
    "text": _above(NumberColumn.HAS_TEXT, 0),
    "caption": _above(NumberColumn.HAS_CAPTION, 0),
    "date": lambda facts: facts.dated,
}
_READERS: dict[str, Callable[[str], Callable[[Facts], NDArray[np.bool_]] | None]] = {
    "after": _after,
    "before": _before,
    "bytes": _number(NumberColumn.BYTES, _BYTES),
    "camera": _texts(TextColumn.CAMERA),
    "date": _date,
    "ext": _ending,
    "f": _number(NumberColumn.F_NUMBER, {"": 1}),
    "folder": _in_folder,
    "has": _has,
    "is": _is,
    "iso": _number(NumberColumn.ISO, {"": 1}),
    "lens": _texts(TextColumn.LENS),
    "month": _month,
    "name": _named,
    "near": _near,
    "on": _date,
    "orientation": _orientation,
    "rating": _number(NumberColumn.RATING, {"": 1}),
    "size": _megapixels,
    "tag": _tagged,
    "time": _time,
}
_EXAMPLES = {
    "after": "after:2023-06",
    "before": "before:2024",
    "bytes": "bytes:>20mb",
    "camera": "camera:iphone",
    "date": 'date:2023 or date:"last summer"',
    "ext": "ext:heic",
    "f": "f:<2",
    "folder": "folder:Holidays",
    "has": "has:" + ", has:".join(_POSSESSIONS),
    "image": 'image:"photos/a.jpg"',
    "is": "is:" + ", is:".join(_STATES),
    "iso": "iso:>1600",
    "lang": "lang:th",
    "lens": "lens:50mm",
    "meaning": "meaning:2014",
    "month": "month:7",
    "name": "name:IMG_20",
    "near": 'near:"18.79,98.98,25km"',
    "on": "on:2024-12-25",
    "orientation": "orientation:portrait, landscape or square",
    "rating": "rating:>=4",
    "size": "size:>10mp",
    "sort": "sort:date, sort:-date, sort:rating, sort:name or sort:relevance",
    "tag": 'tag:dog, or tag:"polar bear"',
    "time": "time:18-22",
}
"""How each key is used, for hints."""
FILTER_KEYS = frozenset(_READERS)
EXAMPLES = _EXAMPLES
STATES = frozenset(_STATES)
POSSESSIONS = frozenset(_POSSESSIONS)
