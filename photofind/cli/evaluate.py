"""`photofind eval`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.cli.documents import eval_document
from photofind.cli.output import counted
from photofind.cli.search import open_engine
from photofind.search.evaluate import evaluate

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.cli.session import Session
    from photofind.search.evaluate import EvalReport


def evaluate_captions(session: Session, captions: Path) -> None:
    """Prints how well captions find their photos.

    Raises:
        PhotofindError: the file can't be read.
    """
    with open_engine(session) as engine:
        report = evaluate(engine, captions)
    if session.output.as_json:
        session.output.document(eval_document(report))
        return
    for line in _lines(report):
        session.output.line(line)


def _lines(report: EvalReport) -> list[str]:
    if not report.queries:
        return [f"No caption belongs to an indexed photo ({report.skipped:,} lines skipped)."]
    captions, photos = counted(report.queries, "caption"), counted(report.images, "photo")
    return [
        f"{captions}, {photos}, {counted(report.skipped, 'line')} skipped",
        f"R@1   {report.recall_at_1:.3f}   (the caption's photo comes first)",
        f"R@5   {report.recall_at_5:.3f}   (it is among the first five)",
        f"R@10  {report.recall_at_10:.3f}",
        f"median rank {report.median_rank:g}, {report.mean_ms:.1f} ms a query",
    ]
