"""README and ARCHITECTURE say what is true of the code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

MOST_ARCHITECTURE_LINES = 150
PATH = re.compile(r"(?<![\w/.-])((?:[\w-]+/)+[\w-]*(?:\.\w+)?|[\w-]+\.py)(?![\w{/])")
"""`folder/`, `folder/module`, `folder/module.py` or `module.py`."""


@pytest.fixture
def architecture(repo_root: Path) -> str:
    return (repo_root / "photofind" / "ARCHITECTURE.md").read_text(encoding="utf-8")


def test_architecture_is_short_and_linked(repo_root: Path, architecture: str) -> None:
    assert len(architecture.splitlines()) <= MOST_ARCHITECTURE_LINES
    assert "(photofind/ARCHITECTURE.md)" in (repo_root / "README.md").read_text(encoding="utf-8")


def test_every_path_in_architecture_exists(repo_root: Path, architecture: str) -> None:
    paths = {
        match
        for quoted in re.findall(r"`([^`\n]+)`", architecture)
        for match in PATH.findall(quoted)
    }
    assert paths, "it names no module at all"
    missing = sorted(path for path in paths if not _exists(repo_root, path))
    assert not missing


def _exists(repo_root: Path, path: str) -> bool:
    """Paths are meant from the top of the repository, or from photofind/."""
    return any(
        (top / path).exists() or (top / f"{path}.py").exists()
        for top in (repo_root, repo_root / "photofind")
    )


@pytest.mark.parametrize("document", ["README.md", "photofind/ARCHITECTURE.md"])
def test_links_between_files_lead_somewhere(repo_root: Path, document: str) -> None:
    source = repo_root / document
    targets = re.findall(r"\]\(([^)#\s]+)", source.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target]
    assert not [target for target in local if not (source.parent / target).exists()]


def test_readme_names_both_commands(repo_root: Path) -> None:
    readme = (repo_root / "README.md").read_text(encoding="utf-8")
    for script in ("packaging/run.py", "packaging/test.py"):
        assert f"python3 {script}" in readme
        assert (repo_root / script).is_file()
