"""Text read by the real networks, in drawn pictures and in the rendered fixtures."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from photofind.domain import ModelError
from photofind.inference import reading
from photofind.inference.reading import TextReader, reader_key
from tests.unit.inference.light_networks import run_alone

if TYPE_CHECKING:
    from numpy.typing import NDArray

needs_rapidocr = pytest.mark.skipif(
    not reading.is_installed(), reason="needs the extra `ocr` (rapidocr)"
)


def test_what_a_person_is_told_to_install_is_what_the_extra_names() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text("utf-8"))
    (pin,) = project["project"]["optional-dependencies"]["ocr"]
    assert f'"{sys.executable}" -m pip install {pin}' == reading.INSTALLING


@pytest.fixture(scope="module")
def reader() -> TextReader:
    return TextReader()


def sign(text: str, size: tuple[int, int] = (900, 600)) -> Image.Image:
    picture = Image.new("RGB", size, (90, 120, 60))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((150, 150, 750, 330), fill="white")
    draw.text((190, 190), text, fill="black", font=ImageFont.load_default(size=72))
    return picture


def pixels(picture: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(picture, np.uint8)


@needs_rapidocr
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_sign_is_read_however_it_is_turned(reader: TextReader, turn: int) -> None:
    picture = sign("No Parking").rotate(turn, expand=True)
    (line,) = reader.read(pixels(picture))
    assert line.text.lower().replace(" ", "") == "noparking"
    assert line.confidence > 0.8
    assert len(line.corners) == 4
    xs, ys = zip(*line.corners, strict=True)
    assert all(0 <= share <= 1 for share in (*xs, *ys))
    # Upright, the sign's text lies in the upper half, 200 to 560 of 900 pixels from the left.
    if turn == 0:
        assert 0.15 < min(xs) < 0.3
        assert max(ys) < 0.6


@needs_rapidocr
def test_small_letters_in_a_large_picture_are_read_as_rapidocr_does() -> None:
    """18 pixels of 2,000: of a photo twice as large 36, which it finds in that by itself."""
    assert run_alone(_read_small_letters) >= {"Harbour Street", "closed on Sundays"}


def _read_small_letters() -> set[str]:
    """In a process of its own: it takes half a gigabyte."""
    picture = Image.linear_gradient("L").resize((2000, 1500)).convert("RGB")
    font = ImageFont.load_default(size=18)
    draw = ImageDraw.Draw(picture)
    for top, text in ((375, "Harbour Street"), (429, "closed on Sundays"), (483, "ring the bell")):
        draw.rectangle(draw.textbbox((666, top), text, font), fill=(240, 240, 235))
        draw.text((666, top), text, fill=(20, 20, 60), font=font)
    return {line.text for line in TextReader().read(pixels(picture))}


@needs_rapidocr
def test_where_there_is_no_text_nothing_is_read(reader: TextReader) -> None:
    rows, columns = np.mgrid[0:700, 0:900]
    smooth = np.stack([rows // 3, columns // 4, (rows + columns) // 7], axis=2)
    assert reader.read((smooth % 256).astype(np.uint8)) == ()
    assert reader.read(np.zeros((40, 60, 3), np.uint8)) == ()


@needs_rapidocr
def test_a_reading_that_nobody_wants_is_broken_off(reader: TextReader) -> None:
    assert reader.read(pixels(sign("No Parking")), cancelled=lambda: True) == ()


@needs_rapidocr
def test_a_second_recogniser_reads_what_the_first_is_unsure_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = Path(str(sys.modules["rapidocr"].__file__)).parent / "models"
    monkeypatch.setattr(reading, "_SURE", 1.1)
    both = TextReader(folder / "PP-OCRv6_rec_small.onnx")
    (line,) = both.read(pixels(sign("No Parking")))
    assert line.text.lower().replace(" ", "") == "noparking"
    assert reader_key(Path("th.onnx")).endswith("+th")


def test_without_the_package_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "is_installed", lambda: False)
    with pytest.raises(ModelError, match="-m pip install rapidocr==") as caught:
        reader_key()
    assert caught.value.code == "model_missing"
