"""What an indexing job did, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.cli.progress import duration

if TYPE_CHECKING:
    from photofind.cli.output import Output
    from photofind.domain import IndexReport

_PROBLEMS_SHOWN = 10


def print_report(output: Output, report: IndexReport) -> None:
    """Prints the counts that are not zero and the first problems."""
    output.line(summarise(report))
    for problem in report.problems[:_PROBLEMS_SHOWN]:
        output.line(f"  {problem.path}: {problem.reason}")
    if len(report.problems) > _PROBLEMS_SHOWN:
        output.line(
            f"  and {len(report.problems) - _PROBLEMS_SHOWN:,} more; "
            "`photofind problems` lists them all."
        )


def summarise(report: IndexReport) -> str:
    """One line with every count that is not zero."""
    others = report.ignored - report.videos
    counts = [
        f"{count:,} {name}"
        for name, count in (
            ("new", report.new),
            ("changed", report.changed),
            ("unchanged", report.unchanged),
            ("moved", report.moved),
            ("copy" if report.copies == 1 else "copies", report.copies),
            ("missing", report.missing),
            ("failed", report.failed),
            (f"{'video' if report.videos == 1 else 'videos'} (not searchable yet)", report.videos),
            ("online only", report.online_only),
            ("excluded", report.excluded),
            (f"other {'file' if others == 1 else 'files'} left out", others),
        )
        if count
    ]
    rate = f" ({report.images_per_s:.1f} images/s)" if report.images_per_s > 0 else ""
    found = ", ".join(counts) or "no photos found"
    return f"Done in {duration(report.elapsed_s)}{rate}: {found}."
