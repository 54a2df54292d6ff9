"""Found photos for people: a table on a terminal, tab-separated lines in a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.cli.documents import first_existing, taken_at
from photofind.cli.output import file_link, printable
from photofind.domain import WhyKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from photofind.cli.output import Output
    from photofind.domain import Hit, Photo, Why

Found = tuple["Hit", "Photo"]

_NOTHING_FOUND = "Nothing found."
_ONLY_WEAK = "Nothing matches well; the nearest are:"
_WEAKER = "Weaker matches:"

_REASONS = {
    WhyKind.MEANING: "what it shows",
    WhyKind.LOOKS: "looks alike",
    WhyKind.NAME: "file name",
    WhyKind.TAG: "tag",
    WhyKind.TEXT: "text",
}


def print_results(output: Output, found: Sequence[Found]) -> None:
    """Prints the good matches, then the weaker ones under a heading of their own."""
    good = [each for each in found if each[0].relevant]
    weak = [each for each in found if not each[0].relevant]
    if not found:
        output.remark(_NOTHING_FOUND)
        return
    _print_group(output, good)
    if weak:
        output.remark(_WEAKER if good else _ONLY_WEAK)
        _print_group(output, weak)


def explain(why: Sequence[Why]) -> str:
    """The reasons in words, the strongest first."""
    return ", ".join(_REASONS[each.kind] + (f" {each.text}" if each.text else "") for each in why)


def _print_group(output: Output, found: Sequence[Found]) -> None:
    if output.on_terminal:
        _print_table(output, found)
        return
    for hit, photo in found:
        output.line(f"{hit.score:.3f}", _day(photo), str(_path(photo)), explain(hit.why))


def _print_table(output: Output, found: Sequence[Found]) -> None:
    from rich.style import Style
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    table.add_column(style="dim")
    for hit, photo in found:
        path = _path(photo)
        table.add_row(
            f"{hit.score:.3f}",
            _day(photo),
            Text(printable(str(path)), style=Style(link=file_link(path) or None)),
            Text(printable(explain(hit.why))),
        )
    output.console().print(table)


def _path(photo: Photo) -> Path:
    return first_existing(photo.paths)


def _day(photo: Photo) -> str:
    return (taken_at(photo.capture) or "")[:10]
