"""What an indexing job did, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.cli.progress import duration

if TYPE_CHECKING:
    from photofind.cli.output import Output
    from photofind.domain import IndexReport

_PROBLEMS_SHOWN = 10
_NAMES = {
    "copies": ("copy", "copies"),
    "videos": ("video (not searchable yet)", "videos (not searchable yet)"),
    "unfinished": (
        "unfinished (it moved or changed meanwhile)",
        "unfinished (they moved or changed meanwhile)",
    ),
    "ignored": ("other file skipped", "other files skipped"),
}
"""One and many of a count, where that isn't just its name."""


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
    """One line with every count that is not zero, those of what is no photo last."""
    counts = report.counts()
    counts["ignored"] = counts.pop("ignored") - report.videos
    said = [f"{count:,} {_name(each, count)}" for each, count in counts.items() if count]
    rate = f" ({report.images_per_s:.1f} images/s)" if report.images_per_s > 0 else ""
    found = ", ".join(said) or "no photos found"
    return f"Done in {duration(report.elapsed_s)}{rate}: {found}."


def _name(count: str, number: int) -> str:
    one, many = _NAMES.get(count, (count.replace("_", " "),) * 2)
    return one if number == 1 else many
