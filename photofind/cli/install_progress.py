"""How far an installation is, on standard error: a bar on a terminal, short lines elsewhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Protocol, Self

from photofind.cli.model_lines import megabytes
from photofind.cli.output import printable
from photofind.inference.steps import Step
from photofind.models.messages import InstallNotice, InstallProgress

if TYPE_CHECKING:
    from types import TracebackType

    from photofind.cli.output import Output

_STEPS = {
    Step.EXPORTING: "Exporting",
    Step.ASKING: "Checking what is available",
    Step.DOWNLOADING: "Downloading",
    Step.VERIFYING: "Verifying",
    Step.BINDING: "Installing the weights",
    Step.QUANTISING: "Optimising it",
    Step.TESTING: "Testing",
    Step.TRYING: "Trying it out",
}
_TENTHS = 10


class InstallDisplay(Protocol):
    """Is told what the installing process says."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

    def hear(self, said: InstallProgress | InstallNotice) -> None: ...


def choose_install_display(output: Output) -> InstallDisplay:
    """A bar when standard error is a terminal; else lines, but none beside a JSON document."""
    if output.progress_on_terminal:
        return _Bar()
    return _Silence() if output.as_json else _Lines()


class _Silence:
    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def hear(self, said: InstallProgress | InstallNotice) -> None:
        pass


class _Lines(_Silence):
    """A line when something else begins, and at every tenth of the download."""

    def __init__(self) -> None:
        self._printed: tuple[str, int] | None = None

    def hear(self, said: InstallProgress | InstallNotice) -> None:
        if isinstance(said, InstallNotice):
            self._print(str(said.sentence))
            return
        tenth = said.done * _TENTHS // said.total if said.total else 0
        if self._printed != (said.step, tenth):
            self._printed = (said.step, tenth)
            far = f": {megabytes(said.done)} of {megabytes(said.total)}" if said.total else ""
            self._print(_STEPS[Step(said.step)] + far)

    def _print(self, text: str) -> None:
        print(printable(text), file=sys.stderr, flush=True)


class _Bar(_Silence):
    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task("Starting", total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def hear(self, said: InstallProgress | InstallNotice) -> None:
        if isinstance(said, InstallNotice):
            self._bar.console.print(printable(str(said.sentence)), markup=False, highlight=False)
            return
        self._bar.update(
            self._task,
            description=_STEPS[Step(said.step)],
            completed=said.done,
            total=said.total or None,
        )
