"""Keeps what goes wrong inside a decoder from reaching anyone but as a MediaError."""

from __future__ import annotations

import logging
import re
import struct
import threading
import warnings
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, cast

from PIL import Image

from photofind.domain import MediaCode, MediaError
from photofind.media.files import media_error_from

if TYPE_CHECKING:
    from collections.abc import Iterator

    from photofind.sentences import Sentence

logger = logging.getLogger(__name__)

DECODER_ERRORS: Final = (
    OSError, EOFError, MemoryError, RuntimeError, SyntaxError, ArithmeticError, AssertionError,
    AttributeError, BufferError, LookupError, TypeError, ValueError, struct.error, zlib.error,
    Image.DecompressionBombError,
)  # fmt: skip
"""What decoders raise when they are fed bytes that no camera wrote: nearly anything. Caught
around calls into a decoder only, so that a mistake of ours isn't taken for a damaged file."""

_quiet_lock = threading.Lock()
_quiet_filter = ("ignore", None, Warning, re.compile(r"PIL\."), 0)
_quiet_inside = 0


@contextmanager
def quiet_pillow() -> Iterator[None]:
    """Silences Pillow's warnings (about odd metadata, say) while a thread is inside.

    `warnings.catch_warnings` puts back the whole list of filters and so must not overlap with
    itself in two threads; this adds one filter with the first thread and takes it out with the
    last.
    """
    global _quiet_inside  # noqa: PLW0603 (a count of threads, guarded by the lock beside it)
    with _quiet_lock:
        _quiet_inside += 1
        if _quiet_inside == 1:
            cast("list[object]", warnings.filters).insert(0, _quiet_filter)
    try:
        yield
    finally:
        with _quiet_lock:
            _quiet_inside -= 1
            if not _quiet_inside and _quiet_filter in warnings.filters:
                cast("list[object]", warnings.filters).remove(_quiet_filter)


@contextmanager
def decoder_errors(what: Sentence) -> Iterator[None]:
    """Turns whatever a decoder raises inside the `with` block into a MediaError.

    Args:
        what: what the file is, for the message: "JPEG picture".

    Raises:
        MediaError: unreadable, unsupported or too_large.
    """
    try:
        yield
    except MediaError:
        raise
    except (MemoryError, Image.DecompressionBombError) as error:
        raise MediaError(
            MediaCode.TOO_LARGE,
            "Decoding this {what} needs more memory than this computer has to spare.",
            what=what,
        ) from error
    except DECODER_ERRORS as error:
        if isinstance(error, OSError) and error.errno:
            raise media_error_from(error) from error
        logger.debug("decoder refused a %s: %r", what, error)
        if isinstance(error, EOFError) or "truncated" in str(error).lower():
            raise MediaError(
                MediaCode.UNREADABLE,
                "This {what} is incomplete: its end is missing. Copy it again from where it "
                "came from.",
                what=what,
            ) from error
        if "unsupported" in str(error).lower():
            raise MediaError(
                MediaCode.UNSUPPORTED,
                "This {what} is of a rare kind that photofind can't decode. If another program "
                "saves it again, it can be found.",
                what=what,
            ) from error
        raise MediaError(
            MediaCode.UNREADABLE,
            "This {what} is damaged and can't be decoded. If you have another copy, put "
            "it in its place.",
            what=what,
        ) from error
