"""Opening files: regular ones only, for reading only, refusals in plain words."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import pytest

from photofind.domain import MediaCode, MediaError
from photofind.media.files import media_error_from, open_photo, system_path

posix_only = pytest.mark.skipif(os.name != "posix", reason="POSIX file kinds")


def test_short_windows_paths_stay_as_they_are() -> None:
    assert system_path(Path("C:\\Photos\\a.jpg"), "win32") == "C:\\Photos\\a.jpg"


def test_long_windows_paths_get_the_prefix() -> None:
    long = "C:\\" + "a" * 300 + "\\b.jpg"
    assert system_path(Path(long), "win32") == "\\\\?\\" + long
    assert system_path(Path("\\\\?\\" + long), "win32") == "\\\\?\\" + long


def test_long_network_paths_get_the_unc_prefix() -> None:
    long = "\\\\server\\share\\" + "a" * 300 + ".jpg"
    assert system_path(Path(long), "win32") == "\\\\?\\UNC\\server\\share\\" + "a" * 300 + ".jpg"


def test_slashes_are_turned_since_the_prefix_turns_normalising_off() -> None:
    long = "C:/" + "a" * 300 + "/b.jpg"
    assert system_path(Path(long), "win32") == "\\\\?\\C:\\" + "a" * 300 + "\\b.jpg"


def test_other_systems_take_paths_as_they_are() -> None:
    long = "/" + "a/" * 200 + "b.jpg"
    assert system_path(Path(long), "linux") == long


def test_reads_a_regular_file_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.jpg").write_bytes(b"abc")
    (tmp_path / "link.jpg").symlink_to("real.jpg")
    with open_photo(tmp_path / "link.jpg") as file:
        assert file.read() == b"abc"
        assert not file.writable()


@posix_only
def test_a_fifo_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.jpg")
    with pytest.raises(MediaError) as caught:
        open_photo(tmp_path / "x.jpg")
    assert caught.value.media_code is MediaCode.UNREADABLE


@posix_only
def test_sockets_devices_and_folders_are_refused(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s.jpg"))
        (tmp_path / "d.jpg").mkdir()
        for path in (tmp_path / "s.jpg", tmp_path / "d.jpg", Path("/dev/zero")):
            with pytest.raises(MediaError) as caught:
                open_photo(path)
            assert caught.value.media_code is MediaCode.UNREADABLE


@pytest.mark.parametrize("name", ["gone.jpg", "no/such/folder/gone.jpg", "zero\x00byte.jpg"])
def test_what_is_not_there_has_vanished(tmp_path: Path, name: str) -> None:
    with pytest.raises(MediaError) as caught:
        open_photo(tmp_path / name)
    assert caught.value.media_code is MediaCode.VANISHED


def test_a_path_over_the_systems_limit_is_explained(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="too long") as caught:
        open_photo(tmp_path / ("x" * 5000 + ".jpg"))
    assert caught.value.media_code is MediaCode.UNREADABLE


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOENT, MediaCode.VANISHED),
        (errno.ESTALE, MediaCode.VANISHED),
        (errno.EACCES, MediaCode.DENIED),
        (errno.EPERM, MediaCode.DENIED),
        (errno.EIO, MediaCode.UNREADABLE),
    ],
)
def test_errors_of_the_system_have_codes_and_sentences(number: int, code: MediaCode) -> None:
    error = media_error_from(OSError(number, os.strerror(number), "/home/someone/x.jpg"))
    assert error.media_code is code
    assert error.user_message.endswith(".")
    assert "Errno" not in error.user_message
    assert "/home" not in error.user_message


@posix_only
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_denied(tmp_path: Path) -> None:
    (tmp_path / "x.jpg").write_bytes(b"abc")
    (tmp_path / "x.jpg").chmod(0)
    with pytest.raises(MediaError) as caught:
        open_photo(tmp_path / "x.jpg")
    assert caught.value.media_code is MediaCode.DENIED


@pytest.mark.parametrize(("name", "limit_gb"), [("a.jpg", 4), ("a.tif", 32), ("a.dng", 32)])
def test_a_file_that_is_larger_than_any_picture_is_not_read(
    tmp_path: Path, name: str, limit_gb: int
) -> None:
    path = tmp_path / name
    for size, is_read in ((limit_gb * 10**9, True), (10**12, False)):
        with path.open("wb") as file:
            try:
                file.truncate(size)
            except OSError:
                pytest.skip("this file system has no sparse files")
        if is_read:
            open_photo(path).close()
            continue
        with pytest.raises(MediaError, match=f"more than {limit_gb} GB") as caught:
            open_photo(path)
        assert caught.value.media_code is MediaCode.TOO_LARGE
