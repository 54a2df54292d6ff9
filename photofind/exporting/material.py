"""What an exported model is tried with: 32 pictures, 32 texts, 3,000 strings."""

from __future__ import annotations

import importlib.util
import random
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from photofind.domain import MediaError
from photofind.exporting.request import ExportError
from photofind.inference.precision_check import draw_pictures
from photofind.media.decode import decode_photo
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PICTURES: Final = 32
STRINGS: Final = 3_000
_DRAWN_SIZE: Final = 480
_SAMPLES: Final = (
    *("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "motorcycle_left.png"),
    *("hubble_deep_field.jpg", "retina.jpg", "ihc.png", "camera.png", "coins.png", "moon.png"),
    *("brick.png", "grass.png", "gravel.png", "page.png", "clock_motion.png", "cell.png"),
)
"""scikit-image's photographs and scans, as far as they come with it."""

TEXTS: Final = (
    *("a dog", "two dogs playing in the snow", "a cat asleep on a sofa", "birds on a wire"),
    *("a red car in front of a house", "an old bicycle leaning on a wall", "an aeroplane"),
    *("a train in a station at night", "a boat on a calm lake", "mountains under a cloudy sky"),
    *("sunset over the sea", "a forest in autumn", "a city street in the rain", "a bridge"),
    *("people", "two children playing on a beach", "a group of friends posing for a photo"),
    *("a black and white portrait of an old man", "a bride and groom", "a football match"),
    *("food on a wooden table", "a cup of coffee", "birthday cake with 5 candles", "flowers"),
    *("a screenshot of text", "a page of a book", "a receipt", "a drawing of a house"),
    *("หมาเล่นหิมะ", "狗在雪地里玩", "👍🏽 🏳️‍🌈", "a very long sentence that goes on " * 12),
)

_PHRASES: Final = (
    "a photo of the dog's playing in snow; sunset & beach don't it's we'll I'M CAN'T",
    "don’t 3 dogs 2023-06 café naïve &amp; &lt;b&gt; “quoted” DSC_0042.JPG 100% €5 C++",
)
_ALPHABETS: Final = (
    "abcdefghijklmnopqrstuvwxyz  ABCXYZ",
    "กขคงจชซดตถทนบปผพฟมยรลวสหอะาำิีึืุูเแโใไ็่้๊๋์ๆฯ ",
    "的一是不了人我在有他这中大来上国个到说们，。！？：；（）「」　 ",
    "日本語カタカナひらがなーｱｲｳＡＢＣ１２３　",
    "😀🎉👍🏽🏳️‍🌈❤️🔥🐶👨‍👩‍👧 ab",
    "0123456789.,;:'\"-_()[]{}@#$%^&*+=/\\|`~ \t\n",
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВ ",
    "אבגדהוזחטي كلمنهوية",
)


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pictures as files.

    Attributes:
        description: how many are from where.
    """

    paths: tuple[Path, ...]
    description: Sentence


def make_strings(count: int = STRINGS) -> list[str]:
    """English, Thai, Chinese, Japanese, emoji, digits and signs, long and empty ones."""
    rng = random.Random(1)
    words = " ".join(_PHRASES).split()
    strings = ["", "   ", "\n\t", "a" * 5_000, "dog " * 500, "<|endoftext|> hi", "ﬁ ﬂ ĳ … – —"]
    while len(strings) < count:
        if rng.random() < 0.5:
            strings.append(" ".join(rng.choices(words, k=rng.randint(1, 30))))
        else:
            alphabet = rng.choice(_ALPHABETS)
            strings.append("".join(rng.choices(alphabet, k=rng.randint(1, 60))))
    return strings


def find_pictures(given: Path | None, work: Path) -> Pictures:
    """Finds 32 pictures: the person's, else scikit-image's samples, and drawn ones if need be.

    Args:
        given: a folder; its subfolders are looked through too.
        work: an existing folder for those that are drawn.

    Raises:
        ExportError: export_pictures, the folder holds no picture that can be read.
    """
    if given is not None:
        found = _first_readable(sorted(given.rglob("*")))
        source = str(given)
        if not found:
            raise ExportError(
                "export_pictures", "There is no picture in {given} that can be read.", given=given
            )
    else:
        found = _first_readable(_samples())
        source = "scikit-image"
    drawn = list(_draw(work, PICTURES - len(found)))
    description = Sentence("{count} drawn by photofind", count=len(drawn))
    if found:
        description = Sentence(
            "{count} of {source}, {drawn} drawn by photofind",
            count=len(found),
            source=source,
            drawn=len(drawn),
        )
    return Pictures((*found, *drawn), description)


def _samples() -> list[Path]:
    package = importlib.util.find_spec("skimage")
    if package is None or package.origin is None:
        return []
    folder = Path(package.origin).parent / "data"
    return [folder / name for name in _SAMPLES if (folder / name).is_file()]


def _first_readable(paths: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if len(found) == PICTURES:
            break
        if not path.is_file():
            continue
        try:
            decode_photo(path, [])
        except MediaError:
            continue
        found.append(path)
    return found


def _draw(work: Path, count: int) -> Iterator[Path]:
    """Eight drawn scenes, upright and turned."""
    from PIL import Image

    scenes = draw_pictures(_DRAWN_SIZE)
    for index in range(count):
        turned = np.rot90(scenes[index % len(scenes)], index // len(scenes))
        path = work / f"drawn-{index}.png"
        Image.fromarray(np.ascontiguousarray(turned)).save(path)
        yield path
