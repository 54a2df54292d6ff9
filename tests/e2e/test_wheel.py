"""The wheel, installed in a fresh environment elsewhere, does the main job."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import make_photo
from tests.plugins.places import REPO_ROOT

MOST_MODEL_BYTES = 92_000_000
MOST_WHEEL_BYTES = 100_000_000
"""What the package index takes by default."""


def _run(*command: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, **options)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the checkout; hatchling is one of the test tools, so nothing is downloaded."""
    folder = tmp_path_factory.mktemp("dist")
    built = _run(
        *(sys.executable, "-P", "-m", "build", "--wheel", "--no-isolation"),
        *("--outdir", folder, REPO_ROOT),
        cwd=folder,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = folder.glob("*.whl")
    return wheel


def _away_from_checkouts() -> dict[str, str]:
    """This environment, but for a photofind that a developer's PYTHONPATH may name."""
    places = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    others = [place for place in places if place and not Path(place, "photofind").is_dir()]
    return os.environ | {"PYTHONPATH": os.pathsep.join(others)}


@dataclass(frozen=True, slots=True)
class Installation:
    """photofind from the wheel, beside the packages of this environment.

    Attributes:
        folder: of the fresh environment; the only place photofind may be imported from.
    """

    folder: Path

    @property
    def programs(self) -> Path:
        return self.folder / ("Scripts" if sys.platform == "win32" else "bin")

    def run(self, program: str, *arguments: str | Path, cwd: Path) -> Any:
        """Runs a program that prints JSON."""
        done = _run(self.programs / program, *arguments, cwd=cwd, env=_away_from_checkouts())
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def installation(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    folder = tmp_path_factory.mktemp("fresh") / "environment"
    venv.create(folder, symlinks=sys.platform != "win32")
    made = Installation(folder)
    installed = _run(
        *(sys.executable, "-P", "-m", "pip", "--python", made.programs / "python"),
        *("install", "--no-deps", "--no-index", wheel),
    )
    assert installed.returncode == 0, installed.stderr
    # The dependencies are hundreds of megabytes: borrow this environment's. A .pth adds its
    # folder but doesn't run the .pth files in there, so an editable photofind stays out.
    (site_packages,) = folder.glob("[Ll]ib/**/site-packages")
    (site_packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return made


def test_wheel_holds_the_program_and_its_resources(wheel: Path) -> None:
    entries = zipfile.ZipFile(wheel).infolist()
    sizes = {entry.filename: entry.file_size for entry in entries}
    in_checkout = {
        f"photofind/{file.relative_to(REPO_ROOT).as_posix()}": file.stat().st_size
        for file in (REPO_ROOT / "resources").rglob("*")
        if file.is_file()
    }
    assert in_checkout.items() <= sizes.items()
    sources = {file.relative_to(REPO_ROOT).as_posix() for file in _sources()}
    assert sources <= sizes.keys()
    strangers = [name for name in sizes if not name.startswith("photofind")]
    assert not strangers
    model = [size for name, size in sizes.items() if "/resources/models/basic/" in name]
    assert sum(model) <= MOST_MODEL_BYTES
    assert wheel.stat().st_size <= MOST_WHEEL_BYTES


def _sources() -> list[Path]:
    return sorted((REPO_ROOT / "photofind").rglob("*.py"))


def test_wheel_carries_the_licences(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    licences = {name.partition("/licenses/")[2] for name in names if "/licenses/" in name}
    assert "LICENSE" in licences
    assert "resources/models/basic/NOTICE" in licences
    assert {"resources/graphs/NOTICE", "resources/models/blip/NOTICE"} <= licences


def test_installed_program_indexes_and_searches(
    installation: Installation, data_dir: Path, tmp_path: Path
) -> None:
    photos, elsewhere = tmp_path / "photos", tmp_path / "elsewhere"
    elsewhere.mkdir()
    for seed in range(3):
        make_photo(photos / f"{seed}.jpg", seed=seed)

    where = "import json, photofind, photofind.paths as paths\n"
    where += "print(json.dumps([photofind.__file__, str(paths.resources())]))"
    places = installation.run("python", "-c", where, cwd=elsewhere)
    assert all(Path(place).is_relative_to(installation.folder) for place in places)

    report = installation.run("photofind", "index", photos, "--json", cwd=elsewhere)
    assert (report["new"], report["failed"]) == (3, 0)
    found = installation.run("photofind", "search", "a red sky", "--json", cwd=elsewhere)
    assert {Path(hit["path"]) for hit in found["hits"]} == set(photos.iterdir())
    assert data_dir.is_dir()
