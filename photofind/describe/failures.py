"""Captions, texts and answers that came to nothing, as problems that people read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.describe.orders import ANSWER, CAPTION, READ, question_of
from photofind.domain import Problem, Tried

if TYPE_CHECKING:
    from photofind.catalog.reader import CatalogReader

_TRIED = {CAPTION: Tried.CAPTION, READ: Tried.TEXT, ANSWER: Tried.ASK}


def read_failures(reader: CatalogReader) -> list[Problem]:
    """What failed about photos that are found all the same, the oldest first.

    Raises:
        CatalogError: the catalog can't be read.
    """
    return [
        Problem(
            job.path,
            job.code,
            job.reason,
            job.attempts,
            _TRIED[job.kind],
            question_of(job.order) if job.kind == ANSWER else "",
        )
        for job in reader.descriptions.failed_jobs()
        if job.path is not None and job.kind in _TRIED
    ]
