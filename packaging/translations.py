"""Makes or updates a translator's file: `python packaging/translations.py th` writes
resources/translations/photofind_th.ts, to be edited in Qt Linguist; run again, it compiles what is
translated into the .qm beside it, which the window loads.

The window's own texts are found by Qt's lupdate. Sentences from below the window are not marked in
any way: the first argument of `Sentence("…")` and the template of an error are collected here and
handed to lupdate as one more file, with the context "Sentences".
"""

from __future__ import annotations

import argparse
import ast
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "photofind"
TRANSLATIONS = ROOT / "resources" / "translations"
CONTEXT = "Sentences"
_LEFT_OUT = ("cli", "__main__.py", "sentences.py")
"""What is never shown in the window, and the class itself."""
_BASE_ERROR = "PhotofindError"
_REGISTRY_TEXTS = frozenset({"notice", "licence_notice", "recommended_for"})
"""What the registry of models says about them."""
_COUNT = re.compile(r"%L?n")
_TWO_WORDS = re.compile(r"[A-Za-z’']{2,} [A-Za-z’']{2,}")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that may reach the window.

    Attributes:
        place: file, relative to the package, and line.
    """

    text: str
    place: str

    @property
    def has_count(self) -> bool:
        return _COUNT.search(self.text) is not None


@dataclass(frozen=True, slots=True)
class Fault:
    """A sentence that can't be translated, and why."""

    place: str
    why: str

    def __str__(self) -> str:
        return f"{self.place}: {self.why}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Makes or updates a translator's file.")
    parser.add_argument("language", help="for example th, or pt_BR")
    parser.add_argument("--output", type=Path, default=TRANSLATIONS, help="default: %(default)s")
    arguments = parser.parse_args()
    output: Path = arguments.output
    output.mkdir(parents=True, exist_ok=True)
    ts = output / f"photofind_{arguments.language}.ts"
    update(ts, arguments.language)
    compile_translation(ts)
    print(ts)
    return 0


def update(ts: Path, language: str) -> None:
    """Writes a .ts file, or updates one: what is translated stays.

    Raises:
        subprocess.CalledProcessError: lupdate failed.
    """
    sentences, _ = find_sentences()
    with tempfile.TemporaryDirectory(prefix="photofind-translations-") as folder:
        collected = Path(folder, "sentences.py")
        collected.write_text(for_lupdate(sentences), encoding="utf-8")
        sources = sorted((PACKAGE / "gui").rglob("*.py"))
        _run(
            "lupdate",
            *(str(source) for source in (*sources, collected)),
            *("-ts", str(ts), "-source-language", "en", "-target-language", language),
            *("-locations", "none"),
        )


def compile_translation(ts: Path) -> Path:
    """Makes the .qm that the window loads, beside the .ts.

    Raises:
        subprocess.CalledProcessError: lrelease failed.
    """
    qm = ts.with_suffix(".qm")
    _run("lrelease", str(ts), "-qm", str(qm))
    return qm


def for_lupdate(sentences: Sequence[Sentence]) -> str:
    """Python that lupdate extracts these sentences from."""
    lines = []
    places: dict[str, list[str]] = {}
    for sentence in sentences:
        places.setdefault(sentence.text, []).append(sentence.place.partition(":")[0])
    for text, files in sorted(places.items()):
        literal = '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
        lines.append(f"#: {', '.join(sorted(set(files)))}")
        call = f'{CONTEXT}.tr({literal}, "", n)' if _COUNT.search(text) else None
        lines.append(call or f'QT_TRANSLATE_NOOP("{CONTEXT}", {literal})')
    return "\n".join(lines) + "\n"


def find_sentences(package: Path = PACKAGE) -> tuple[list[Sentence], list[Fault]]:
    """Everything that is said below the window, and by errors in it, and what can't be translated
    because it isn't one literal."""
    trees = {path: ast.parse(path.read_bytes()) for path in sorted(package.rglob("*.py"))}
    errors = _error_classes(trees.values())
    functions = _functions_that_return_sentences(trees.values())
    found: list[Sentence] = []
    faults: list[Fault] = []
    for path, tree in trees.items():
        relative = path.relative_to(package)
        if relative.parts[0] in _LEFT_OUT:
            continue
        module = _Module(tree, relative.as_posix(), errors, functions)
        found += module.sentences
        faults += module.faults
    return found, faults


def _functions_that_return_sentences(trees: Iterable[ast.Module]) -> frozenset[str]:
    return frozenset(
        node.name
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and node.returns is not None
        and "Sentence" in ast.unparse(node.returns)
    ) | {"Sentence"}


