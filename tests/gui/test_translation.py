"""The window in another language: its own texts, and sentences from the worker and the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtWidgets import QTableView

from photofind.catalog.files import fail_file, insert_files
from photofind.catalog.folders import add_folder
from photofind.catalog.writer import CatalogWriter
from photofind.domain import MediaCode, QueryError
from photofind.gui.translation import (
    EnglishPlurals,
    in_words,
    install_translations,
    known_in_words,
)
from photofind.gui.wording import count_photos
from photofind.inference import registry
from photofind.sentences import Sentence
from photofind.worker.messages import Notice
from tests.plugins.catalog import write
from tests.plugins.places import REPO_ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from photofind.paths import AppFolders
    from tests.gui.driver import Driver

LANGUAGE = QLocale(QLocale.Language.German, QLocale.Country.Germany)
_TS = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE">
<context><name>Wording</name>
  <message numerus="yes"><source>%Ln photo(s)</source>
    <translation><numerusform>%Ln Foto</numerusform><numerusform>%Ln Fotos</numerusform></translation>
  </message>
</context>
<context><name>ProblemsDialog</name>
  <message><source>Show in folder</source><translation>Im Ordner zeigen</translation></message>
</context>
<context><name>Sentences</name>
  <message><source>The drive of {folder} isn't responding. It is skipped until it does; everything else continues.</source>
    <translation>Das Laufwerk von {folder} antwortet nicht.</translation></message>
  <message><source>most people</source><translation>die meisten</translation></message>
  <message><source>“{name}” is broken.</source><translation>„{name}“ ist kaputt.</translation></message>
  <message numerus="yes"><source>%Ln file(s) of {total}: {reason}</source>
    <translation><numerusform>%Ln Datei von {total}: {reason}</numerusform><numerusform>%Ln Dateien von {total}: {reason}</numerusform></translation>
  </message>
</context>
</TS>
"""  # noqa: E501


@pytest.fixture
def german(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A tiny translation, made with Qt's own tools, and installed as the window does it."""
    monkeypatch.syspath_prepend(str(REPO_ROOT / "packaging"))
    from translations import compile_translation

    ts = tmp_path / "photofind_de.ts"
    ts.write_text(_TS, encoding="utf-8")
    compile_translation(ts)
    before = QLocale()
    QLocale.setDefault(LANGUAGE)
    installed = install_translations(qapp, tmp_path, LANGUAGE)
    yield
    for translator in installed:
        qapp.removeTranslator(translator)
    QLocale.setDefault(before)


@pytest.mark.usefixtures("german")
def test_plural_forms_and_numbers_are_those_of_the_language() -> None:
    assert [count_photos(n) for n in (0, 1, 12345)] == ["0 Fotos", "1 Foto", "12.345 Fotos"]


@pytest.mark.usefixtures("german")
def test_sentences_within_sentences_are_translated_and_values_are_not() -> None:
    name = "{total} %n (s) \udce9.jpg"
    sentence = Sentence(
        "%Ln file(s) of {total}: {reason}",
        n=1234,
        total=5678,
        reason=Sentence("“{name}” is broken.", name=name),
    )
    shown = "{total} %n (s) \N{REPLACEMENT CHARACTER}.jpg"
    assert in_words(sentence) == f"1.234 Dateien von 5.678: „{shown}“ ist kaputt."
    assert str(sentence) == f"1,234 files of 5,678: “{name}” is broken."


@pytest.mark.usefixtures("german")
def test_what_the_registry_says_about_models_is_translated() -> None:
    (recommended,) = (each for each in registry.ALL if each.recommended_for == "most people")
    assert known_in_words(recommended.recommended_for) == "die meisten"
    assert known_in_words("My own model.") == "My own model."


@pytest.mark.usefixtures("german")
def test_what_nobody_has_translated_is_said_in_english() -> None:
    assert in_words(Sentence("%Ln tag(s) (is|are) new.", n=1)) == "1 tag is new."
    assert in_words(QueryError("query_empty", "Empty.", position=3).sentence) == "Empty."
    assert QCoreApplication.translate("WindowProgram", "&Quit") == "&Quit"


@pytest.mark.usefixtures("german")
def test_the_window_shows_stored_problems_and_what_the_worker_tells_in_the_language(
    open_window: Callable[..., Driver], empty_folders: AppFolders, tmp_path: Path
) -> None:
    photos = tmp_path / "{name}"
    photos.mkdir()
    with CatalogWriter(empty_folders) as writer:
        folder = write(writer, add_folder, photos, None)
        for name in (b"{name}.jpg", b"old.jpg"):
            [file] = write(writer, insert_files, folder.id, [(name, 3, 4)])
            reason = Sentence("“{name}” is broken.", name=name.decode())
            write(writer, fail_file, file, MediaCode.UNREADABLE, reason, 3, 4)
        with writer.transaction() as tx:
            tx.execute(
                "UPDATE files SET error_detail = ? WHERE rel_path = ?", ("As before.", b"old.jpg")
            )
    window = open_window(empty_folders)
    window.program.problems.show()
    window.until(lambda: "„{name}.jpg“ ist kaputt." in _cells(window))
    assert "As before." in _cells(window)
    sentence = Sentence(
        "The drive of {folder} isn't responding. It is skipped until it does; everything else "
        "continues.",
        folder=photos,
    )
    window.worker.on_event(Notice(code="folder_stalled", sentence=sentence))
    told = f"Das Laufwerk von {photos} antwortet nicht."
    window.until(lambda: told in window.window.banner.text)


@pytest.mark.parametrize(
    ("language", "found"),
    [
        (QLocale.Language.German, True),
        (QLocale.Language.English, False),
        (QLocale.Language.Thai, False),
    ],
)
def test_the_language_is_the_persons_own(
    qapp: QApplication, german: None, tmp_path: Path, language: QLocale.Language, found: bool
) -> None:
    installed = install_translations(qapp, tmp_path, QLocale(language))
    for translator in installed:
        qapp.removeTranslator(translator)
    assert any(each.language() == "de_DE" for each in installed) == found
    assert isinstance(installed[0], EnglishPlurals)


def _cells(window: Driver) -> list[str]:
    models = [table.model() for table in window.window.findChildren(QTableView)]
    return [
        str(model.index(row, column).data())
        for model in models
        for row in range(model.rowCount())
        for column in range(model.columnCount())
    ]
