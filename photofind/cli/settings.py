"""`photofind settings`, and the commands that each change one: `pause`, `resume`, `battery` and
`sidecars`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.cli.documents import setting_document
from photofind.cli.work import carry_out
from photofind.settings import DECLARATIONS, OnBattery, find_declaration, parse_value, read_settings
from photofind.worker.messages import ChangeSettings

if TYPE_CHECKING:
    from photofind.cli.session import Session
    from photofind.settings import SettingValue

_ON_BATTERY = {
    OnBattery.SLOWER: "On battery, indexing goes on, at a third of its speed.",
    OnBattery.PAUSE: "On battery, indexing waits for mains power.",
    OnBattery.FULL: "On battery, indexing goes on as fast as ever.",
}


def show_settings(session: Session) -> None:
    """Prints every setting with its value and what it does."""
    settings = read_settings(session.folders)
    values = [(declared, getattr(settings, name)) for name, declared in DECLARATIONS.items()]
    if session.output.as_json:
        session.output.document({"settings": [setting_document(*each) for each in values]})
        return
    width = max(map(len, DECLARATIONS))
    for declared, value in values:
        session.output.line(f"{declared.name:{width}}  {_in_words(value)}")
        session.output.line(f"{'':{width}}  {declared.does}")


def show_or_change(session: Session, name: str, word: str | None) -> None:
    """Prints the value of one setting, after changing it if there is a new one.

    Args:
        word: the new value as people write it.

    Raises:
        PhotofindError: setting_unknown or setting_invalid, or it could not be changed.
    """
    declared = find_declaration(name)
    if word is None:
        value = getattr(read_settings(session.folders), name)
    else:
        value = parse_value(name, word)
        carry_out(session, ChangeSettings(changes={name: value}))
    if session.output.as_json:
        session.output.document({"settings": [setting_document(declared, value)]})
    else:
        session.output.line(_in_words(value))


def _in_words(value: SettingValue) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


def set_paused(session: Session, *, paused: bool) -> None:
    """Pauses indexing, in the window too, until it is resumed; or resumes it."""
    carry_out(session, ChangeSettings(changes={"paused": paused}))
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
        choice = read_settings(session.folders).on_battery
    else:
        choice = OnBattery(word)
        carry_out(session, ChangeSettings(changes={"on_battery": choice}))
    if session.output.as_json:
        session.output.document({"on_battery": choice.value})
    else:
        session.output.line(_ON_BATTERY[choice])


def choose_sidecars(session: Session, *, on: bool | None) -> None:
    """Says whether sidecars are written, or changes that; turning it on writes what there is.

    Raises:
        PhotofindError: it could not be changed.
    """
    if on is None:
        on = read_settings(session.folders).writes_sidecars
    else:
        carry_out(session, ChangeSettings(changes={"writes_sidecars": on}))
    if session.output.as_json:
        session.output.document({"on": on})
    elif on:
        session.output.line(
            "Captions, your tags, titles and ratings are written into .xmp files beside photos."
        )
    else:
        session.output.line("Nothing is written beside photos. Turn it on: photofind sidecars on")
