"""`photofind eval-captions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.cli.documents import caption_quality_document
from photofind.cli.progress import choose_display
from photofind.describe.installed import InstalledModels
from photofind.describe.quality.evaluation import evaluate_captioner
from photofind.inference.store import ModelStore
from photofind.reference_captions import read_reference_captions
from photofind.worker.messages import Progress

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.cli.session import Session
    from photofind.describe.quality.evaluation import CaptionReport


def evaluate_captions(session: Session, references: Path, model: str, prefix: str) -> None:
    """Prints how near a model's captions are to those of people.

    Raises:
        PhotofindError: the file can't be read, or there is no model.
    """
    captions = read_reference_captions(references)
    available = InstalledModels(ModelStore(session.folders)).find_captioner(model)
    with choose_display(session.output) as display:

        def tell(done: int, total: int) -> None:
            display.update(Progress(activity="describing", done=done, total=total))

        report = evaluate_captioner(
            available.load(), captions, references.parent, prefix=prefix, progress=tell
        )
    if session.output.as_json:
        document = caption_quality_document(report, available.catalog_key)
        session.output.document(document)
        return
    for line in _lines(report):
        session.output.line(line)


def _lines(report: CaptionReport) -> list[str]:
    if not report.images:
        return [f"No caption belongs to a picture here ({report.skipped:,} lines skipped)."]
    quality = report.quality
    return [
        f"{report.images:,} pictures, {report.skipped:,} lines skipped",
        f"BLEU-4   {quality.bleu_4:.3f}",
        f"ROUGE-L  {quality.rouge_l:.3f}",
        f"CIDEr    {quality.cider:.3f}",
    ]
