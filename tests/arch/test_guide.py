"""README and the guide say what the program does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import typer

from photofind.cli.app import app
from photofind.cli.model_lines import megabytes
from photofind.inference import registry
from photofind.inference.spec_search import DualEncoderSpec
from photofind.search.conditions import EXAMPLES
from photofind.search.query import parse
from photofind.search.syntax import KEYS
from photofind.settings import DECLARATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_README_LINES = 160


@pytest.fixture
def guide(repo_root: Path) -> Path:
    return repo_root / "resources" / "guide"


def test_the_readme_is_for_newcomers(repo_root: Path) -> None:
    lines = (repo_root / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= MOST_README_LINES


def test_every_link_of_the_guide_leads_somewhere(guide: Path) -> None:
    for page in guide.glob("*.md"):
        targets = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
        local = [target for target in targets if "://" not in target]
        assert not [target for target in local if not (page.parent / target).exists()], page


def test_the_first_page_of_the_guide_lists_all_others(guide: Path) -> None:
    listed = re.findall(
        r"^- \[[^]]+\]\(([^)]+)\)", (guide / "index.md").read_text("utf-8"), re.MULTILINE
    )
    assert sorted([*listed, "index.md"]) == sorted(page.name for page in guide.glob("*.md"))


def test_the_guide_lists_every_command_and_no_other(guide: Path) -> None:
    page = (guide / "command-line.md").read_text(encoding="utf-8")
    lines = re.findall(r"^photofind ([a-z|-]+)((?: [a-z|\[\]-]+)?)", page, re.MULTILINE)
    listed = set()
    for names, below in lines:
        for name in names.split("|"):
            words = re.findall(r"[a-z-]+", below)
            listed |= {f"{name} {word}" for word in words} if _is_group(name) else {name}
    assert listed == {name for name, _ in _commands()}


def test_the_guide_names_every_option_and_no_other(guide: Path) -> None:
    page = (guide / "command-line.md").read_text(encoding="utf-8")
    known = {"--version", "--help", "--offline", "--json", "--data-dir"}
    for _, command in _commands():
        for parameter in command.params:
            spellings = (*parameter.opts, *parameter.secondary_opts)
            known |= {each for each in spellings if each.startswith("--")}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", page)) == known


@pytest.mark.parametrize("document", ["README.md", "resources/guide/models.md"])
def test_models_are_listed_with_their_true_size(repo_root: Path, document: str) -> None:
    specs = {spec.key: spec for spec in registry.ALL}
    rows = _rows((repo_root / document).read_text(encoding="utf-8"))
    listed = [row for row in rows if len(row) > 3]
    assert listed
    for row in listed:
        (key,) = [cell.strip("`") for cell in row if cell.strip("`") in specs]
        spec = specs[key]
        assert spec.download_bytes is not None
        size = "built in" if spec is registry.BASIC else megabytes(spec.download_bytes)
        assert size in row, key


def test_the_guide_lists_every_search_model(guide: Path) -> None:
    told = {
        row[0].strip("`"): (row[1], row[2], row[6])
        for row in _rows((guide / "models.md").read_text(encoding="utf-8"))
        if len(row) == 7
    }
    for spec in registry.specs_of(DualEncoderSpec):
        if spec is registry.BASIC:
            continue
        assert spec.download_bytes is not None
        coco = "–" if spec.figures.coco is None else f"{spec.figures.coco:g}"
        expected = (megabytes(spec.download_bytes), f"{spec.relative_speed:g}", coco)
        assert told[spec.key] == expected
    assert told.keys() == {spec.key for spec in registry.specs_of(DualEncoderSpec)}


def _rows(document: str) -> list[list[str]]:
    """The table rows that name a model: their cells."""
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in document.splitlines()
        if re.match(r"\| .*`[a-z0-9-]+`", line)
    ]


def _commands() -> Iterator[tuple[str, Any]]:
    """Every command with the words that call it."""
    for name, command in _top_commands().items():
        if _is_group(name):
            for below, each in command.commands.items():
                yield f"{name} {below}", each
        else:
            yield name, command


def _top_commands() -> dict[str, Any]:
    """Commands and groups of commands; typer's own, which no public type describes."""
    top: Any = typer.main.get_command(app)
    return dict(top.commands)


def _is_group(name: str) -> bool:
    return hasattr(_top_commands().get(name), "commands")


def test_the_guide_lists_the_settings_as_they_are_declared(guide: Path) -> None:
    page = (guide / "settings.md").read_text(encoding="utf-8")
    table = page.partition("| setting | takes |")[2].partition("\n\n")[0]
    rows = [
        [cell.strip(" `") for cell in line.strip("|").split(" | ")]
        for line in table.splitlines()[2:]
    ]
    switch = {True: "on", False: "off"}
    assert rows == [
        [
            each.name,
            each.takes,
            switch[each.default] if isinstance(each.default, bool) else str(each.default),
            each.does,
            ", ".join(each.actors),
        ]
        for each in DECLARATIONS.values()
    ]


def test_the_guide_is_the_grammar_of_queries(guide: Path) -> None:
    page = (guide / "searching.md").read_text(encoding="utf-8")
    rows = [row for row in page.splitlines() if row.startswith("| `")]
    explained = set()
    for row in rows:
        for example in re.findall(r"`([^`]+)`", row.split(" | ")[0]):
            parse(example)  # raises unless it can be applied
            assert not parse(example).remarks
            explained |= set(re.findall(r"([a-z]+):(?=\D|\d)", example)) & KEYS
    assert explained == KEYS
    (states,) = [row for row in rows if "`is:" in row]
    (possessions,) = [row for row in rows if "`has:" in row]
    for example, row in ((EXAMPLES["is"], states), (EXAMPLES["has"], possessions)):
        names = re.findall(r":(\w+)", example)
        assert re.findall(r"\w+", row.split(" | ")[1]) == names
