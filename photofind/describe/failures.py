"""Captions, texts and answers that came to nothing, as problems that people read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.jobs import read_failed_jobs
from photofind.describe.job_params import question_of
from photofind.domain import JobKind, Problem, Tried

if TYPE_CHECKING:
    from photofind.catalog.transactions import Snapshot

_TRIED = {
    JobKind.CAPTION: Tried.CAPTION,
    JobKind.OCR: Tried.TEXT,
    JobKind.ANSWER: Tried.ASK,
}


def read_failures(snapshot: Snapshot) -> list[Problem]:
    """What failed about photos that are found all the same, the oldest first."""
    return [
        Problem(
            job.path,
            job.code,
            job.reason,
            job.attempts,
            _TRIED[job.kind],
            question_of(job.params) if job.kind is JobKind.ANSWER else "",
        )
        for job in read_failed_jobs(snapshot)
        if job.path is not None
    ]
