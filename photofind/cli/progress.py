"""How far a job is, on standard error: a bar on a terminal, short lines elsewhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Protocol, Self

from photofind.cli.output import printable
from photofind.domain import Activity
from photofind.inference.spec import short_key

if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import Progress as Bar

    from photofind.cli.output import Output
    from photofind.domain import WorkProgress

_STEPS = 10
"""Lines are printed at every tenth of the work."""

_ACTIVITIES = {
    Activity.SCANNING: "Looking for photos",
    Activity.INDEXING: "Indexing",
    Activity.BUILDING: "Indexing with {model}",
    Activity.REFINING: "All searchable, refining",
    Activity.REMOVING: "Removing the index of {model}",
    Activity.DESCRIBING: "Describing",
    Activity.WAITING: "Waiting for the indexing",
    Activity.PAUSED: "Paused (`photofind resume` goes on)",
    Activity.RESTING: "Waiting for mains power (`photofind battery full` goes on)",
}


class ProgressDisplay(Protocol):
    """Is told what the worker reports, on the client's thread."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

    def update(self, progress: WorkProgress) -> None: ...

    def notice(self, message: str) -> None: ...

    def warning(self, message: str) -> None:
        """Says what a person has to know even where only a JSON document is wanted."""


def choose_display(output: Output) -> ProgressDisplay:
    """A bar when standard error is a terminal; else lines, but none beside a JSON document."""
    if output.progress_on_terminal:
        return BarDisplay()
    return SilentDisplay() if output.as_json else LineDisplay()


def describe(progress: WorkProgress) -> str:
    """One line: what is going on, how far it is, how fast, and how long it still takes."""
    name = _name(progress)
    if progress.activity is Activity.SCANNING and not progress.total:
        return f"{name}: {progress.found:,} found" if progress.found else name
    parts = [f"{name}: {progress.done:,} of {progress.total:,}"]
    parts += [extra for extra in (_rate(progress), _time_left(progress)) if extra]
    return ", ".join(parts)


def _name(progress: WorkProgress) -> str:
    name = _ACTIVITIES.get(progress.activity, progress.activity)
    return name.format(model=short_key(progress.model))


def duration(seconds: float) -> str:
    """A length of time as a person says it."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def _rate(progress: WorkProgress) -> str:
    return f"{progress.images_per_s:.1f} images/s" if progress.images_per_s > 0 else ""


def _time_left(progress: WorkProgress) -> str:
    return f"about {duration(progress.eta_s)} left" if progress.eta_s is not None else ""


class SilentDisplay:
    """Shows nothing that can wait."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, progress: WorkProgress) -> None:
        pass

    def notice(self, message: str) -> None:
        pass

    def warning(self, message: str) -> None:
        print(printable(message), file=sys.stderr, flush=True)


class LineDisplay(SilentDisplay):
    """For logs and pipes: a line when the activity changes and at every tenth of the work."""

    def __init__(self) -> None:
        self._printed: tuple[Activity, int] | None = None

    def update(self, progress: WorkProgress) -> None:
        if progress.activity is Activity.IDLE:
            return
        tenth = progress.done * _STEPS // progress.total if progress.total else 0
        if self._printed != (progress.activity, tenth):
            self._printed = (progress.activity, tenth)
            self.notice(describe(progress))

    def notice(self, message: str) -> None:
        print(printable(message), file=sys.stderr, flush=True)


class BarDisplay(SilentDisplay):
    """For terminals: a bar with the rate and the time left."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn
        from rich.progress import Progress as Bar

        self._bar: Bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[speed]}"),
            TextColumn("{task.fields[left]}"),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task("Starting", total=None, speed="", left="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def update(self, progress: WorkProgress) -> None:
        if progress.activity is Activity.IDLE:
            return
        self._bar.update(
            self._task,
            description=_name(progress),
            completed=progress.done if progress.total else progress.found,
            total=progress.total or None,
            speed=_rate(progress),
            left=_time_left(progress),
        )

    def notice(self, message: str) -> None:
        self._bar.console.print(printable(message), markup=False, highlight=False)

    def warning(self, message: str) -> None:
        self.notice(message)
