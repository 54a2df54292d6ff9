"""One hostile archive for every rule."""

from __future__ import annotations

import gzip
import io
import stat
import struct
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from photofind.domain import ModelError
from photofind.models.importing import archives
from photofind.models.importing.archives import unpack

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where it is unpacked; what must not be reached lies beside it."""
    place = tmp_path / "place" / "inside"
    place.mkdir(parents=True)
    return place


def zip_of(path: Path, *names: str, content: bytes = b"x") -> Path:
    with zipfile.ZipFile(path, "w") as written:
        for name in names:
            written.writestr(zipfile.ZipInfo(name), content)
    return path


def tar_of(path: Path, *members: tarfile.TarInfo | str, mode: str = "w:") -> Path:
    with tarfile.open(path, mode) as written:  # type: ignore[call-overload]
        for member in members:
            info = tarfile.TarInfo(member) if isinstance(member, str) else member
            info.size = 1 if isinstance(member, str) else info.size
            written.addfile(info, io.BytesIO(b"x" * info.size) if info.isreg() else None)
    return path


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def refused(archive: Path, folder: Path, words: str) -> None:
    with pytest.raises(ModelError, match=words) as caught:
        unpack(archive, folder)
    assert caught.value.code == "model_incompatible"
    assert list(folder.rglob("*")) == []
    assert list(folder.parent.iterdir()) == [folder]


@pytest.mark.parametrize("make", [zip_of, tar_of])
def test_plain_files_are_unpacked(make: Callable[..., Path], tmp_path: Path, folder: Path) -> None:
    unpack(make(tmp_path / "a", "./model/visual/model.onnx", "model/é 狗.json"), folder)
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))
    assert found == ["model/visual/model.onnx", "model/é 狗.json"]
    assert (folder / "model" / "é 狗.json").read_bytes() == b"x"


@pytest.mark.parametrize("make", [zip_of, tar_of])
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("/etc/evil", "leads out"),
        ("../evil", "leads out"),
        ("a/../../evil", "leads out"),
        ("a/..", "leads out"),
        ("..\\evil", "not plain"),
        ("C:/evil", "not plain"),
        ("a:stream", "not plain"),
        ("con.json", "not plain"),
        ("a/NUL", "not plain"),
        ("evil.json ", "not plain"),
        ("evil.json.", "not plain"),
        ("ev\x1b[2Jil", "not plain"),
        ("ev\u202eil", "not plain"),
        ("a" * 241, "not plain"),
    ],
)
def test_names_that_are_not_plain(
    make: Callable[..., Path], tmp_path: Path, folder: Path, name: str, words: str
) -> None:
    refused(make(tmp_path / "a", "fine.json", name), folder, words)


def test_a_zip_name_that_is_cut_at_a_nul(tmp_path: Path, folder: Path) -> None:
    archive = zip_of(tmp_path / "a.zip", "evil?.onnx")
    archive.write_bytes(archive.read_bytes().replace(b"evil?", b"evil\0"))
    refused(archive, folder, "not plain")


@pytest.mark.parametrize("make", [zip_of, tar_of])
@pytest.mark.parametrize(
    "names",
    [("model.onnx", "model.onnx"), ("model.onnx", "MODEL.onnx"), ("é.json", "e\u0301.json")],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_at_one_place(
    make: Callable[..., Path], tmp_path: Path, folder: Path, names: tuple[str, str]
) -> None:
    refused(make(tmp_path / "a", *names), folder, "two files have the same name")


@pytest.mark.parametrize("make", [zip_of, tar_of])
def test_a_file_where_a_folder_is(make: Callable[..., Path], tmp_path: Path, folder: Path) -> None:
    refused(make(tmp_path / "a", "a/b", "A"), folder, "a file and a folder")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO])
def test_links_and_devices_in_a_zip(tmp_path: Path, folder: Path, kind: int) -> None:
    info = zipfile.ZipInfo("evil")
    info.create_system, info.external_attr = 3, (kind | 0o644) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as written:
        written.writestr(info, "/etc/passwd")
    refused(tmp_path / "a.zip", folder, "a link or a device")


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]
)
def test_links_and_devices_in_a_tar(tmp_path: Path, folder: Path, kind: bytes) -> None:
    archive = tar_of(tmp_path / "a.tar", "fine.json", special("evil", kind, "../../evil"))
    refused(archive, folder, "a link or a device")


def test_sparse_files_in_a_tar(tmp_path: Path, folder: Path) -> None:
    archive = tar_of(tmp_path / "a.tar", special("evil", tarfile.GNUTYPE_SPARSE))
    refused(archive, folder, "a link or a device|damaged")


def test_encrypted_files_in_a_zip(tmp_path: Path, folder: Path) -> None:
    archive = zip_of(tmp_path / "a.zip", "model.onnx")
    content = bytearray(archive.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(content)
    refused(archive, folder, "it is encrypted")


def test_what_says_that_it_is_too_large(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MOST_BYTES", 3)
    refused(zip_of(tmp_path / "a.zip", "a", "b", content=b"xx"), folder, "larger than")
    refused(tar_of(tmp_path / "a.tar", *"abcd"), folder, "larger than")


def test_what_does_not_fit_on_the_disk(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "_SPARE_BYTES", 2**60)
    with pytest.raises(ModelError, match="Free some space") as caught:
        unpack(zip_of(tmp_path / "a.zip", "a"), folder)
    assert caught.value.code == "disk_full"
    assert list(folder.iterdir()) == []


def test_too_many_files(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_ENTRIES", 2)
    refused(zip_of(tmp_path / "a.zip", "a", "b", "c"), folder, "more than 2 files")
    refused(tar_of(tmp_path / "a.tar", "a", "b", "c"), folder, "more than 2 files")


def test_a_zip_that_holds_more_than_it_says(tmp_path: Path, folder: Path) -> None:
    """Ten kilobytes that become ten megabytes, said to be one byte."""
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("model.onnx", b"\0" * 10_000_000)
    content = bytearray(archive.read_bytes())
    size_in_directory = content.index(b"PK\x01\x02") + 24
    content[size_in_directory : size_in_directory + 4] = struct.pack("<I", 1)
    archive.write_bytes(content)
    with pytest.raises(ModelError, match=r"damaged|larger than it says"):
        unpack(archive, folder)
    assert sum(path.stat().st_size for path in folder.rglob("*")) <= 1


def test_a_tar_whose_header_would_fill_the_memory(tmp_path: Path, folder: Path) -> None:
    """tarfile reads extended headers whole; compression makes them small."""
    header = tarfile.TarInfo("evil")
    header.type, header.size = tarfile.XHDTYPE, 2**33
    archive = tmp_path / "bomb.tar.gz"
    with gzip.open(archive, "wb") as written:
        written.write(header.tobuf(tarfile.GNU_FORMAT))
        written.write(b"\0" * 2_000_000)
    refused(archive, folder, "damaged")


def test_a_tar_that_is_cut_off(tmp_path: Path, folder: Path) -> None:
    info = tarfile.TarInfo("model.onnx")
    info.size = 100_000
    archive = tar_of(tmp_path / "a.tar", info)
    archive.write_bytes(archive.read_bytes()[:50_000])
    with pytest.raises(ModelError, match=r"damaged|smaller than it says"):
        unpack(archive, folder)


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"x" * 600]
)
def test_what_is_no_archive(tmp_path: Path, folder: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    refused(tmp_path / "a", folder, "damaged or of a kind|no model|is empty")


def test_a_damaged_zip(tmp_path: Path, folder: Path) -> None:
    archive = zip_of(tmp_path / "a.zip", "model.onnx", content=b"weights" * 100)
    archive.write_bytes(archive.read_bytes().replace(b"weightsweights", b"weightsWeights", 1))
    with pytest.raises(ModelError, match="damaged"):
        unpack(archive, folder)
