"""Who is told what the queue does, and what it has to get along with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from photofind.catalog.description_rows import Finding
    from photofind.describe.progress import QueueProgress
    from photofind.domain import PhotofindError, PhotoId

Outcome: TypeAlias = "Finding | PhotofindError"


@dataclass(frozen=True, slots=True)
class Ended:
    """A job of the queue that is over.

    Attributes:
        photo_id: whose content it was about.
        number: of the text or question in the catalog; None when it failed.
        outcome: what was found out, or why nothing.
    """

    kind: str
    photo_id: PhotoId
    number: int | None
    outcome: Outcome


class DescriberListener(Protocol):
    """Told what happens, on the describer's thread."""

    def job_ended(self, ended: Ended) -> None: ...

    def part_written(self, kind: str, photo_id: PhotoId, text: str) -> None:
        """A text is being written and is so far this."""

    def progressed(self, progress: QueueProgress) -> None:
        """The queue is further, or at rest, or shorter."""

    def halted(self, error: PhotofindError) -> None:
        """The catalog can't be written; the queue waits until it is asked for more."""

    def broken(self, error: BaseException) -> None:
        """A bug outside the work on one photo: the process should be started again."""


class Indexing(Protocol):
    """What has to be known of the indexing to get along with it."""

    def is_busy(self) -> bool:
        """Whether it has photos to work on."""

    def held(self, *, alone: bool) -> AbstractContextManager[None]:
        """It begins nothing inside the `with` block; with `alone` nothing of it runs there."""
