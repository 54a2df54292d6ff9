"""Opening: by content, within bounds of memory, refusals at once."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from photofind.domain import ImageGeometry, MediaCode, MediaError, ResizeMode
from photofind.media import opening
from photofind.media.decode import decode_photo
from photofind.media.opening import opened
from photofind.media.pictures import base
from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from pathlib import Path

_SQUARE = ImageGeometry(288, ResizeMode.SQUASH)


def _error(source: Path | bytes) -> MediaError:
    with pytest.raises(MediaError) as caught:
        decode_photo(source, [_SQUARE])
    return caught.value


def test_the_header_is_read_without_the_pixels(tmp_path: Path) -> None:
    path = make_photo(tmp_path / "x.png", size=(64, 48))
    cut = path.read_bytes()[:-2000]  # no pixels to decode
    with opened(cut) as picture:
        assert (picture.format, picture.size, picture.file_bytes) == ("PNG", (64, 48), len(cut))


def test_content_decides_not_the_suffix(tmp_path: Path) -> None:
    png = make_photo(tmp_path / "real.png").rename(tmp_path / "lies.jpg")
    assert decode_photo(png, []).format == "PNG"


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    path.touch()
    error = _error(path)
    assert error.media_code is MediaCode.UNREADABLE
    assert "empty" in error.user_message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"Dear diary, today I took no photo.\n", "a text file"),
        (b"8BPS\x00\x01" + b"\x00" * 40, "a Photoshop document"),
        (b"\x00" * 1000, "zero bytes"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n" * 9, "text"),
        (b"P6 8 8 255 " + b"\xff" * 192, "unknown"),
    ],
)
def test_what_is_no_picture_of_ours_is_unsupported(content: bytes, words: str) -> None:
    error = _error(content)
    assert error.media_code is MediaCode.UNSUPPORTED
    assert words in error.user_message


def test_a_vanished_file(tmp_path: Path) -> None:
    assert _error(tmp_path / "gone.jpg").media_code is MediaCode.VANISHED


def test_a_folder_named_like_a_photo(tmp_path: Path) -> None:
    (tmp_path / "x.jpg").mkdir()
    assert _error(tmp_path / "x.jpg").media_code is MediaCode.UNREADABLE


@pytest.mark.parametrize("suffix", ["jpg", "png", "gif", "tif", "bmp", "webp", "heic", "avif"])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_half_copied_files_are_a_problem_not_a_gray_photo(
    tmp_path: Path, suffix: str, share: float
) -> None:
    if suffix == "jpg":
        share /= 3  # the beginning of most of a JPEG is shown
    whole = make_photo(tmp_path / f"x.{suffix}", size=(800, 600)).read_bytes()
    error = _error(whole[: int(len(whole) * share)])
    assert error.media_code is MediaCode.UNREADABLE
    assert error.user_message.endswith(".")
    assert "Error" not in error.user_message


@pytest.mark.parametrize(("missing", "percent"), [(2, 99), (40, 99), (0.1, 90), (0.3, 70)])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_without_its_end_is_shown_and_told(
    tmp_path: Path, missing: float, percent: int, progressive: bool
) -> None:
    path = tmp_path / "x.jpg"
    noise = np.random.default_rng(1).integers(0, 256, (600, 800, 3), np.uint8)
    Image.fromarray(noise).save(path, quality=90, progressive=progressive)
    whole = path.read_bytes()
    cut = whole[: len(whole) - round(missing if missing >= 1 else missing * len(whole))]
    photo, undamaged = decode_photo(cut, [_SQUARE]), decode_photo(whole, [_SQUARE])
    assert (photo.width, photo.height) == (800, 600)
    assert undamaged.damage is None
    assert photo.damage is not None
    assert "another copy" in str(photo.damage)
    if not progressive:  # whose later parts only make it finer
        shown = int(str(photo.damage).split("about ")[1].split(" ")[0])
        assert shown == pytest.approx(percent, abs=4)
        top = slice(0, round(_SQUARE.size * (percent - 6) / 100))
        assert np.array_equal(photo.tensors[0][top], undamaged.tensors[0][top])


def test_a_file_is_never_changed(tmp_path: Path) -> None:
    path = make_photo(tmp_path / "x.tif")
    os.utime(path, ns=(1, 1))
    before = (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino)
    decode_photo(path, [_SQUARE])
    assert (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) == before


def test_a_multi_picture_file_is_its_first_picture(tmp_path: Path) -> None:
    first, second = Image.new("RGB", (64, 48), "red"), Image.new("RGB", (32, 24), "blue")
    first.save(tmp_path / "x.jpg", "MPO", save_all=True, append_images=[second])
    photo = decode_photo(tmp_path / "x.jpg", [])
    assert (photo.format, photo.width, photo.height) == ("JPEG", 64, 48)


def _small_budget(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    for module in (opening, base):
        monkeypatch.setattr(module, "picture_budget", lambda: size)


def test_a_jpeg_counts_as_large_as_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A panorama can be shrunk while it is decoded; progressive, it must be held whole first."""
    image = Image.new("RGB", (3200, 2400))
    plain, progressive, png = io.BytesIO(), io.BytesIO(), io.BytesIO()
    image.save(plain, "JPEG")
    image.save(progressive, "JPEG", progressive=True)
    image.save(png, "PNG")
    _small_budget(monkeypatch, 10_000_000)
    assert decode_photo(plain.getvalue(), [_SQUARE]).width == 3200
    assert _error(progressive.getvalue()).media_code is MediaCode.TOO_LARGE
    assert _error(png.getvalue()).media_code is MediaCode.TOO_LARGE
    _small_budget(monkeypatch, 100_000_000)
    assert decode_photo(progressive.getvalue(), [_SQUARE]).width == 3200
    assert decode_photo(png.getvalue(), [_SQUARE]).width == 3200


