"""What every source file of the project keeps to."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.plugins.places import REPO_ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PYTHON_FOLDERS = ("photofind", "packaging", "tests")
TEXT_SUFFIXES = frozenset({".py", ".md", ".toml", ".qss", ".txt"})
MACHINE_PATH = re.compile(r"/(?:work|opt|root)/")
HUB = re.compile(r"(?:huggingface|hf)\.co\b|(?:pypi|pythonhosted|pytorch)\.org")


def _python_files() -> Iterator[tuple[str, Path]]:
    """Each Python file with its path from the top of the repository."""
    for folder in PYTHON_FOLDERS:
        for file in sorted((REPO_ROOT / folder).rglob("*.py")):
            yield file.relative_to(REPO_ROOT).as_posix(), file


def test_only_the_command_line_prints() -> None:
    printing = [
        f"{name}:{node.lineno}"
        for name, file in _python_files()
        if name.startswith("photofind/") and not name.startswith("photofind/cli/")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("print", "input")
    ]
    assert not printing


def test_packaging_is_no_package() -> None:
    """It would shadow the `packaging` library that pytest and others import."""
    assert not (REPO_ROOT / "packaging" / "__init__.py").exists()


def test_tests_are_no_packages() -> None:
    """pytest imports them by path; a package would let two of them clash."""
    assert not list((REPO_ROOT / "tests").rglob("__init__.py"))


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name
        for name, file in _python_files()
        if name.startswith("photofind/")
        and ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) is None
    ]
    assert not silent


@pytest.mark.parametrize(
    ("pattern", "folders"),
    [
        pytest.param(MACHINE_PATH, PYTHON_FOLDERS, id="path-of-one-machine"),
        pytest.param(HUB, ("tests",), id="hub-or-package-index"),
    ],
)
def test_nothing_ties_the_project_to_a_place(
    pattern: re.Pattern[str], folders: tuple[str, ...]
) -> None:
    files = [
        *(REPO_ROOT / name for name in ("README.md", "pyproject.toml")),
        *(
            file
            for folder in folders
            for file in sorted((REPO_ROOT / folder).rglob("*"))
            if file.suffix in TEXT_SUFFIXES
        ),
    ]
    found = [
        f"{file.relative_to(REPO_ROOT)}:{number}: {line.strip()}"
        for file in files
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found
