"""What strangers wrote (names of files, captions, tags, errors, names of models) is shown as it is:
nothing in a window full of it is taken for markup, and no file that it names is loaded."""

from __future__ import annotations

import ast
import html
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6 import QtGui
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QMimeData, QModelIndex, Qt, QUrl
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QMenu,
    QMessageBox,
    QTextEdit,
    QWidget,
)

from photofind import gui
from photofind.catalog.files import fail_file, find_photo_at, insert_files
from photofind.catalog.folders import read_folders
from photofind.catalog.reader import CatalogReader
from photofind.catalog.texts import write_caption
from photofind.catalog.writer import CatalogWriter
from photofind.domain import MediaCode
from photofind.gui.confirmation import question_box
from photofind.gui.describing.model_chooser import ModelChooser, OfferedModel
from photofind.gui.labels import ElidedLabel
from photofind.gui.plain_text import PlainLabel, in_line, tooltip, unaccelerated
from photofind.gui.problems_dialog import ProblemsDialog
from photofind.sentences import Sentence
from photofind.worker.client import WorkerClient
from photofind.worker.messages import AddFolders, Notice
from tests.plugins.catalog import read, write
from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import make_photo
from tests.unit.describe.made_up import ModelShelf
from tests.unit.worker.inner_worker import working

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from photofind.paths import AppFolders
    from tests.gui.driver import Driver

HOSTILE = [
    "<img src=secret.png>",
    "<b>bold<i>",
    "<a href=x>here",
    "&lt;img src=secret.png&gt;",
    "&amp; R&D <table>",
    "\u202egpj.exe<b>",
    "two\nlines <u>",
    "<!-- --><p>",
    "<html><style>",
    "a" * 200 + "<b>",
]
LONG = "<b>" + "word " * 2_000

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows allows no such names")


@pytest.mark.parametrize("text", [*HOSTILE, LONG, "<qt>x", "&lt;" * 50, "  <p>x", "\n<b>x</b>"])
def test_a_tooltip_is_never_markup_and_never_fills_the_screen(
    qapp: QApplication, text: str
) -> None:
    shown = tooltip(text)
    assert not QtGui.Qt.mightBeRichText(shown)
    plain = shown.replace("\u2060", "")
    assert max(map(len, plain.split("\n"))) <= 100
    assert len(plain) < 1_100
    assert "".join(plain.split())[:80] == "".join(text.split())[:80]


def test_a_tooltip_of_plain_words_stays_as_it_is() -> None:
    assert tooltip("Fish & chips, 3 < 4\nso they say") == "Fish & chips, 3 < 4\nso they say"


def test_names_in_sentences_stay_on_their_line_and_in_their_direction() -> None:
    assert in_line("a\u202egpj.exe\nb\x1b") == "agpj.exe b "
    assert in_line("กัน 👩\u200d🚀 שלום") == "กัน 👩\u200d🚀 שלום"
    assert unaccelerated("R&D") == "R&&D"


