"""Measures a captioner against captions that people wrote of the same pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from photofind.describe.quality.bleu import bleu
from photofind.describe.quality.cider import cider
from photofind.describe.quality.rouge import rouge_l
from photofind.describe.quality.tokens import tokenize
from photofind.domain import MediaError
from photofind.media.decode import decode_photo
from photofind.media.online_only import may_open

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from photofind.inference.describing import Captioner
    from photofind.reference_captions import ReferenceCaption

_NO_THUMBNAIL_PX = 1


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
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> CaptionReport:
    """Describes every picture that has captions, and compares.

    Args:
        captions: with files below `folder` (or with absolute paths).
        prefix: how every caption begins; it is not compared.
        progress: told how many pictures are done, of how many.
    """
    wanted: dict[str, list[list[str]]] = {}
    for caption in captions:
        if words := tokenize(caption.text):
            wanted.setdefault(caption.file, []).append(words)
    skipped = len(captions) - sum(map(len, wanted.values()))
    written: dict[str, list[str]] = {}
    for done, file in enumerate(wanted):
        progress(done, len(wanted))
        if not may_open(folder / file):
            skipped += len(wanted[file])
            continue
        try:
            written[file] = _describe(captioner, folder / file, prefix)
        except MediaError:
            skipped += len(wanted[file])
    progress(len(wanted), len(wanted))
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
