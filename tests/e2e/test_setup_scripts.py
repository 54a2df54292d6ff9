"""run.py and test.py for real, on a tiny project that needs nothing from a package index."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.plugins.patience import PATIENCE_S
from tests.plugins.places import REPO_ROOT

PYPROJECT = """\
[build-system]
requires = []
build-backend = "tiny_backend"
backend-path = ["."]

[project]
name = "photofind"
version = "0"

[project.optional-dependencies]
export = []

[dependency-groups]
test = []
"""
# PEP 517 and 660, as little as pip accepts.
BACKEND = """\
import pathlib
import zipfile

NAME = "photofind-0-py3-none-any.whl"
METADATA = "Metadata-Version: 2.1\\nName: photofind\\nVersion: 0\\nProvides-Extra: export\\n"
WHEEL = "Wheel-Version: 1.0\\nGenerator: tiny\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"


def build_editable(folder, config_settings=None, metadata_directory=None):
    with zipfile.ZipFile(pathlib.Path(folder) / NAME, "w") as wheel:
        wheel.writestr("tiny.pth", str(pathlib.Path.cwd()) + "\\n")
        wheel.writestr("photofind-0.dist-info/METADATA", METADATA)
        wheel.writestr("photofind-0.dist-info/WHEEL", WHEEL)
        wheel.writestr("photofind-0.dist-info/RECORD", "")
    return NAME


build_wheel = build_editable
"""
PROGRAM = """\
import json, os, sys
print(json.dumps({"arguments": sys.argv[1:], "cwd": os.getcwd()}))
sys.exit(77)
"""
PROGRAM_EXIT_CODE = 77
ALL_TESTS = "pytest -n auto --dist worksteal"
TOOL = """\
import os, sys


def main(arguments=()):
    print("NAME", *sys.argv[1:], *arguments, flush=True)
    sys.exit(int("NAME" in os.environ.get("FAIL", "").split()))


if __name__ == "__main__":
    main()
lint_imports_command = main
"""


@dataclass(frozen=True, slots=True)
class Project:
    """The real scripts beside a photofind and tools that only say how they were called."""

    root: Path

    def call(
        self, script: str, *arguments: str, cwd: Path | None = None, fail: str = ""
    ) -> subprocess.CompletedProcess[str]:
        alone = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "QT_QPA_PLATFORM": "offscreen"}
        return subprocess.run(
            [sys.executable, self.root / "packaging" / script, *arguments],
            cwd=cwd or self.root,
            env=os.environ | alone | {"FAIL": fail},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )

    @property
    def configuration(self) -> Path:
        return self.root / "pyproject.toml"

    @property
    def environment(self) -> Path:
        return self.root / ".venv"

    def starts_pip(self) -> bool:
        """Whether run.py installs anything now."""
        log = self.environment / "setup.log"
        log.unlink(missing_ok=True)
        assert self.call("run.py").returncode == PROGRAM_EXIT_CODE
        return log.exists()


def _make_project(root: Path) -> Project:
    (root / "packaging").mkdir(parents=True)
    for file in (REPO_ROOT / "packaging").glob("*.py"):
        shutil.copy(file, root / "packaging")
    for name in ("ruff.py", "mypy.py", "pytest.py", "importlinter/cli.py"):
        tool = root / name
        tool.parent.mkdir(exist_ok=True)
        tool.write_text(TOOL.replace("NAME", Path(name).parts[0].removesuffix(".py")))
    (root / "photofind").mkdir()
    (root / "photofind" / "__main__.py").write_text(PROGRAM)
    (root / "tiny_backend.py").write_text(BACKEND)
    (root / "pyproject.toml").write_text(PYPROJECT)
    return Project(root)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Set up once by run.py."""
    project = _make_project(tmp_path_factory.mktemp("check out"))
    result = project.call("run.py")
    assert result.returncode == PROGRAM_EXIT_CODE, result.stderr
    return project


def test_run_hands_over_arguments_folder_and_exit_code(project: Project, tmp_path: Path) -> None:
    # A module of this name in the person's folder must not be taken for ours.
    (tmp_path / "photofind.py").write_text("raise SystemExit(99)")
    arguments = ["some folder", "--json", "-x", "./index", ""]
    result = project.call("run.py", *arguments, cwd=tmp_path)
    assert result.returncode == PROGRAM_EXIT_CODE
    assert json.loads(result.stdout) == {"arguments": arguments, "cwd": str(tmp_path)}
    assert result.stderr == ""


def test_pip_is_started_only_when_what_is_needed_changed(project: Project) -> None:
    assert not project.starts_pip()
    project.configuration.write_text(PYPROJECT + "\n[tool.ruff]\nline-length = 90\n")
    assert not project.starts_pip()
    project.configuration.write_text(PYPROJECT.replace('version = "0"', 'version = "0.0"'))
    assert project.starts_pip()
    assert not project.starts_pip()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows copies its Python there")
def test_environment_without_its_python_is_made_anew(project: Project) -> None:
    python = project.environment / "bin" / "python"
    python.unlink()
    python.symlink_to("python-that-was-uninstalled")
    assert project.starts_pip()


def test_environment_of_another_python_version_is_made_anew(project: Project) -> None:
    configuration = project.environment / "pyvenv.cfg"
    text = configuration.read_text()
    assert "version = 3." in text
    configuration.write_text(text.replace("version = 3.", "version = 2."))
    assert project.starts_pip()
    assert "version = 3." in configuration.read_text()


def test_folder_in_the_way_is_left_alone(tmp_path: Path) -> None:
    project = _make_project(tmp_path)
    mine = project.environment / "mine.txt"
    project.environment.mkdir()
    mine.write_text("precious")
    result = project.call("run.py")
    assert result.returncode == 1
    assert "in the way" in result.stderr
    assert mine.read_text() == "precious"


def test_missing_package_is_one_clear_message(project: Project) -> None:
    project.configuration.write_text(
        PYPROJECT.replace("requires = []", 'requires = ["photofind-fiction"]')
    )
    result = project.call("run.py")
    assert result.returncode == 1
    assert "pip found no photofind-fiction" in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    project.configuration.write_text(PYPROJECT)
    assert project.starts_pip()


def test_all_checks_run_and_pytest_is_last(project: Project) -> None:
    result = project.call("test.py")
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    called = [line for line in lines if line.split()[:1] in (["ruff"], ["mypy"], ["importlinter"])]
    assert [line.split()[0] for line in called] == ["ruff", "ruff", "mypy", "importlinter"]
    assert lines[-1] == ALL_TESTS


def test_failed_checks_are_named_and_the_others_run(project: Project) -> None:
    result = project.call("test.py", fail="mypy pytest")
    assert result.returncode == 1
    assert result.stdout.splitlines()[-1] == ALL_TESTS
    assert "FAILED types" in result.stdout
    assert "passed import contracts" in result.stdout
    assert result.stderr.splitlines()[-1].startswith("Failed: types, tests.")


@pytest.mark.parametrize("arguments", [["--", "tests/unit", "-x"], ["tests/unit", "-x"]])
def test_arguments_run_pytest_alone(project: Project, arguments: list[str]) -> None:
    result = project.call("test.py", *arguments, fail="pytest")
    assert result.returncode == 1
    assert result.stdout == "pytest tests/unit -x\n"
