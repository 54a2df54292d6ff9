"""What window and worker say to each other about forgetting."""

from __future__ import annotations

from typing import TypeAlias

from photofind.worker.wire import BaseCommand


class ForgetPhotos(BaseCommand, frozen=True, kw_only=True):
    """Deletes all that is known of these photos, and keeps their files out until
    RecallForgotten. They are hidden at once. Answer: Done when nothing is left of them."""

    photo_ids: tuple[int, ...]


class ForgetFolder(BaseCommand, frozen=True, kw_only=True):
    """Removes a root and deletes all that is known of photos that lie in no other one. Answer:
    Done when nothing is left of them."""

    path: bytes


class ForgetMissing(BaseCommand, frozen=True, kw_only=True):
    """Deletes all that is known of photos of which no file is there any more, those of removed
    folders included. Answer: Done when nothing is left of them."""


class RecallForgotten(BaseCommand, frozen=True, kw_only=True):
    """Lets forgotten photos in again with the next look at their folders: those that these files
    show, or (none given) all. Answer: Done."""

    paths: tuple[bytes, ...] = ()


ForgettingCommand: TypeAlias = ForgetPhotos | ForgetFolder | ForgetMissing | RecallForgotten
