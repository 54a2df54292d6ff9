"""What the built-in model's answers are worth on real photos with known contents.

    python tests/benchmarks/bench_basic_model.py [../shared/fixtures/coco-ccby]

The folder holds photos and captions_licences.tsv (columns file, objects, captions). Prints
1. how often a caption finds its photo (none of these photos was used to make the model);
2. the first tags of every photo, and how many the photo's captions and object labels confirm.
   They don't mention everything: what they don't confirm is marked "?" for a person to judge;
3. for several cuts of the find-similar score, how many pairs are kept and how many of those show
   a common object.
"""

from __future__ import annotations

import argparse
import csv
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from photofind.inference.clip import DualEncoder, ImageEmbeddings, ImageEncoder, TextEncoder
from photofind.inference.labels import first_tags
from photofind.inference.spec_search import DualEncoderSpec
from photofind.inference.store import ModelStore
from photofind.media.decode import decode_photo
from photofind.paths import app_folders

DEFAULT_FOLDER = Path(__file__).resolve().parents[3] / "shared" / "fixtures" / "coco-ccby"
SIMILAR_CUTS = (0.35, 0.4, 0.45, 0.5, 0.55, 0.6)
COMMONPLACE = {"person", "dining table", "chair"}
"""Objects that don't make two photos alike."""
CONFIRMED_BY = {
    "food": "pizza broccoli sandwich hot dog cake donut carrot noodles",
    "vegetable": "broccoli carrot",
    "vehicle": "car bus truck motorcycle train bicycle",
    "motor scooter": "motorcycle",
    "furniture": "chair table bed bench couch desk",
    "computer": "laptop keyboard",
    "analog clock": "clock",
    "bathroom": "sink toilet toothbrush",
    "kitchen": "oven stove microwave toaster",
    "sea bird": "bird",
    "albatross": "bird",
    "airplane": "plane jets",
    "street": "street road sidewalk traffic stop sign",
    "table": "dining table",
    "Indian elephant": "elephant",
    "television": "tv monitors",
    "computer mouse": "mouse",
    "sofa": "couch",
    "plant": "potted plant",
}


@dataclass(frozen=True, slots=True)
class LabelledPhoto:
    path: Path
    objects: frozenset[str]
    captions: tuple[str, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, nargs="?", default=DEFAULT_FOLDER)
    photos = read_photos(parser.parse_args().folder)
    model = ModelStore(app_folders()).find("basic", DualEncoderSpec)
    geometry = model.spec.preprocess.geometry
    tensors = [decode_photo(photo.path, [geometry]).tensors[0] for photo in photos]
    images = ImageEncoder(model).encode(tensors)
    print_recall(model, photos, images)
    print_tags(model, photos, images)
    print_similar(model, photos, images)


def read_photos(folder: Path) -> list[LabelledPhoto]:
    with (folder / "captions_licences.tsv").open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            LabelledPhoto(
                folder / row["file"],
                frozenset(row["objects"].split("; ")),
                tuple(row["captions"].split(" | ")),
            )
            for row in rows
            if (folder / row["file"]).is_file()
        ]


def print_recall(model: DualEncoder, photos: list[LabelledPhoto], images: ImageEmbeddings) -> None:
    captions = [(i, caption) for i, photo in enumerate(photos) for caption in photo.captions]
    scores = TextEncoder(model).encode([caption for _, caption in captions]) @ images.search.T
    own = scores[np.arange(len(captions)), [i for i, _ in captions]]
    ranks = 1 + (scores > own[:, None]).sum(1)
    shown = "  ".join(f"R@{k} {(ranks <= k).mean():.3f}" for k in (1, 5, 10))
    print(f"captions → photos: {len(captions)} captions, {len(photos)} photos: {shown}\n")


def print_tags(model: DualEncoder, photos: list[LabelledPhoto], images: ImageEmbeddings) -> None:
    assert images.posterior is not None
    assert images.presence is not None
    confirmed = total = tagged = 0
    for photo, *row in zip(photos, images.posterior, images.presence, strict=True):
        tags = first_tags(model, *row)
        marks = [is_confirmed(text, photo) for text, _ in tags]
        confirmed, total, tagged = confirmed + sum(marks), total + len(tags), tagged + bool(tags)
        shown = (
            f"{text}{'' if mark else '?'} {score:.2f}"
            for (text, score), mark in zip(tags, marks, strict=True)
        )
        print(f"{photo.path.name}: {', '.join(shown)}")
    print(f"\nfirst tags: {total} on {tagged} of {len(photos)} photos, {confirmed} confirmed\n")


def is_confirmed(tag: str, photo: LabelledPhoto) -> bool:
    """Whether captions or object labels say so, in this word or one that implies it."""
    text = " ".join([*photo.objects, *photo.captions]).lower()
    words = {tag.lower(), *CONFIRMED_BY.get(tag, "").split()}
    return any(re.search(rf"\b{re.escape(word)}(s|es)?\b", text) for word in words)


def print_similar(model: DualEncoder, photos: list[LabelledPhoto], images: ImageEmbeddings) -> None:
    assert images.similar is not None
    first, second = np.triu_indices(len(photos), 1)
    scores = (images.similar @ images.similar.T)[first, second]
    objects = [photo.objects - COMMONPLACE for photo in photos]
    related = np.array([bool(objects[a] & objects[b]) for a, b in zip(first, second, strict=True)])
    print(f"find similar: {len(scores)} pairs, {related.mean():.0%} with a common object")
    for cut in SIMILAR_CUTS:
        kept = scores >= cut
        share = related[kept].mean() if kept.any() else float("nan")
        chosen = "  ← the model's cut" if cut == model.spec.cuts.similar else ""
        print(f"  ≥ {cut:.2f}: {kept.sum():4d} kept, {share:.0%} with a common object{chosen}")


if __name__ == "__main__":
    main()
