"""The runtime dependencies are those that photofind imports, no more and no fewer.

Exporting models takes the packages of the extra `export`; nothing else may.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from typing import TYPE_CHECKING, Any

import pytest

from tests.plugins.places import REPO_ROOT

NOT_IMPORTED_YET = {
    "send2trash": "photos are moved to the trash by a later feature",
}
IMPORTED_BY_OTHERS = {
    "google-re2": "pathspec matches patterns with it, in linear time",
}
PART_OF = {"shiboken6": "pyside6-essentials"}
"""Distributions that come with, and belong to, one that is declared."""


if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def _normalised(distribution: str) -> str:
    """As PEP 503 compares names."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


READING = REPO_ROOT / "photofind" / "inference" / "reading.py"
EXPORTING = REPO_ROOT / "photofind" / "exporting"
COMES_WITH_OPEN_CLIP = {"timm"}


def _project() -> dict[str, Any]:
    content = tomllib.loads((REPO_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return dict(content["project"])


def _names(requirements: list[str]) -> set[str]:
    return {_normalised(re.split(r"[^\w.-]", line, maxsplit=1)[0]) for line in requirements}


@pytest.fixture(scope="module")
def declared() -> set[str]:
    return _names(_project()["dependencies"])


@pytest.fixture(scope="module")
def imported() -> set[str]:
    files = (REPO_ROOT / "photofind").rglob("*.py")
    return _imported_by(
        file for file in files if not file.is_relative_to(EXPORTING) and file != READING
    )


def _imported_by(files: Iterable[Path]) -> set[str]:
    modules: set[str] = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.partition(".")[0])
    distributions = packages_distributions()
    names = (
        _normalised(distributions.get(module, [module])[0])
        for module in modules - sys.stdlib_module_names - {"photofind"}
    )
    return {PART_OF.get(name, name) for name in names}


def test_everything_imported_is_declared(imported: set[str], declared: set[str]) -> None:
    assert imported <= declared, f"not in pyproject.toml: {sorted(imported - declared)}"


def test_reading_takes_what_its_extra_brings(declared: set[str]) -> None:
    extra = _names(_project()["optional-dependencies"]["ocr"])
    unknown = _imported_by([READING]) - declared - extra
    assert not unknown, f"neither declared nor in the extra: {sorted(unknown)}"


def test_exporting_takes_what_its_extra_brings(declared: set[str]) -> None:
    extra = _names(_project()["optional-dependencies"]["export"]) | COMES_WITH_OPEN_CLIP
    assert _imported_by(EXPORTING.rglob("*.py")) - declared <= extra


def test_everything_declared_is_imported(imported: set[str], declared: set[str]) -> None:
    unused = declared - imported - set(NOT_IMPORTED_YET) - set(IMPORTED_BY_OTHERS)
    assert not unused, f"imported nowhere in photofind: {sorted(unused)}"


def test_exceptions_are_still_exceptions(imported: set[str], declared: set[str]) -> None:
    assert not imported & set(NOT_IMPORTED_YET), "imported by now: no exception any more"
    assert set(NOT_IMPORTED_YET) <= declared
