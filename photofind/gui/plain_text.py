"""Text of strangers in widgets: names of files, captions, answers and errors are never markup.

Qt takes a text that looks like HTML for HTML, and loads the pictures that it names.
"""

from __future__ import annotations

import re
import textwrap

from PySide6 import QtGui
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

_WORD_JOINER = "\N{WORD JOINER}"
_OPENING = re.compile("[<&]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates: a name that holds one turns the text after it about."""
_LONGEST_TOOLTIP = 1_000
_TOOLTIP_COLUMNS = 100


class PlainLabel(QLabel):
    """A label that shows its text as it is."""

    def __init__(self, text: str | QWidget | None = None, parent: QWidget | None = None) -> None:
        super().__init__(text if isinstance(text, QWidget) else parent)
        # Before there is a text: one that looks like HTML would be laid out once.
        self.setTextFormat(Qt.TextFormat.PlainText)
        if isinstance(text, str):
            self.setText(text)


def tooltip(text: str) -> str:
    """The text for a tooltip, which has no format of its own: broken into lines, no longer than
    can be read, and nothing that Qt takes for markup."""
    if len(text) > _LONGEST_TOOLTIP:
        text = f"{text[:_LONGEST_TOOLTIP]}…"
    lines = (
        "\n".join(textwrap.wrap(line, _TOOLTIP_COLUMNS)) if len(line) > _TOOLTIP_COLUMNS else line
        for line in text.splitlines()
    )
    text = "\n".join(lines)
    if QtGui.Qt.mightBeRichText(text):
        # Seen as before, and no tag or entity any more.
        text = _OPENING.sub(lambda found: found[0] + _WORD_JOINER, text)
    return text


def unaccelerated(text: str) -> str:
    """The text for a button or a menu, where a single "&" would underline the letter after it."""
    return text.replace("&", "&&")


def in_line(text: str) -> str:
    """The text as a part of a sentence: on one line, and in the direction of the rest."""
    plain = _TURNING.sub("", text)
    return "".join(
        character if character.isprintable() or character == "\N{ZERO WIDTH JOINER}" else " "
        for character in plain
    )
