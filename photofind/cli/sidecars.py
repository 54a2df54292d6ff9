"""`photofind sidecars`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.cli.work import run_order
from photofind.settings import read_describing_settings
from photofind.worker.tag_messages import SetSidecars

if TYPE_CHECKING:
    from photofind.cli.session import Session


def choose_sidecars(session: Session, *, on: bool | None) -> None:
    """Says whether sidecars are written, or changes that; turning it on writes what there is.

    Raises:
        PhotofindError: it could not be changed.
    """
    if on is None:
        on = read_describing_settings(session.folders.describing_settings).writes_sidecars
    else:
        run_order(session, SetSidecars(on=on))
    if session.output.as_json:
        session.output.document({"on": on})
    elif on:
        session.output.line(
            "Captions, your tags, titles and ratings are written into .xmp files beside photos."
        )
    else:
        session.output.line("Nothing is written beside photos. Turn it on: photofind sidecars on")
