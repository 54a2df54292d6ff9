"""One attempt at one photo: whatever goes wrong with it becomes a sentence about it."""

from __future__ import annotations

import logging
import traceback
from typing import TYPE_CHECKING

from photofind.domain import PhotofindError
from photofind.inference.describing import Cancelled
from photofind.media.online_only import may_open, refuse_download

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from photofind.catalog.description_rows import Finding
    from photofind.describe.one_model import OneModel
    from photofind.describe.runner import Runner, Task

logger = logging.getLogger(__name__)


def attempt(runner: Runner, task: Task, loaded: OneModel) -> Finding:
    """Runs a task.

    Args:
        loaded: the model in use; let go after a failure that it may have suffered from.

    Raises:
        Cancelled: nobody wants it any more.
        ModelError: nothing of this kind can be done now.
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
    """The first of a photo's places where there is a file now, contents and all.

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
