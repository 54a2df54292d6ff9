"""The runtime dependencies are those that photofind imports, no more and no fewer."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

from tests.plugins.places import REPO_ROOT

NOT_IMPORTED_YET = {
    "send2trash": "photos are moved to the trash by a later feature",
}
PART_OF = {"shiboken6": "pyside6-essentials"}
"""Distributions that come with, and belong to, one that is declared."""


def _normalised(distribution: str) -> str:
    """As PEP 503 compares names."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


@pytest.fixture(scope="module")
def declared() -> set[str]:
    project = tomllib.loads((REPO_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = (re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in project["dependencies"])
    return {_normalised(name) for name in names}


@pytest.fixture(scope="module")
def imported() -> set[str]:
    modules: set[str] = set()
    for file in (REPO_ROOT / "photofind").rglob("*.py"):
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


def test_everything_declared_is_imported(imported: set[str], declared: set[str]) -> None:
    unused = declared - imported - set(NOT_IMPORTED_YET)
    assert not unused, f"imported nowhere in photofind: {sorted(unused)}"


def test_exceptions_are_still_exceptions(imported: set[str], declared: set[str]) -> None:
    assert not imported & set(NOT_IMPORTED_YET), "imported by now: no exception any more"
    assert set(NOT_IMPORTED_YET) <= declared
