"""Everything that a person can read in the window is found by Qt's lupdate, or named here."""

from __future__ import annotations

import ast
import re
import textwrap
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, NamedTuple

import pytest
from translations import compile_translation, find_sentences, update

from tests.plugins.places import REPO_ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GUI = REPO_ROOT / "photofind" / "gui"
WORDS = re.compile(r"[A-Za-z’']{2,} [A-Za-z’']{2,}")
NOT_SHOWN = frozenset({"debug", "info", "warning", "error", "exception", "critical"})
"""Methods of loggers."""
NO_WORDS = frozenset({"d MMM yyyy", "MMM yyyy", "MMMM yyyy", "photofind models install "})
"""Formats of dates, and what is typed into a terminal."""


class Text(NamedTuple):
    context: str
    text: str
    has_count: bool


class Untranslatable(NamedTuple):
    place: str
    what: str


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> set[Text]:
    """What lupdate gives a translator."""
    ts = tmp_path_factory.mktemp("translations") / "photofind_th.ts"
    update(ts, "th")
    return {
        Text(
            context.findtext("name", ""),
            message.findtext("source", ""),
            message.get("numerus") == "yes",
        )
        for context in ET.parse(ts).iter("context")
        for message in context.iter("message")
    }


def test_every_text_of_the_window_is_found_with_its_context(extracted: set[Text]) -> None:
    texts = {
        text for path in sorted(GUI.rglob("*.py")) for text in _texts(ast.parse(path.read_bytes()))
    }
    assert len(texts) > 250
    assert texts - extracted == set()


def test_no_words_of_the_window_stand_outside_of_a_text() -> None:
    faults = [
        Untranslatable(f"{path.name}:{line}", what)
        for path in sorted(GUI.rglob("*.py"))
        for line, what in _loose_words(ast.parse(path.read_bytes()))
    ]
    assert faults == []


def test_every_sentence_from_below_the_window_is_found(extracted: set[Text]) -> None:
    sentences, faults = find_sentences()
    assert faults == []
    expected = {Text("Sentences", each.text, each.has_count) for each in sentences}
    assert len(expected) > 250
    assert expected - extracted == set()


def test_a_translator_finds_what_was_translated_before(tmp_path: Path) -> None:
    ts = tmp_path / "photofind_th.ts"
    update(ts, "th")
    source = "<source>&amp;Quit</source>"
    translated = ts.read_text(encoding="utf-8").replace(
        f'{source}\n        <translation type="unfinished"></translation>',
        f"{source}\n        <translation>&amp;ออก</translation>",
    )
    ts.write_text(translated, encoding="utf-8")
    update(ts, "th")
    assert ts.read_text(encoding="utf-8") == translated
    assert "ออก" in translated
    assert compile_translation(ts).stat().st_size > 0


def test_what_cannot_be_translated_is_named(tmp_path: Path) -> None:
    (tmp_path / "errors.py").write_text(
        textwrap.dedent("""
        TEMPLATE = "Constants are fine."
        class PhotofindError(Exception): ...
        class OddError(PhotofindError): ...
        def say(name: str, reason: str, given: Sentence):
            raise OddError("a", "It is {name}.", name=name)
            raise OddError("a", f"It is {name}.")
            raise OddError("a", "It is " + name)
            raise OddError("a", "It is {}.".format(name))
            raise OddError("a", reason)
            raise OddError("a", given)
            raise OddError("a", TEMPLATE)
            raise OddError("a", "No: {why}", why="it is too odd")
            raise OddError("a", "No: {why}", why=Sentence("It is too odd."))
        """),
        encoding="utf-8",
    )
    (tmp_path / "cli").mkdir()
    (tmp_path / "cli" / "loud.py").write_text("raise PhotofindError('a', f'{1}')")
    sentences, faults = find_sentences(tmp_path)
    texts = ["It is {name}.", "Constants are fine.", "No: {why}", "No: {why}", "It is too odd."]
    assert [each.text for each in sentences] == texts
    assert [fault.place for fault in faults] == [f"errors.py:{line}" for line in (7, 8, 9, 10, 13)]


def test_loose_words_are_seen() -> None:
    source = """
    class Widget:
        def show(self, n):
            "Docstrings are not shown."
            self.setText("Two words")
            self.setText(f"{n} loose words")
            self.setText(self.tr("Two words"))
            self.setText(self.tr("One " + n))
            self.setText(self.tr("{n} photos of a day").format(n=n))
            self.setText(self.tr("%n word(s)", "", n))
            logger.info("Two words")
    """
    tree = ast.parse(textwrap.dedent(source))
    assert [line for line, _ in _loose_words(tree)] == [5, 6, 8]
    assert list(_texts(tree)) == [
        Text("Widget", "Two words", False),
        Text("Widget", "{n} photos of a day", False),
        Text("Widget", "%n word(s)", True),
    ]


def _texts(node: ast.AST, context: str = "") -> Iterator[Text]:
    """What is translated, with the context that Qt looks it up in."""
    if isinstance(node, ast.ClassDef):
        context = node.name
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id=owner), attr="tr"),
            args=[ast.Constant(value=str(text)), *more],
        ):
            yield Text(context if owner == "self" else owner, text, len(more) > 1)
        case ast.Call(
            func=ast.Attribute(attr="translate"),
            args=[ast.Constant(value=str(named)), ast.Constant(value=str(text))],
        ):
            yield Text(named, text, False)
        case _:
            pass
    for child in ast.iter_child_nodes(node):
        yield from _texts(child, context)


def _loose_words(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Words that are shown but not translated, and texts that are not one literal."""
    match node:
        case ast.Call(func=ast.Attribute(attr="tr"), args=[ast.Constant(), *_]):
            return
        case ast.Call(func=ast.Attribute(attr="tr"), args=[_, *_]):
            yield node.lineno, ast.unparse(node)
            return
        case ast.Call(func=ast.Attribute(attr=name)) if name in NOT_SHOWN | {"translate"}:
            return
        case ast.Call(func=ast.Name(id=name)) if name == "Sentence" or name.endswith("Error"):
            return  # found below the window, too
        case ast.Expr(value=ast.Constant()):
            return  # a docstring
        case ast.Constant(value=str(text)) if WORDS.search(text) and text not in NO_WORDS:
            if "{ " not in text and ";" not in text:  # a style sheet
                yield node.lineno, text
        case _:
            pass
    for child in ast.iter_child_nodes(node):
        yield from _loose_words(child)
