"""Found photos for people: columns on a terminal, tab-separated lines in a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.cli.documents import first_existing
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
    if good:
        _print_group(output, good)
    if weak:
        output.remark(_WEAKER if good else _ONLY_WEAK)
        _print_group(output, weak)


def explain(why: Sequence[Why]) -> str:
    """The reasons in words, the strongest first."""
    return ", ".join(_REASONS[each.kind] + (f" {each.text}" if each.text else "") for each in why)


def _print_group(output: Output, found: Sequence[Found]) -> None:
    if output.on_terminal:
        _print_columns(output, found)
        return
    for hit, photo in found:
        output.line(f"{hit.score:.3f}", _day(photo), str(_path(photo)), explain(hit.why))


def _print_columns(output: Output, found: Sequence[Found]) -> None:
    """Columns where they fit; else the terminal breaks the lines, so that a path can still be
    copied in one piece."""
    from rich.cells import cell_len
    from rich.style import Style
    from rich.text import Text

    console = output.console()
    rows = [
        (f"{hit.score:6.3f}", f"{_day(photo):10}", _path(photo), printable(explain(hit.why)))
        for hit, photo in found
    ]
    widest_path = max(cell_len(printable(str(path))) for _, _, path, _ in rows)
    widest_row = 20 + widest_path + 2 + max(cell_len(why) for *_, why in rows)
    for score, day, path, why in rows:
        text = printable(str(path))
        padding = widest_path - cell_len(text) if widest_row <= console.width else 0
        console.print(
            Text.assemble(
                f"{score}  {day}  ",
                (text, Style(link=file_link(path) or None)),
                " " * (padding + 2),
                (why, "dim"),
            ),
            soft_wrap=True,
        )


def _path(photo: Photo) -> Path:
    return first_existing(photo.paths)


def _day(photo: Photo) -> str:
    return (photo.capture.taken_at() or "")[:10]
