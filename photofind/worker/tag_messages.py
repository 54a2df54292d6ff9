"""What is said about labels, and about what is written beside photos."""

from __future__ import annotations

from typing import TypeAlias

from photofind.worker.wire import BaseCommand


class ChangeTags(BaseCommand, frozen=True, kw_only=True):
    """A person gives photos labels and takes some off. Answer: Done; every client hears
    CatalogChanged.

    Attributes:
        add: labels to give, or to confirm where a model proposed them.
        remove: labels to take off for good, wherever they come from.
    """

    photo_ids: tuple[int, ...]
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


class SetSidecars(BaseCommand, frozen=True, kw_only=True):
    """Whether what is made here is written into sidecars. Answer: Done, when all that there is to
    write was written."""

    on: bool


TagCommand: TypeAlias = ChangeTags | SetSidecars