def _error_classes(trees: Iterable[ast.Module]) -> frozenset[str]:
    bases = {
        node.name: {_name_of(base) for base in node.bases}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    known = {_BASE_ERROR}
    while more := {name for name, above in bases.items() if above & known} - known:
        known |= more
    return frozenset(known)


class _Module:
    """What one module says."""

    def __init__(
        self, tree: ast.Module, name: str, errors: frozenset[str], functions: frozenset[str]
    ) -> None:
        self.sentences: list[Sentence] = []
        self.faults: list[Fault] = []
        self._name = name
        self._errors = errors
        self._functions = functions
        self._constants = {
            target.id: statement.value
            for statement in tree.body
            if isinstance(statement, ast.Assign)
            for target in statement.targets
            if isinstance(target, ast.Name)
        }
        self._visit(tree, frozenset())

    def _visit(self, node: ast.AST, known: frozenset[str]) -> None:
        """
        Args:
            known: names of variables that hold whole sentences.
        """
        if isinstance(node, ast.FunctionDef):
            known |= _sentence_names(node)
        if isinstance(node, ast.Call):
            self._look_at(node, known)
        for child in ast.iter_child_nodes(node):
            self._visit(child, known)

    def _look_at(self, call: ast.Call, known: frozenset[str]) -> None:
        name = _name_of(call.func)
        if name == "Sentence":
            self._take(call.args[0], call, known)
        elif name in self._errors and len(call.args) > 1:
            self._take(call.args[1], call, known)
        elif self._name.startswith("inference/registry"):
            for keyword in call.keywords:
                if keyword.arg in _REGISTRY_TEXTS and not _is_empty(keyword.value):
                    self._take(keyword.value, keyword.value, known)
            return
        else:
            return
        for keyword in call.keywords:
            if words := next(_words_in(keyword.value), None):
                self._blame(call, f"the value {keyword.arg} holds words: {words!r}")

    def _take(self, text: ast.expr, where: ast.expr, known: frozenset[str]) -> None:
        place = f"{self._name}:{where.lineno}"
        match text:
            case ast.Constant(value=str(template)):
                self.sentences.append(Sentence(template, place))
            case ast.IfExp(body=body, orelse=orelse):
                self._take(body, where, known)
                self._take(orelse, where, known)
            case ast.Name(id=name) if isinstance(self._constants.get(name), ast.Constant):
                self._take(self._constants[name], where, known)
            case ast.Name(id=name) if name in known or self._is_sentence(name):
                pass
            case ast.Attribute(attr="sentence" | "template"):
                pass
            case ast.Call(func=func) if _name_of(func) in self._functions:
                pass
            case _:
                self._blame(where, f"not a literal: {ast.unparse(text)[:80]}")

    def _is_sentence(self, name: str) -> bool:
        value = self._constants.get(name)
        return isinstance(value, ast.Call) and _name_of(value.func) == "Sentence"

    def _blame(self, where: ast.expr, why: str) -> None:
        self.faults.append(Fault(f"{self._name}:{where.lineno}", why))


def _sentence_names(function: ast.FunctionDef) -> frozenset[str]:
    """Parameters and variables of a function that are sentences by their annotation or value."""
    arguments = function.args
    found = {
        each.arg
        for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        if each.annotation is not None and "Sentence" in ast.unparse(each.annotation)
    }
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=func)):
                if _name_of(func) == "Sentence":
                    found.add(name)
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                if "Sentence" in ast.unparse(annotation):
                    found.add(name)
            case _:
                pass
    return frozenset(found)


def _words_in(value: ast.expr) -> Iterator[str]:
    """Words of a language that a value would bring into a translated sentence."""
    for node in ast.walk(value):
        if isinstance(node, ast.Call) and _name_of(node.func) == "Sentence":
            return  # is translated by itself
    for node in ast.walk(value):
        match node:
            case ast.Constant(value=str(text)) if _TWO_WORDS.search(text):
                yield text
            case _:
                pass


def _is_empty(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value == ""


def _name_of(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _run(tool: str, *arguments: str) -> None:
    """PySide6 brings Qt's tools along."""
    beside = shutil.which(f"pyside6-{tool}", path=str(Path(sys.executable).parent))
    command = beside or shutil.which(f"pyside6-{tool}") or f"pyside6-{tool}"
    subprocess.run([command, *arguments], check=True, capture_output=True)


if __name__ == "__main__":
    sys.exit(main())
