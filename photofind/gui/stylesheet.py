"""The style sheet: one text for both colour schemes, filled in with a scheme's tones."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from string import Template

from photofind.paths import resources


@dataclass(frozen=True, slots=True)
class Tones:
    """One colour scheme.

    Attributes:
        canvas: behind the photos.
        chrome: bars and panels around them.
        raised: fields and buttons on the chrome.
        hover: a raised thing under the pointer.
        hairline: the thin lines between surfaces.
        text, faint: words, and words that matter less (contrast ≥ 4.5:1 on chrome).
        accent, on_accent: what can be acted on first, and the words on it.
        accent_soft: a wash of the accent for chosen rows and chips.
        warning, danger: signs, used sparingly.
        danger_soft: behind the sentence that says what went wrong.
        check: the icon of a tick on the accent; style sheets can't colour one.
    """

    canvas: str
    chrome: str
    raised: str
    hover: str
    hairline: str
    text: str
    faint: str
    accent: str
    on_accent: str
    accent_soft: str
    warning: str
    danger: str
    danger_soft: str
    check: str


def style_sheet(tones: Tones) -> str:
    """The whole application's style sheet in these tones."""
    icons = resources() / "icons"
    pictures = {
        "check": (icons / f"{tones.check}.svg").as_posix(),
        "chevron": (icons / "chevron.svg").as_posix(),  # a grey that both schemes can carry
    }
    return _SHEET.substitute(asdict(tones) | pictures)


