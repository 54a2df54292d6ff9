"""Measures how near a captioner comes to captions that people wrote of the same pictures.

    python tests/benchmarks/eval_captions.py REFS.tsv [--model KEY] [--prefix WORDS]

REFS.tsv has lines of a file's name, a tab and a caption, and lies beside the files; a file may have
several lines. Prints BLEU-4, ROUGE-L and CIDEr-D as coco-caption defines them (BLEU-4 0.399 is
printed elsewhere as 39.9). Needs an installed captioner (`photofind models install blip-base`).
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # tests, as pytest finds them

from photofind.describe.installed import InstalledModels
from photofind.domain import MediaError, PhotofindError
from photofind.inference.store import ModelStore
from photofind.media.decode import decode_photo
from photofind.media.online_only import may_open
from photofind.paths import app_folders
from photofind.reference_captions import read_reference_captions
from tests.benchmarks.caption_metrics import bleu, cider, rouge_l, tokenize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from photofind.inference.describing import Captioner
    from photofind.reference_captions import ReferenceCaption

_NO_THUMBNAIL_PX = 1


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("references", metavar="REFS.tsv", type=Path)
    parser.add_argument("--model", metavar="KEY", default="", help="default: the first installed")
    parser.add_argument("--prefix", metavar="WORDS", default="", help="begins every caption")
    parser.add_argument("--data-dir", type=Path)
    chosen = parser.parse_args(words)
    try:
        captions = read_reference_captions(chosen.references)
        store = ModelStore(app_folders(chosen.data_dir))
        captioner = InstalledModels(store).find_captioner(chosen.model).load()
    except PhotofindError as error:
        print(error.user_message, file=sys.stderr)
        return 1
    folder = chosen.references.parent
    report = evaluate_captioner(captioner, captions, folder, prefix=chosen.prefix)
    print(f"{report.images:,} pictures, {report.skipped:,} lines skipped")
    print(f"BLEU-4   {report.quality.bleu_4:.3f}")
    print(f"ROUGE-L  {report.quality.rouge_l:.3f}")
    print(f"CIDEr    {report.quality.cider:.3f}")
    return 0


@dataclass(frozen=True, slots=True)
class CaptionQuality:
    """How near captions are to those of people; everything NaN without a picture.

    Attributes:
        bleu_4: from 0 to 1, as coco-caption has it (often printed as percent).
        rouge_l: from 0 to 1.
        cider: CIDEr-D, from 0 to 10; good captions reach more than 1.
    """

    bleu_4: float
    rouge_l: float
    cider: float


@dataclass(frozen=True, slots=True)
class CaptionReport:
    """What an evaluation found.

    Attributes:
        images: pictures that were described.
        skipped: lines that were not used: no tab, no words, or a picture that can't be read.
    """

    images: int
    skipped: int
    quality: CaptionQuality


def evaluate_captioner(
    captioner: Captioner,
    captions: Sequence[ReferenceCaption],
    folder: Path,
    *,
    prefix: str = "",
) -> CaptionReport:
    """Describes every picture that has captions, and compares.

    Args:
        captions: with files below `folder` (or with absolute paths).
        prefix: how every caption begins; it is not compared.
    """
    wanted: dict[str, list[list[str]]] = {}
    for caption in captions:
        if words := tokenize(caption.text):
            wanted.setdefault(caption.file, []).append(words)
    skipped = len(captions) - sum(map(len, wanted.values()))
    written: dict[str, list[str]] = {}
    for file, references in wanted.items():
        if not may_open(folder / file):
            skipped += len(references)
            continue
        try:
            written[file] = _describe(captioner, folder / file, prefix)
        except MediaError:
            skipped += len(references)
    return CaptionReport(len(written), skipped, measure(written, wanted))


def measure(
    written: Mapping[str, Sequence[str]], wanted: Mapping[str, Sequence[Sequence[str]]]
) -> CaptionQuality:
    """Compares captions, as words.

    Args:
        written: one for each picture.
        wanted: those of people, at least one for each picture.
    """
    if not written:
        return CaptionQuality(float("nan"), float("nan"), float("nan"))
    captions = list(written.values())
    references = [wanted[picture] for picture in written]
    return CaptionQuality(
        bleu_4=bleu(captions, references)[3],
        rouge_l=rouge_l(captions, references),
        cider=cider(captions, references),
    )


def _describe(captioner: Captioner, path: Path, prefix: str) -> list[str]:
    photo = decode_photo(path, (captioner.geometry,), thumbnail_px=_NO_THUMBNAIL_PX)
    (caption,) = captioner.caption(photo.tensors, prefix=prefix)
    return tokenize(caption.text)[len(tokenize(prefix)) :]


if __name__ == "__main__":
    sys.exit(main())
