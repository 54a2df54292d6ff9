"""The window's language: translations are looked for, and sentences from below are put into words.

`pyside6-lupdate` must find what is translated, so texts stand as literals in `self.tr("…")`,
`QCoreApplication.translate("Context", "…")`, or, with a plural form outside of a class,
`Context.tr("%Ln photo(s)", "", n)`. `packaging/translations.py` makes the translators' files.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from photofind.gui.plain_text import in_line
from photofind.paths import translations_folder
from photofind.sentences import Sentence, english_plural, fill_placeholders

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.sentences import Value

logger = logging.getLogger(__name__)

_BELOW = "Sentences"
"""The context of everything that comes from below the window."""

BUG = Sentence("Something went wrong. The details are in photofind's log.")


class Context:
    """Translates texts of functions that belong to no widget.

    lupdate takes the variable's name for the context, so the two must be equal:
    `Wording = Context("Wording")`, then `Wording.tr("%Ln photo(s)", "", n)`. Needed with plural
    forms only: lupdate overlooks them in `QCoreApplication.translate`.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def tr(self, text: str, disambiguation: str = "", n: int = -1) -> str:
        return QCoreApplication.translate(self._name, text, disambiguation, n)


class EnglishPlurals(QTranslator):
    """Selects the plural forms of texts that nothing else translates."""

    def translate(
        self,
        context: str,  # noqa: ARG002 (Qt's signature)
        text: str,
        disambiguation: str | None = None,  # noqa: ARG002
        n: int = -1,
    ) -> str | None:
        return None if n < 0 else english_plural(text, n)

    def isEmpty(self) -> bool:  # noqa: N802 (Qt's name)
        return False


def install_translations(
    application: QCoreApplication, folder: Path | None = None, locale: QLocale | None = None
) -> list[QTranslator]:
    """Makes texts appear in the person's language where there is a translation, else in English.

    Args:
        folder: where `photofind_LANGUAGE.qm` files are; by default those we ship.
        locale: whose language it is; by default the system's.

    Returns:
        What was installed; whatever comes last is asked first.
    """
    installed: list[QTranslator] = [EnglishPlurals(application)]
    folder = folder or translations_folder()
    for name in (locale or QLocale()).uiLanguages():
        language = name.replace("-", "_")
        if language.split("_")[0] == "en":
            break  # who prefers English doesn't want their second language instead
        own = QTranslator(application)
        if own.load(f"photofind_{language}", str(folder)):
            # Qt's own texts: the buttons of dialogs, the menus of text fields.
            qt = QTranslator(application)
            where = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
            if qt.load(f"qtbase_{language}", where):
                installed.append(qt)
            installed.append(own)
            logger.info("the window speaks %s", own.language())
            break
    for translator in installed:
        application.installTranslator(translator)
    return installed


def in_words(sentence: Sentence) -> str:
    """A sentence from below the window in the person's language.

    Bytes of file names that aren't valid text are shown as U+FFFD.
    """
    count = sentence.count
    text = QCoreApplication.translate(_BELOW, sentence.template, "", -1 if count is None else count)
    values = {name: _value_in_words(value) for name, value in sentence.values.items()}
    return fill_placeholders(text, values)


def known_in_words(text: str) -> str:
    """What the registry says about a model, in the person's language; what a model that was
    imported says about itself stays as it is."""
    return QCoreApplication.translate(_BELOW, text) if text else ""


def _value_in_words(value: Value) -> str:
    match value:
        case Sentence():
            return in_words(value)
        case str():
            return in_line(value.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
        case int():
            return QLocale().toString(value)
        case float():
            return QLocale().toString(value, "g", 6)