_SHEET = Template("""
QMainWindow, QDialog, #page { background: $chrome; }
QToolTip { background: $raised; color: $text; border: 1px solid $hairline; padding: 4px 6px; }
QLabel[tone="faint"], QLabel[tone="faint"]:link { color: $faint; }
QLabel[tone="danger"] { color: $danger; }
QLabel[tone="warning"] { color: $warning; }
QLabel[textStyle="title"] { font-size: 22pt; font-weight: 600; }
QLabel[textStyle="heading"] { font-size: 13pt; font-weight: 600; }
QLabel[textStyle="strong"] { font-weight: 600; }
QLabel[textStyle="caption"] { font-size: 12pt; }
QLabel[textStyle="code"] { font-family: monospace; }
QLineEdit { background: $raised; border: 1px solid $hairline; border-radius: 8px;
    padding: 6px 10px; selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus { border-color: $accent; }
QPlainTextEdit { background: $raised; border: 1px solid $hairline; border-radius: 8px;
    padding: 3px 6px; selection-background-color: $accent; selection-color: $on_accent; }
QPlainTextEdit:focus { border-color: $accent; }
QLineEdit[kind="inline"], QPlainTextEdit[kind="inline"] { background: transparent;
    border: 1px solid transparent; border-radius: 6px; margin-left: -7px; }
QLineEdit[kind="inline"] { font-size: 13pt; font-weight: 600; padding: 3px 6px; }
QPlainTextEdit[kind="inline"] { padding: 1px 3px; }
QLineEdit[kind="inline"]:hover, QPlainTextEdit[kind="inline"]:hover { background: $raised; }
QLineEdit[kind="inline"]:focus, QPlainTextEdit[kind="inline"]:focus { background: $canvas;
    border-color: $accent; }
QComboBox { background: $raised; border: 1px solid $hairline; border-radius: 8px;
    padding: 5px 10px; }
QComboBox:focus { border-color: $accent; }
QComboBox::drop-down { border: none; width: 28px; }
QComboBox::down-arrow { image: url("$chevron"); width: 14px; height: 14px; }
QComboBox QAbstractItemView { background: $chrome; color: $text; border: 1px solid $hairline;
    selection-background-color: $accent_soft; selection-color: $text; }

#topBar { background: $chrome; border-bottom: 1px solid $hairline; }
#statusLine { background: $chrome; border-top: 1px solid $hairline; }
#sidePanel { background: $chrome; border-right: 1px solid $hairline; }
#detailsPanel { background: $chrome; border-left: 1px solid $hairline; }
#detailsBody { background: $chrome; }
#captionStrip { background: $canvas; }
#captionLine { background: transparent; border-radius: 9px; }
#captionLine:hover { background: $chrome; }
#answerCard, #commandBox { background: $raised; border-radius: 10px; }
#warningBox { background: $raised; border-left: 4px solid $warning; border-radius: 4px;
    padding: 8px 12px; }
#places { background: transparent; border: none; outline: 0; }
#places::item { padding: 4px 2px; border: none; }
#places::item:hover { background: $hover; }
#places::item:selected { background: $accent_soft; color: $text; }
#gridPage, #emptyPage { background: $canvas; }

#searchField { background: $raised; border: 2px solid transparent; border-radius: 20px; }
#searchField:hover { background: $hover; }
#searchField[focused="true"] { background: $canvas; border-color: $accent; }
#searchField QLineEdit { background: transparent; border: none; font-size: 12pt; padding: 0;
    selection-background-color: $accent; selection-color: $on_accent; }
#proposals { background: $chrome; border: 1px solid $hairline; border-radius: 10px; padding: 5px;
    outline: 0; }
#proposals::item { padding: 0 10px; border: none; border-radius: 6px; }
#proposals::item:hover { background: $hover; }
#proposals::item:selected { background: $accent_soft; color: $text; }
#chip { background: $accent_soft; border-radius: 13px; }
#chip QLabel { background: transparent; }
#tagChip { background: $raised; border: 1px solid $raised; border-radius: 11px; }
#tagChip[proposed="true"] { background: transparent; border: 1px dashed $faint; }
#tagChip QToolButton { padding: 1px 2px; border-width: 1px; border-radius: 8px; }

QListView#grid { background: $canvas; border: none; outline: 0; }
#newsButton { background: $accent_soft; border: 1px solid $accent; border-radius: 11px;
    padding: 5px 16px; }
#newsButton:focus { border: 2px solid $accent; padding: 4px 15px; }
#weakerButton { background: $raised; color: $text; border: 1px solid $hairline;
    border-radius: 14px; padding: 7px 20px; }
#weakerButton:hover { background: $hover; }
#weakerButton:focus { border: 2px solid $accent; padding: 6px 19px; }
#datePill { background: $text; color: $canvas; border-radius: 13px; padding: 4px 12px;
    font-weight: 600; }

QPushButton { background: $raised; border: 1px solid $hairline; border-radius: 8px;
    padding: 7px 16px; outline: 0; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $hairline; }
QPushButton:focus { border: 2px solid $accent; padding: 6px 15px; }
QPushButton:disabled { color: $faint; background: transparent; }
QPushButton[kind="primary"] { background: $accent; color: $on_accent; border-color: $accent;
    font-weight: 600; }
QPushButton[kind="primary"]:disabled { background: $raised; color: $faint;
    border-color: $hairline; }
QPushButton[kind="primary"]:hover { border-color: $text; }
QPushButton[kind="primary"]:focus { border-color: $text; }
QPushButton[textStyle="large"] { padding: 13px 30px; font-size: 13pt; border-radius: 12px; }
QPushButton[textStyle="large"]:focus { padding: 12px 29px; }
QPushButton[kind="link"] { background: transparent; border: 1px solid transparent;
    color: $accent; padding: 3px 6px; border-radius: 6px; }
#folderRow QPushButton[kind="link"], #detailsBody QPushButton[kind="link"] { padding: 2px 0; }
QPushButton[kind="link"]:hover { background: $accent_soft; }
QPushButton[kind="link"]:focus { border: 1px solid $accent; padding: 3px 6px; }
#folderRow QPushButton[kind="link"]:focus, #detailsBody QPushButton[kind="link"]:focus {
    padding: 2px 0; }
QPushButton[kind="quiet"] { background: transparent; border: 1px solid transparent;
    color: $faint; padding: 3px 6px; border-radius: 6px; }
QPushButton[kind="quiet"]:hover { background: $hover; color: $text; }
QPushButton[kind="quiet"]:focus { border: 1px solid $accent; padding: 3px 6px; }

QCheckBox { spacing: 8px; }
QCheckBox::indicator, QMenu::indicator { width: 15px; height: 15px; border: 1px solid $faint;
    border-radius: 4px; background: $canvas; }
QCheckBox::indicator:hover, QCheckBox::indicator:focus { border-color: $accent; }
QCheckBox::indicator:disabled { border-color: $hairline; }
QCheckBox::indicator:checked, QMenu::indicator:checked { background: $accent;
    border-color: $accent; image: url("$check"); }
QMenu::indicator { margin-left: 8px; }
QMenu::indicator:exclusive { border-radius: 8px; }

QToolButton { background: transparent; border: 2px solid transparent; border-radius: 9px;
    padding: 5px; }
QToolButton:hover { background: $hover; }
QToolButton:pressed, QToolButton:checked { background: $accent_soft; }
QToolButton:focus { border-color: $accent; }
QToolButton[density="tight"] { padding: 2px; border-radius: 6px; }
QToolButton::menu-indicator { image: none; }
#chip QToolButton, #searchField QToolButton { padding: 1px; border-radius: 11px; }

#banner { background: $accent_soft; border-bottom: 1px solid $hairline; }
#banner[level="error"] { background: $danger_soft; border-left: 4px solid $danger; }
#banner[level="notice"] { border-left: 4px solid $accent; }

#folderRow { background: transparent; border-radius: 9px; }
#folderRow:hover { background: $raised; }

QProgressBar { background: $raised; border: none; border-radius: 3px; max-height: 6px;
    min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QMenu { background: $chrome; border: 1px solid $hairline; padding: 6px; }
QMenu::item { padding: 7px 26px 7px 12px; border-radius: 6px; }
QMenu::icon { padding-left: 8px; }
QMenu::item:selected { background: $accent_soft; color: $text; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $hairline; margin: 6px 8px; }

QScrollArea { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 14px; margin: 2px; }
QScrollBar::handle:vertical { background: $hairline; min-height: 44px; border-radius: 4px;
    margin: 0 1px; }
QScrollBar::handle:vertical:hover, QScrollBar::handle:vertical:pressed { background: $faint; }
QScrollBar::handle:vertical:disabled { background: transparent; }
QScrollBar:horizontal { background: transparent; height: 14px; margin: 2px; }
QScrollBar::handle:horizontal { background: $hairline; min-width: 44px; border-radius: 4px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QSlider::groove:horizontal { height: 4px; background: $hairline; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal { background: $chrome; border: 2px solid $accent; width: 10px;
    margin: -5px 0; border-radius: 7px; }
QSlider::handle:horizontal:focus { background: $accent; }

QTableView, QListWidget { background: $canvas; alternate-background-color: $chrome;
    border: 1px solid $hairline; border-radius: 8px; outline: 0;
    selection-background-color: $accent_soft; selection-color: $text; }
QTableView:focus, QListWidget:focus { border-color: $accent; }
QTableView::item, QListWidget::item { padding: 6px 10px; border: none; }
QListWidget::item:selected { background: $accent_soft; color: $text; }
#field { background: $canvas; border: 1px solid $hairline; border-radius: 8px; padding: 6px 10px; }
#field:focus { border-color: $accent; }
QHeaderView { background: transparent; border: none; }
QHeaderView::section { background: $chrome; color: $faint; border: none;
    border-bottom: 1px solid $hairline; padding: 7px 10px; }

#dropHint { background: $accent_soft; border: 3px dashed $accent; }
#previewPage { background: $canvas; }
""")
