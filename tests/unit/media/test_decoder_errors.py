"""Errors and warnings of decoders stay inside."""

from __future__ import annotations

import errno
import struct
import threading
import warnings
import zlib

import pytest
from PIL import Image

from photofind.domain import MediaCode, MediaError
from photofind.media.decoder_errors import decoder_errors, quiet_pillow
from photofind.sentences import Sentence
from tests.plugins.patience import PATIENCE_S


@pytest.mark.parametrize(
    "error",
    [OSError("broken data stream"), SyntaxError("not a PNG"), ValueError("x"), struct.error("x"),
     RuntimeError("x"), TypeError("x"), IndexError("x"), KeyError("x"), ZeroDivisionError("x"),
     AttributeError("x"), OverflowError("x"), zlib.error("x"), UnicodeError("x")],
)  # fmt: skip
def test_anything_a_decoder_raises_means_damaged(error: Exception) -> None:
    with pytest.raises(MediaError) as caught, decoder_errors(Sentence("PNG picture")):
        raise error
    assert caught.value.media_code is MediaCode.UNREADABLE
    assert caught.value.user_message.startswith("This PNG picture is damaged")
    assert caught.value.__cause__ is error


@pytest.mark.parametrize("error", [EOFError(), OSError("image file is truncated (7 bytes)")])
def test_a_missing_end_is_said_to_be_missing(error: Exception) -> None:
    with (
        pytest.raises(MediaError, match="incomplete") as caught,
        decoder_errors(Sentence("GIF picture")),
    ):
        raise error
    assert caught.value.media_code is MediaCode.UNREADABLE


def test_a_rare_kind_is_not_called_damaged() -> None:
    with (
        pytest.raises(MediaError, match="rare kind") as caught,
        decoder_errors(Sentence("BMP picture")),
    ):
        raise OSError("Unsupported BMP bitfields layout")
    assert caught.value.media_code is MediaCode.UNSUPPORTED


@pytest.mark.parametrize("error", [MemoryError(), Image.DecompressionBombError("x")])
def test_too_little_memory(error: Exception) -> None:
    with pytest.raises(MediaError) as caught, decoder_errors(Sentence("GIF picture")):
        raise error
    assert caught.value.media_code is MediaCode.TOO_LARGE


def test_an_error_of_the_disk_is_not_blamed_on_the_picture() -> None:
    with pytest.raises(MediaError, match="disk") as caught, decoder_errors(Sentence("GIF picture")):
        raise OSError(errno.EIO, "Input/output error")
    assert caught.value.media_code is MediaCode.UNREADABLE


def test_our_own_words_pass() -> None:
    with pytest.raises(MediaError, match="own words"), decoder_errors(Sentence("GIF picture")):
        raise MediaError(MediaCode.UNSUPPORTED, "own words")


def test_what_stops_the_program_passes() -> None:
    with pytest.raises(KeyboardInterrupt), decoder_errors(Sentence("GIF picture")):
        raise KeyboardInterrupt


def _warn_as(module: str) -> None:
    warnings.warn_explicit("odd metadata", UserWarning, "file.py", 1, module=module)


def test_pillows_warnings_are_silenced_and_others_are_not() -> None:
    with quiet_pillow():
        _warn_as("PIL.TiffImagePlugin")
        with pytest.raises(UserWarning):
            _warn_as("elsewhere")
    with pytest.raises(UserWarning):
        _warn_as("PIL.TiffImagePlugin")


def test_overlapping_threads_leave_the_filters_as_they_were() -> None:
    before = list(warnings.filters)
    first_inside, second_inside = threading.Event(), threading.Event()

    def first() -> None:
        with quiet_pillow():
            first_inside.set()
            second_inside.wait(timeout=PATIENCE_S)

    thread = threading.Thread(target=first)
    thread.start()
    first_inside.wait(timeout=PATIENCE_S)
    with quiet_pillow():
        second_inside.set()
        thread.join()
        _warn_as("PIL.Image")  # still silent though the first thread has left
    assert list(warnings.filters) == before
