"""What the queue knows of those who carry out its jobs: one runner a kind of job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from photofind.catalog.description_rows import Finding

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Task:
    """One photo to be looked at.

    Attributes:
        order: JSON, as it was queued; only the runner reads it.
        path: a file that was there a moment ago.
        cancelled: whether nobody wants the result any more; cheap, to be asked often.
        tell_part: takes a text that is still being written, as far as it is.
        decoding: to be entered around the work of a decoder, which may hang or eat the memory.
    """

    order: str
    path: Path
    cancelled: Callable[[], bool]
    tell_part: Callable[[str], None]
    decoding: Callable[[], AbstractContextManager[None]]


class Runner(Protocol):
    """Carries out one kind of job, on one thread. A new kind is a new runner, and nothing else."""

    @property
    def kind(self) -> str:
        """The jobs that are its."""

    def run(self, task: Task) -> Finding:
        """Looks at one photo.

        Raises:
            Cancelled: nobody wants it any more.
            ModelError: nothing of this kind can be done now; the job waits.
            PhotofindError: it can't be done for this photo; the others go on.
        """


@dataclass(frozen=True, slots=True)
class AvailableModel(Generic[T]):
    """A model that is there, not loaded.

    Attributes:
        catalog_key: under which its texts are kept.
        load: takes seconds and hundreds of megabytes.
    """

    catalog_key: str
    load: Callable[[], T]
