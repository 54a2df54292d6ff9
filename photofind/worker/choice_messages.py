"""What window and worker say to each other about what is looked at in a folder."""

from __future__ import annotations

from typing import TypeAlias

from photofind.worker.wire import BaseCommand


class Exclude(BaseCommand, frozen=True, kw_only=True):
    """Leaves out what a pattern matches. What the person made of those photos stays. Answer:
    JobFinished of a look at the folder.

    Attributes:
        path: a root, or a folder below one.
        pattern: as in a .gitignore file of that folder; "" means all of a folder below a root.
    """

    path: bytes
    pattern: str = ""


class Include(BaseCommand, frozen=True, kw_only=True):
    """Takes an Exclude back; nothing is embedded again. Answer: JobFinished of a look at the
    folder."""

    path: bytes
    pattern: str = ""


class SetOnlineOnly(BaseCommand, frozen=True, kw_only=True):
    """Whether files of a root that lie in a cloud alone are indexed, which downloads them.
    Answer: JobFinished of a look at the folder."""

    path: bytes
    included: bool


ChoiceCommand: TypeAlias = Exclude | Include | SetOnlineOnly
