"""How a job of the queue is carried out: a runner for each kind, and one attempt at one photo."""

from __future__ import annotations

import logging
import time
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from photofind.domain import PhotofindError
from photofind.inference.describing import Cancelled
from photofind.inference.model_slot import ModelSlot
from photofind.media.online_only import may_open, refuse_download

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from photofind.catalog.texts import Finding
    from photofind.domain import JobKind

ModelT = TypeVar("ModelT")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Task:
    """One photo to work on.

    Attributes:
        params: JSON, as queued; only the runner reads it.
        path: a file that existed a moment ago.
        cancelled: whether the result is no longer wanted; cheap enough to call often.
        tell_part: called with a text while it is being written, as far as it has come.
        decoding: to be entered around a decoder's work, which may hang or exhaust the memory.
    """

    params: str
    path: Path
    cancelled: Callable[[], bool]
    tell_part: Callable[[str], None]
    decoding: Callable[[], AbstractContextManager[None]]


class Runner(Protocol):
    """Carries out one kind of job, on one thread. A new kind is a new runner, and nothing else."""

    @property
    def kind(self) -> JobKind:
        """The kind of job."""

    def run(self, task: Task) -> Finding:
        """Works on one photo.

        Raises:
            Cancelled: the result is no longer wanted.
            ModelError: no job of this kind can be done now; this one waits.
            PhotofindError: it can't be done for this photo; the others go on.
        """


@dataclass(frozen=True, slots=True)
class AvailableModel(Generic[ModelT]):
    """A model that is installed but not loaded.

    Attributes:
        catalog_key: the key that its texts are stored under.
        load: takes seconds and hundreds of megabytes; raises ModelError.
    """

    catalog_key: str
    load: Callable[[], ModelT] = field(compare=False)


class RunnersModel(ModelSlot[AvailableModel[Any], Any]):
    """The one model that is in memory for all runners together."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(lambda available: available.load(), clock)


def run_task(runner: Runner, task: Task, loaded: RunnersModel) -> Finding:
    """Runs a task.

    Args:
        loaded: the model in use; released after a failure that may have damaged it.

    Raises:
        Cancelled: the result is no longer wanted.
        ModelError: no job of this kind can be done now.
        PhotofindError: it can't be done for this photo.
    """
    try:
        return runner.run(task)
    except (PhotofindError, Cancelled):
        raise
    except Exception as error:
        loaded.release()
        if _is_out_of_memory(error):
            logger.warning("out of memory while describing")
            raise PhotofindError(
                "out_of_memory",
                "There was not enough memory for this photo. Close other programs, then try again.",
            ) from error
        # Without the error's own text: it may quote a question or an answer.
        where = "".join(traceback.format_tb(error.__traceback__))
        logger.error("describing failed with %s\n%s", type(error).__name__, where)  # noqa: TRY400
        raise PhotofindError(
            "bug", "Something went wrong with this photo. The details are in photofind's log."
        ) from error


def find_existing(paths: Sequence[Path], downloading: Collection[Path] = ()) -> Path:
    """The first path of a photo whose file exists and is stored on this computer.

    Args:
        downloading: folders whose files may be downloaded.

    Raises:
        PhotofindError: photo_unreachable, photo_online_only.
    """
    existing = [path for path in paths if path.exists()]
    for path in existing:
        if may_open(path, downloading):
            return path
    if existing:
        refuse_download(existing[0], downloading)
    raise PhotofindError(
        "photo_unreachable",
        "The file isn't where it was. Connect its drive, or have photofind look through the"
        " folders again, then try again.",
    )


def _is_out_of_memory(error: BaseException) -> bool:
    """onnxruntime says it in words only."""
    said = str(error).lower()
    return isinstance(error, MemoryError) or "allocat" in said or "bad_alloc" in said
