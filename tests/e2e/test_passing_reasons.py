"""What was decided at one moment, and must not stay: permissions, times, folders on the move."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.e2e.program import Program
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from pathlib import Path

_UNPRIVILEGED = ("setpriv", "--bounding-set=-all")
"""Root without the right to read what permissions deny."""

_SIDECAR = """<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
xmlns:xmp="http://ns.adobe.com/xap/1.0/"><xmp:Rating>{}</xmp:Rating></rdf:Description></rdf:RDF>
</x:xmpmeta>"""


@pytest.fixture
def denied(data_dir: Path, tmp_path: Path) -> Program:
    """A program to which permissions apply."""
    if sys.platform != "linux":
        pytest.skip("the test takes Linux's rights away from root")
    if os.geteuid() != 0:
        return Program(data_dir)
    if shutil.which(_UNPRIVILEGED[0]) is None:
        pytest.skip("root may read everything, and setpriv is not installed")
    (tmp_path / "secret").touch(mode=0)
    tried = subprocess.run([*_UNPRIVILEGED, "cat", tmp_path / "secret"], check=False)
    if tried.returncode == 0:
        pytest.skip("root may read everything, with setpriv, too")
    return Program(data_dir, prefix=_UNPRIVILEGED)


def test_permissions_given_later_are_noticed(denied: Program, photos: Path) -> None:
    below = make_photo(photos / "below" / "deep.jpg", seed=51).parent
    sidecar = photos / "photo 1.jpg.xmp"
    sidecar.write_text(_SIDECAR.format(4))
    closed = (photos / "photo 0.jpg", below, sidecar)
    modes = [path.stat().st_mode & 0o777 for path in closed]
    for path in closed:
        path.chmod(0)
    report = denied.document("index", photos)
    assert (report["new"], report["failed"]) == (2, 1)
    assert {problem["code"] for problem in report["problems"]} == {"denied"}
    assert denied.document("info", photos / "photo 1.jpg")["rating"] is None
    for path, mode in zip(closed, modes, strict=True):
        path.chmod(mode)
    report = denied.document("index")
    assert (report["new"], report["failed"], report["problems"]) == (2, 0, [])
    assert denied.document("info", photos / "photo 1.jpg")["rating"] == 4


def test_what_another_person_may_read_is_tried_again_though_nothing_changed(
    denied: Program, photos: Path
) -> None:
    if not denied.prefix:
        pytest.skip("only root can run the program with more rights than before")
    (photos / "photo 0.jpg").chmod(0)
    sidecar = photos / "photo 1.jpg.xmp"
    sidecar.write_text(_SIDECAR.format(4))
    sidecar.chmod(0)
    assert denied.document("index", photos)["failed"] == 1
    allowed = Program(denied.data_dir)
    report = allowed.document("index")
    assert (report["new"], report["failed"], report["problems"]) == (1, 0, [])
    assert allowed.document("info", photos / "photo 1.jpg")["rating"] == 4
    sidecar.write_text(_SIDECAR.format(2))
    sidecar.chmod(0)
    denied.document("index")
    assert denied.document("info", photos / "photo 1.jpg")["rating"] == 4  # as it was read last
    assert allowed.document("index")["failed"] == 0
    assert allowed.document("info", photos / "photo 1.jpg")["rating"] == 2


@pytest.mark.skipif(os.name == "nt", reason="Windows tells of no ctime")
def test_what_keeps_size_and_time_is_read_again(program: Program, photos: Path) -> None:
    sidecar = photos / "photo 1.jpg.xmp"
    sidecar.write_text(_SIDECAR.format(3))
    other = make_photo(photos.parent / "other.jpg", seed=61)
    first = photos / "photo 0.jpg"
    size = max(other.stat().st_size, first.stat().st_size)
    for path in (first, other):  # what follows a JPEG's end is nothing
        path.write_bytes(path.read_bytes().ljust(size, b"\0"))
    program.document("index", photos)
    for path, change in (
        (sidecar, lambda: sidecar.write_text(_SIDECAR.format(5))),
        (first, lambda: other.replace(first)),
    ):
        before = path.stat()
        change()
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert (path.stat().st_size, path.stat().st_mtime_ns) == (
            before.st_size,
            before.st_mtime_ns,
        )
    report = program.document("index")
    assert report["changed"] == 1
    assert program.document("info", photos / "photo 1.jpg")["rating"] == 5
    assert program.document("index")["unchanged"] == 3


@pytest.mark.parametrize("seconds", [0, -86_400, 4_102_444_800, 1_700_000_000])
def test_odd_times_of_files_mean_no_work_for_ever(
    program: Program, photos: Path, seconds: int
) -> None:
    for path in photos.iterdir():
        os.utime(path, (seconds, seconds))
    program.document("index", photos)
    assert program.document("index")["unchanged"] == 3


def test_a_folder_that_is_renamed_while_it_is_indexed_is_found(
    program: Program, photos: Path
) -> None:
    for number in range(300):
        make_photo(photos / "old" / f"{number:03}.jpg", seed=100 + number)
    process = program.start("index", photos, "--no-refine", "--json")
    while process.poll() is None and not program.folders.catalog.exists():
        pass
    while process.poll() is None and program.document("status")["ready"] < 20:
        pass
    (photos / "old").rename(photos / "new name")
    out, err = process.communicate(timeout=program.patience_s)
    assert process.returncode == 0, err
    assert '"unfinished": 0' in out
    assert '"missing": 0' in out
    assert f'"new": {303}' in out
    report = program.document("index")
    assert (report["unchanged"], report["new"], report["missing"]) == (303, 0, 0)
