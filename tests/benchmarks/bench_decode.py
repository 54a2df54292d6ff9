"""What decoding a 12 MP photo costs, against its unavoidable parts and against a full decode.

python tests/benchmarks/bench_decode.py [PHOTO]

Prints CPU milliseconds on one thread; the ratios are what carries over to other machines.
"""

from __future__ import annotations

import argparse
import io
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from photofind.domain import ImageGeometry, ResizeMode
from photofind.media.decode import decode_photo

if TYPE_CHECKING:
    from collections.abc import Callable

_SQUARE = ImageGeometry(288, ResizeMode.SQUASH)
_SIZE = (4000, 3000)
_ROUNDS = 7
_REAL_PHOTO = (
    Path(__file__).resolve().parents[3]
    / "shared/fixtures/lomiri-ccby/picosdeeuropa_by_Aitzol_Berasategi.jpg"
)


def _cpu_ms(work: Callable[[], object]) -> float:
    times = []
    for _ in range(_ROUNDS):
        start = time.thread_time()
        work()
        times.append((time.thread_time() - start) * 1000)
    return median(times)


def make_photo(original: Path) -> bytes:
    """A 12 MP JPEG of a real photo's contents."""
    buffer = io.BytesIO()
    with Image.open(original) as picture:
        picture.resize(_SIZE).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def measure(photo: bytes) -> None:
    def full() -> Image.Image:
        with Image.open(io.BytesIO(photo)) as image:
            return image.convert("RGB")

    def shrunk() -> Image.Image:
        with Image.open(io.BytesIO(photo)) as image:
            image.draft(None, (_SIZE[0] // 4, _SIZE[1] // 4))
            return image.convert("RGB")

    small = shrunk()
    thumbnail = small.resize((512, 384), Image.Resampling.HAMMING)
    parts = {
        "decode at 1/4": _cpu_ms(shrunk),
        "square": _cpu_ms(lambda: np.array(small.resize((288, 288), Image.Resampling.BICUBIC))),
        "thumbnail": _cpu_ms(lambda: small.resize((512, 384), Image.Resampling.HAMMING)),
        "its JPEG": _cpu_ms(lambda: thumbnail.save(io.BytesIO(), "JPEG", quality=82)),
    }
    whole = _cpu_ms(lambda: decode_photo(photo, [_SQUARE]))
    floor = sum(parts.values())
    naive = _cpu_ms(lambda: full().resize((288, 288), Image.Resampling.BICUBIC))
    for name, milliseconds in parts.items():
        print(f"{name:>15} {milliseconds:6.1f} CPU-ms")
    print(f"{'decode_photo':>15} {whole:6.1f} CPU-ms, {floor / whole:.0%} of the sum of its parts")
    print(f"{'full decode':>15} {naive:6.1f} CPU-ms, {naive / whole:.1f} times as much")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photo", type=Path, nargs="?", default=_REAL_PHOTO)
    measure(make_photo(parser.parse_args().photo))


if __name__ == "__main__":
    main()
