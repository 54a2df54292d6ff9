"""`photofind status` and `photofind problems`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.jobs import count_jobs
from photofind.catalog.reader import CatalogReader
from photofind.catalog.status import read_problems
from photofind.cli.documents import problems_document, status_document
from photofind.cli.folders import folder_lines, read_status
from photofind.describe.failures import read_failures
from photofind.domain import ModelError, Tried
from photofind.inference.registry import BASIC, find_spec
from photofind.inference.spec import ModelSpec, short_key
from photofind.settings import read_settings

if TYPE_CHECKING:
    from photofind.catalog.status import CatalogStatus
    from photofind.cli.session import Session
    from photofind.domain import Problem

_REST = {Tried.ASK: " QUESTION"}
_LINES = {
    "pending": ("Waiting", "`photofind index` goes on with them"),
    "refining": ("Refining", "by their previews until `photofind index` is done"),
    "by_name_only": ("By name only", "the model has still to look at them"),
    "problems": ("Problems", "`photofind problems` lists them"),
    "failed_jobs": (
        "Descriptions that failed",
        "captions, answers and texts; `photofind problems` says why",
    ),
    "missing": ("Missing", "files that were there before"),
    "offline": ("Offline", "on drives that are not connected"),
    "online_only": (
        "Online only",
        "left in their cloud; `photofind folders online-only` changes that",
    ),
    "videos": ("Videos", "not searchable yet"),
    "forgotten": ("Forgotten", "`photofind forget --undo` lets them in again"),
}
"""What is said of a count that is not zero, and what can be done about it."""


def show_status(session: Session) -> None:
    """Prints how many photos there are in which state."""
    status = read_status(session)
    with CatalogReader(session.folders) as reader, reader.snapshot() as snapshot:
        failed_jobs = count_jobs(snapshot).failed
    model = people_key(status.model)
    paused = read_settings(session.folders).paused
    if session.output.as_json:
        session.output.document(status_document(status, model, paused=paused))
        return
    for line in _status_lines(status, model, failed_jobs, paused=paused):
        session.output.line(line)


def show_problems(session: Session) -> None:
    """Prints the files that can't be searched, what else failed about photos, and why."""
    with CatalogReader(session.folders) as reader, reader.snapshot() as snapshot:
        problems = [*read_problems(snapshot), *read_failures(snapshot)]
    if session.output.as_json:
        session.output.document(problems_document(problems))
        return
    for problem in problems:
        session.output.line(f"{problem.path}: {_said_of(problem)}{problem.reason}")
    again = sorted({problem.tried for problem in problems} - {Tried.INDEX})
    if again:
        commands = ", ".join(f"`photofind {each} FILE{_REST.get(each, '')}`" for each in again)
        session.output.remark(f"These are tried again by {commands}.")
    if not problems:
        session.output.remark("No problems: everything that was found could be read.")


def _said_of(problem: Problem) -> str:
    match problem.tried:
        case Tried.CAPTION:
            return "not described. "
        case Tried.TEXT:
            return "its text was not read. "
        case Tried.ASK:
            return f"“{problem.question}” was not answered. "
        case _:
            return ""


def people_key(catalog_key: str | None) -> str:
    """The model's name for people: what the catalog stores, without its revisions.

    Before anything was indexed it is the model that will be used.
    """
    return short_key(catalog_key or BASIC.key)


def _status_lines(
    status: CatalogStatus, model: str, failed_jobs: int, *, paused: bool
) -> list[str]:
    found = f"{status.ready:,} can be found now"
    if status.refining and status.ready == status.photos:
        found = "all searchable, refining"
    lines = [f"Photos: {status.photos:,} ({found})"]
    counts = {
        **status.counts(),
        "problems": status.problems,
        "failed_jobs": failed_jobs,
        "online_only": status.online_only,
        "videos": status.videos,
    }
    lines += [
        f"{label}: {counts[name]:,} ({hint})"
        for name, (label, hint) in _LINES.items()
        if counts[name]
    ]
    if paused:
        lines.append("Indexing: paused (`photofind resume` lets it go on)")
    lines.append(f"Model: {_describe_model(model)}")
    if status.folders:
        lines.append("Folders:")
        lines += [f"  {line}" for line in folder_lines(status.folders)]
    else:
        lines.append("Folders: none yet (add one with `photofind index FOLDER`)")
    return lines


def _describe_model(key: str) -> str:
    """Its name and, above all for the built-in one, what not to expect of it."""
    try:
        spec = find_spec(key, ModelSpec)
    except ModelError:
        return key
    return f"{spec.title}. {spec.notice}".strip()