def test_a_label_never_lays_out_what_it_is_given(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    for label in (PlainLabel("<b>", parent), PlainLabel(parent), PlainLabel(parent=parent)):
        label.setText("<img src=x>")
        assert label.textFormat() is Qt.TextFormat.PlainText
        assert label.parent() is parent
    elided = ElidedLabel("<b>", Qt.TextElideMode.ElideLeft, parent)
    assert elided.textFormat() is Qt.TextFormat.PlainText


def test_every_label_and_tooltip_of_the_window_goes_the_plain_way() -> None:
    """Widgets that no test opens, too."""
    for path in Path(gui.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or path.name == "plain_text.py":
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            where = f"{path.name}:{node.lineno}"
            assert name not in {"QLabel", "QTextEdit", "QTextBrowser", "setHtml", "setMarkdown"}, (
                where
            )
            if name == "setToolTip" or (name == "showText" and len(node.args) > 1):
                said = ast.unparse(node.args[1 if len(node.args) > 1 else 0])
                ours = ("tooltip(", "self.tr(", "QCoreApplication.translate(", "''")
                assert said.startswith(ours), where


@pytest.fixture
def library(empty_folders: AppFolders, tmp_path: Path) -> AppFolders:
    """Photos with hostile names, captions, tags and problems."""
    photos = tmp_path / "<b>R&D<img src=secret.png>"
    make_photo(photos / "secret.png.jpg")
    shutil.copy(photos / "secret.png.jpg", photos / "secret.png")
    names = [name.replace("/", "") for name in HOSTILE]
    for seed, name in enumerate(names):
        make_photo(photos / f"{name}.jpg", seed=seed + 1)
    with working(empty_folders, ModelShelf()):
        client = WorkerClient(empty_folders, lambda _: None)
        client.start()
        client.request(AddFolders(paths=(photos,)), PATIENCE_S)
        client.close()
    with CatalogReader(empty_folders) as reader, CatalogWriter(empty_folders) as writer:
        [folder] = read(reader, read_folders)
        for name in names:
            photo = read(reader, find_photo_at, photos / f"{name}.jpg")
            assert photo is not None
            write(writer, write_caption, photo, f"{name} {LONG}")
        [file] = write(writer, insert_files, folder.id, [(b"<img src=secret.png>.bad.jpg", 3, 4)])
        reason = Sentence("“{name}” can't be read.", name=LONG)
        write(writer, fail_file, file, MediaCode.UNREADABLE, reason, 3, 4)
    return empty_folders


@posix_only
def test_a_window_full_of_hostile_words_lays_nothing_out(
    library: AppFolders, open_window: Callable[..., Driver], qtbot: QtBot
) -> None:
    window = open_window(library)
    window.until(lambda: window.model.rowCount() >= len(HOSTILE))
    window.wait_pictures()
    _require_plain(window)
    for text in [*HOSTILE, LONG]:
        window.worker.on_event(Notice(code="x", sentence=Sentence("{text}", text=text)))
        window.until(lambda: window.window.banner.isVisible())
        _require_plain(window)
        window.grid.show_empty(text, text)
        window.window.search_bar.show_chip(text)
        window.window.status_line.show_model(text, text)
        _require_plain(window)
    window.search("nothing like it")
    for row in range(window.model.rowCount(QModelIndex())):
        window.program.preview.open_row(row)
        window.until(lambda: window.program.preview.facts is not None)
        _require_plain(window)
    window.window.status_line.problems_requested.emit()
    window.until(lambda: window.window.findChild(ProblemsDialog) is not None)
    _require_plain(window)


def test_models_and_questions_with_hostile_names(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    chooser = ModelChooser(parent)
    for text in [*HOSTILE, LONG]:
        chooser.offer([OfferedModel(text, text)])
        chooser.offer([OfferedModel(text, text), OfferedModel("b", text)])
        box = question_box(parent, text, text, text)
        for widget in parent.findChildren(QWidget):
            _require_plain_widget(widget)
        assert box.textFormat() is Qt.TextFormat.PlainText
        box.deleteLater()


def test_a_web_address_that_is_dropped_is_not_fetched(
    open_window: Callable[..., Driver], folders: AppFolders
) -> None:
    """The suite's own guard fails on any connection; what is said is that only files are taken."""
    window = open_window(folders)
    said: list[str] = []
    window.program.drop_handler.told.connect(said.append)
    for address in (
        "https://example.org/cat.jpg",
        "http://127.0.0.1:9/x.png",
        "ftp://x/y.jpg",
        "smb://server/share/x.jpg",
        "data:image/png;base64,AAAA",
        "qrc:/x.png",
    ):
        data = QMimeData()
        data.setUrls([QUrl(address)])
        data.setText(address)
        data.setHtml(f"<img src='{html.escape(address)}'>")
        window.program.drop_handler.take(data)
    assert len(said) == 6


def _require_plain(window: Driver) -> None:
    for widget in QApplication.allWidgets():
        _require_plain_widget(widget)
    for model in [*window.window.findChildren(QAbstractItemModel), window.model]:
        for index in _indexes(model):
            shown = model.data(index, Qt.ItemDataRole.ToolTipRole)
            assert not (shown and QtGui.Qt.mightBeRichText(str(shown))), shown
            for role in (Qt.ItemDataRole.StatusTipRole, Qt.ItemDataRole.WhatsThisRole):
                assert not model.data(index, role)


def _require_plain_widget(widget: QWidget) -> None:
    assert not isinstance(widget, QTextEdit), "it takes HTML that is pasted"
    if isinstance(widget, QLabel):
        is_plain = widget.textFormat() is Qt.TextFormat.PlainText
        assert is_plain or not QtGui.Qt.mightBeRichText(widget.text()), widget.text()
        assert is_plain or type(widget) is not QLabel or not widget.text() or _is_qts(widget)
    for text in (widget.toolTip(), widget.statusTip(), widget.whatsThis()):
        assert not QtGui.Qt.mightBeRichText(text), text
        assert len(text) < 3_000
    if isinstance(widget, QComboBox):
        for row in range(widget.count()):
            assert not widget.itemData(row, Qt.ItemDataRole.ToolTipRole)
    if isinstance(widget, QAbstractButton):
        assert "R&D" not in widget.text(), "the D is no key"
    for action in widget.actions():
        assert "R&D" not in action.text(), "the D is no key"
        assert not QtGui.Qt.mightBeRichText(action.toolTip()), action.toolTip()


def _is_qts(label: QLabel) -> bool:
    return isinstance(label.parentWidget(), QMessageBox | QMenu) or "Tip" in type(label).__name__


def _indexes(model: QAbstractItemModel) -> Iterator[QModelIndex]:
    for row in range(model.rowCount(QModelIndex())):
        columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(QModelIndex())
        for column in range(columns):
            yield model.index(row, column)
