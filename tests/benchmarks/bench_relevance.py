"""How well "probably what was meant" is judged, on real photos with known contents.

    python tests/benchmarks/bench_relevance.py [../shared/fixtures/coco-ccby]

The folder holds photos and captions_licences.tsv (columns file, objects). The queries are the names
of the labelled objects; true photos are those that carry the label. Libraries of 51 photos are the
photos themselves. Larger ones are filled up with crops of them (between half and nine tenths of
each side, with the label of the whole), which are not independent photos: such a library says how
the rule behaves with numbers, not how often it errs on as many different photos.

For each size, and for queries read by both encoders ("en") and by the multilingual one ("multi"):
minority   the library as it is, objects in less than 30 % of it: precision / recall
majority   subsets of which 70 % show the object: precision / recall
person     the same for "person" alone
absent     all photos of the object removed: false photos a query, share of empty answers
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps

from photofind.inference.clip import DualEncoder, ImageEncoder
from photofind.inference.spec_search import DualEncoderSpec
from photofind.inference.store import ModelStore
from photofind.paths import app_folders
from photofind.search.encoders import Encoders
from photofind.search.relevance import text_cut

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photofind.search.relevance import SoughtObject

DEFAULT_FOLDER = Path(__file__).resolve().parents[3] / "shared" / "fixtures" / "coco-ccby"
SIZES = (51, 500, 5_000)
MINORITY, MAJORITY = 0.3, 0.7
LEAST_FOR_MAJORITY = 3
DRAWS = 10
ROUTES = {"both": "en", "multi": "mul"}


@dataclass(slots=True)
class Count:
    """What happened in one case, over all its queries."""

    true: int = 0
    shown: int = 0
    shown_true: int = 0
    queries: int = 0
    empty: int = 0

    def add(self, shown: NDArray[np.bool_], labelled: NDArray[np.bool_]) -> None:
        self.true += int(labelled.sum())
        self.shown += int(shown.sum())
        self.shown_true += int((shown & labelled).sum())
        self.queries += 1
        self.empty += not shown.any()

    @property
    def found(self) -> str:
        precision = self.shown_true / self.shown if self.shown else float("nan")
        return f"{precision:.2f}/{self.shown_true / max(self.true, 1):.2f}"

    @property
    def absent(self) -> str:
        return f"{self.shown / self.queries:.2f}, {self.empty / self.queries:.0%} empty"


@dataclass(slots=True)
class Cases:
    minority: Count = field(default_factory=Count)
    majority: Count = field(default_factory=Count)
    person: Count = field(default_factory=Count)
    absent: Count = field(default_factory=Count)


@dataclass(frozen=True, slots=True)
class Judge:
    """One query read in one way."""

    model: DualEncoder
    vector: NDArray[np.float32]
    expected: float | None
    sought: SoughtObject | None

    def shown(self, vectors: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Which photos of a library are relevant: bool [n]."""
        scores = vectors @ self.vector
        shown = scores >= text_cut(self.model.spec.cuts, self.expected, scores)
        if self.sought is not None:
            shown |= vectors[:, self.sought.component] >= self.sought.least
        return np.asarray(shown)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, nargs="?", default=DEFAULT_FOLDER)
    parser.add_argument("--largest", type=int, default=SIZES[-1], help="photos at most")
    arguments = parser.parse_args()
    photos, labels = read_photos(arguments.folder)
    model = ModelStore(app_folders()).find("basic", DualEncoderSpec)
    sizes = [size for size in SIZES if size <= arguments.largest]
    vectors = embed(model, photos, max(sizes))
    for route, language in ROUTES.items():
        for size in sizes:
            cases = measure(model, vectors[:size], labels, len(photos), language)
            print(
                f"{route} {size}: minority {cases.minority.found}, majority {cases.majority.found},"
                f" person {cases.person.found}, absent {cases.absent.absent}",
                flush=True,
            )


def read_photos(folder: Path) -> tuple[list[Image.Image], list[frozenset[str]]]:
    """The photos, and the objects in each."""
    with (folder / "captions_licences.tsv").open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        known = {
            row["file"]: frozenset(row["objects"].split("; "))
            for row in rows
            if (folder / row["file"]).is_file()
        }
    photos, labels = [], []
    for name, objects in sorted(known.items()):
        with Image.open(folder / name) as image:
            photos.append(ImageOps.exif_transpose(image).convert("RGB"))
        labels.append(objects)
    return photos, labels


def embed(model: DualEncoder, photos: list[Image.Image], count: int) -> NDArray[np.float32]:
    """Vectors of the photos, then of crops of them in turn: float32 [count, dim]."""
    random = np.random.default_rng(0)
    encoder = ImageEncoder(model)
    side = model.spec.preprocess.geometry.size
    vectors = []
    for number in range(count):
        photo = photos[number % len(photos)]
        if number >= len(photos):
            width, height = (int(each * random.uniform(0.5, 0.9)) for each in photo.size)
            left = int(random.integers(0, photo.width - width + 1))
            top = int(random.integers(0, photo.height - height + 1))
            photo = photo.crop((left, top, left + width, top + height))
        square = np.asarray(photo.resize((side, side), Image.Resampling.BICUBIC))
        vectors.append(encoder.encode([square]).search[0])
    return np.stack(vectors).astype(np.float16).astype(np.float32)


def measure(
    model: DualEncoder,
    vectors: NDArray[np.float32],
    labels: list[frozenset[str]],
    originals: int,
    language: str,
) -> Cases:
    """Judges every object's name in every case."""
    random = np.random.default_rng(0)
    encoders = Encoders(model)
    cases = Cases()
    of_row = [labels[row % originals] for row in range(len(vectors))]
    for name in sorted(set().union(*labels)):
        found = encoders.encode_words(name, language)
        judge = Judge(
            model,
            found.vector,
            encoders.expected_score(found.vector),
            encoders.sought_object(name, found),
        )
        labelled = np.array([name in objects for objects in of_row])
        if labelled.mean() < MINORITY:
            cases.minority.add(judge.shown(vectors), labelled)
        cases.absent.add(judge.shown(vectors[~labelled]), labelled[~labelled])
        true, false = np.flatnonzero(labelled), np.flatnonzero(~labelled)
        if sum(name in objects for objects in labels) < LEAST_FOR_MAJORITY:
            continue
        count = min(len(true), int(len(false) * MAJORITY / (1 - MAJORITY)))
        for _ in range(DRAWS):
            drawn = np.concatenate(
                [
                    random.permutation(true)[:count],
                    random.permutation(false)[: round(count * (1 - MAJORITY) / MAJORITY)],
                ]
            )
            case = cases.person if name == "person" else cases.majority
            case.add(judge.shown(vectors[drawn]), labelled[drawn])
    return cases


if __name__ == "__main__":
    main()