@pytest.mark.parametrize("suffix", ["webp", "avif", "heic"])
def test_formats_read_as_a_whole_have_a_largest_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    path = make_photo(tmp_path / f"x.{suffix}", size=(64, 48))
    with path.open("ab") as file:
        file.truncate(2_000_000)
    _small_budget(monkeypatch, 3_000_000)
    error = _error(path)
    assert error.media_code is MediaCode.TOO_LARGE
    assert "the file alone" in error.user_message


def test_a_row_of_millions_of_pixels_is_refused(tmp_path: Path) -> None:
    """Within any pixel limit, but decoders would take minutes over it."""
    Image.new("L", (2_000_000, 2)).save(tmp_path / "x.png")
    assert _error(tmp_path / "x.png").media_code is MediaCode.TOO_LARGE


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _png(width: int, height: int, *chunks: bytes) -> bytes:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = _chunk(b"IDAT", zlib.compress(b"\x00" * 2))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + pixels + _chunk(b"IEND", b"")


def test_long_texts_in_a_png_are_no_reason_to_refuse_it() -> None:
    text = zlib.compress(b"a masterpiece, " * 300_000)
    photo = decode_photo(_png(1, 1, _chunk(b"zTXt", b"prompt\x00\x00" + text)), [])
    assert (photo.width, photo.height) == (1, 1)


def _tiff(width: int, height: int) -> bytes:
    entries = [
        (256, width), (257, height), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1),
        (278, height), (279, 100),
    ]  # fmt: skip
    packed = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    return b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", len(entries)) + packed + b"\x00" * 204


def _bmp(width: int, height: int) -> bytes:
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 104, 0, 0, 54) + info + b"\x00" * 50


def _gif(screen: tuple[int, int], offset_y: int) -> bytes:
    frame = struct.pack("<BHHHHB", 0x2C, 0, offset_y, *screen, 0)
    palette = b"\x00\x00\x00\xff\xff\xff"
    size = struct.pack("<HHBBB", *screen, 0x80, 0, 0)
    return b"GIF89a" + size + palette + frame + b"\x02\x02\x44\x01\x00;"


def _webp(width: int, height: int) -> bytes:
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunk = b"VP8X" + struct.pack("<I", 10) + b"\x00" * 4 + canvas
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk


def _progressive_jpeg(side: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (64, 64)).save(buffer, "JPEG", progressive=True)
    data = bytearray(buffer.getvalue())
    frame = data.index(b"\xff\xc2")
    data[frame + 5 : frame + 9] = struct.pack(">HH", side, side)
    return bytes(data)


def _heif(tmp_path: Path, suffix: str, side: int) -> bytes:
    data = bytearray(make_photo(tmp_path / f"x.{suffix}", size=(64, 64)).read_bytes())
    at = data.index(b"ispe") + 8
    data[at : at + 8] = struct.pack(">II", side, side)
    return bytes(data)


_CHECK = """
import resource, sys, types
from pathlib import Path
import psutil
psutil.virtual_memory = lambda: types.SimpleNamespace(total=8 << 30)
from photofind.domain import ImageGeometry, MediaError, ResizeMode
from photofind.media.decode import decode_photo
decode_photo(Path(sys.argv[1]), [])  # everything needed is imported now
in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (in_use + (64 << 20),) * 2)
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
for name in sys.argv[2:]:
    try:
        decode_photo(Path(name), [ImageGeometry(288, ResizeMode.SQUASH)])
        print("decoded")
    except MediaError as error:
        print(error.code)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits a process's memory through /proc")
def test_bombs_are_refused_with_hardly_any_memory(tmp_path: Path, repo_root: Path) -> None:
    bombs = {
        "a.tif": _tiff(800, 3_036_676_696),
        "b.bmp": _bmp(3_000_000, 2_000_000),
        "c.gif": _gif((65535, 1100), 65501),
        "d.gif": _gif((65535, 65535), 0),
        "e.png": _png(100_000, 100_000),
        "f.webp": _webp(1 << 24, 1 << 24),
        "g.jpg": _progressive_jpeg(65500),
        "h.heic": _heif(tmp_path, "heic", 60_000),
        "i.avif": _heif(tmp_path, "avif", 60_000),
    }
    decodable = make_photo(tmp_path / "fine.heic", size=(64, 48))
    for name, content in bombs.items():
        assert len(content) < 5_000, name
        (tmp_path / name).write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", _CHECK, str(decodable), *(str(tmp_path / name) for name in bombs)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        cwd=repo_root,
    )
    assert done.stderr == ""
    answers = dict(zip(bombs, done.stdout.split(), strict=True))
    refused = {name: answers.pop(name) for name in ("h.heic", "i.avif")}
    assert set(answers.values()) == {"too_large"}, answers
    # these decoders notice by themselves that the size can't be true
    assert set(refused.values()) <= {"too_large", "unreadable"}, refused


@pytest.mark.parametrize("name", [b"iCCP", b"zTXt"])
def test_a_compressed_bomb_inside_a_png(name: bytes) -> None:
    packed = zlib.compress(b"\x00" * 60_000_000, 9)
    error = _error(_png(1, 1, _chunk(name, b"x\x00\x00" + packed)))
    assert error.media_code is MediaCode.UNREADABLE
