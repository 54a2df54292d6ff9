"""`photofind history …`: what was searched for in the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.recent_searches import read_recent_searches
from photofind.cli.work import carry_out
from photofind.worker.messages import ForgetSearches

if TYPE_CHECKING:
    from photofind.cli.session import Session


def show_history(session: Session) -> None:
    """Prints the recent searches, the last one first."""
    queries = read_recent_searches(session.folders)
    if session.output.as_json:
        session.output.document({"searches": queries})
        return
    for query in queries:
        session.output.line(query)
    if not queries:
        session.output.remark("No recent searches.")


def forget_history(session: Session, query: str | None) -> None:
    """Forgets one query or all, and prints those that are left.

    Raises:
        PhotofindError: they can't be forgotten.
    """
    carry_out(session, ForgetSearches(query=query))
    show_history(session)
