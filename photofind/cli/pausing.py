"""`photofind pause`, `resume` and `battery`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.cli.work import run_order
from photofind.settings import OnBattery, read_indexing_settings
from photofind.worker.messages import SetOnBattery, SetPaused

if TYPE_CHECKING:
    from photofind.cli.session import Session

_ON_BATTERY = {
    OnBattery.SLOWER: "On battery, indexing goes on, at a third of its speed.",
    OnBattery.PAUSE: "On battery, indexing waits for mains power.",
    OnBattery.FULL: "On battery, indexing goes on as fast as ever.",
}


def set_paused(session: Session, *, paused: bool) -> None:
    """Pauses indexing, in the window too, until it is resumed; or resumes it."""
    run_order(session, SetPaused(paused=paused))
    if session.output.as_json:
        session.output.document({"paused": paused})
    elif paused:
        session.output.line("Indexing is paused until `photofind resume`, or until you resume it")
        session.output.line("in the window. Searching goes on.")
    else:
        session.output.line("Indexing goes on in the window, and with `photofind index`.")


def choose_on_battery(session: Session, word: str | None) -> None:
    """Says what indexing does while the computer runs on its battery, or changes that.

    Args:
        word: a value of OnBattery, or None.
    """
    if word is None:
        choice = read_indexing_settings(session.folders.indexing_settings).on_battery
    else:
        choice = OnBattery(word)
        run_order(session, SetOnBattery(choice=choice))
    if session.output.as_json:
        session.output.document({"on_battery": choice.value})
    else:
        session.output.line(_ON_BATTERY[choice])
