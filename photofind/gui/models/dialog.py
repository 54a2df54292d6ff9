"""The list of models, and what is known and can be done about the chosen one."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QProgressBar,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from photofind.gui.buttons import ButtonKind, PushButton
from photofind.gui.models.wording import facts, progress_line, state_line
from photofind.gui.plain_text import PlainLabel, tooltip
from photofind.gui.translation import in_words, known_in_words
from photofind.gui.wording import describe_size
from photofind.inference.spec import SourceKind, TaskKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photofind.models.messages import InstallProgress
    from photofind.models.overview import ModelState

_WIDTH, _HEIGHT = 860, 560
_LIST_PX = 290
_KEY = Qt.ItemDataRole.UserRole


class ModelsDialog(QDialog):
    """Shows every model; says what the person wants done with one."""

    install_requested = Signal(str)
    cancel_requested = Signal()
    use_requested = Signal(str)
    remove_requested = Signal(str)
    check_requested = Signal(str)
    import_requested = Signal(bool)
    """Of a model in a file; else in a folder."""
    export_requested = Signal()
    offline_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Models"))
        self.resize(_WIDTH, _HEIGHT)
        self._states: dict[str, ModelState] = {}
        self._installing: str | None = None
        self._wanted = ""
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.tr("Models"))
        self.list.setFixedWidth(_LIST_PX)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.offline = QCheckBox(self.tr("Never go online"), self)
        self.title = _label(self, "heading")
        self.notice = _label(self)
        self._facts = QWidget(self)
        self.remarks = _label(self, tone="warning")
        self.progress_text = _label(self, tone="faint")
        self.progress = QProgressBar(self)
        self.progress.setTextVisible(False)
        self.problem = _label(self, tone="danger")
        self.install = PushButton("", self, ButtonKind.PRIMARY)
        self.use = PushButton(self.tr("Search with it"), self, ButtonKind.PRIMARY)
        self.remove = PushButton(self.tr("Remove…"), self)
        self.cancel = PushButton(self.tr("Stop"), self)
        self.check = PushButton(self.tr("Check it"), self)
        self.check.setToolTip(self.tr("Check all its files, and test what it computes"))
        self.said = _label(self, tone="faint")
        self.bring = PushButton(self.tr("Import a model"), self)
        menu = QMenu(self.bring)
        self.from_folder = menu.addAction(self.tr("From a &folder…"))
        self.from_file = menu.addAction(self.tr("From a f&ile (zip, tar, official weights)…"))
        self.from_checkpoint = menu.addAction(self.tr("From a PyTorch &checkpoint…"))
        self.bring.setMenu(menu)
        close = PushButton(self.tr("Close"), self)
        self._arrange(close)
        self.list.currentItemChanged.connect(lambda *_: self._on_chosen())
        self.install.clicked.connect(lambda: self.install_requested.emit(self.chosen))
        self.use.clicked.connect(lambda: self.use_requested.emit(self.chosen))
        self.remove.clicked.connect(lambda: self.remove_requested.emit(self.chosen))
        self.cancel.clicked.connect(self.cancel_requested)
        self.check.clicked.connect(lambda: self.check_requested.emit(self.chosen))
        self.from_folder.triggered.connect(lambda: self.import_requested.emit(False))
        self.from_file.triggered.connect(lambda: self.import_requested.emit(True))
        self.from_checkpoint.triggered.connect(self.export_requested)
        self.offline.clicked.connect(self.offline_toggled)
        close.clicked.connect(self.close)
        for button in (self.install, self.use, self.check, self.remove, self.cancel, close):
            button.setAutoDefault(False)
        self.bring.setAutoDefault(False)
        self._show_chosen()

    @property
    def chosen(self) -> str:
        """The key of the model in view; "" before there is one."""
        item = self.list.currentItem()
        return "" if item is None else str(item.data(_KEY))

    def choose(self, key: str) -> None:
        """Brings a model into view with the next `show_models`."""
        self._wanted = key

    def show_models(self, states: Sequence[ModelState]) -> None:
        """Shows the models as they are now; the chosen one stays chosen."""
        chosen = self._wanted or self.chosen
        chosen = chosen or next((each.spec.key for each in states if each.active), "")
        self._wanted = ""
        self._states = {state.spec.key: state for state in states}
        self.list.blockSignals(True)
        self.list.clear()
        for state in states:
            item = QListWidgetItem(f"{state.spec.title}\n{state_line(state)}", self.list)
            item.setData(_KEY, state.spec.key)
            item.setToolTip(tooltip(state.spec.key))
            if state.active:
                font = item.font()
                font.setBold(True)
                item.setFont(font)
            if state.spec.key == chosen:
                self.list.setCurrentItem(item)
        self.list.blockSignals(False)
        self._show_chosen()

    def show_offline(self, offline: bool) -> None:
        """Says whether the network is forbidden."""
        self.offline.setChecked(offline)

    def show_installing(self, key: str | None) -> None:
        """Says which model is being installed or checked, if one is; "" for a new one."""
        self._installing = key
        self.progress_text.clear()
        self.progress.setRange(0, 0)
        if key is not None:
            self.problem.clear()
            self.show_said("")
        self._show_chosen()

    def show_progress(self, progress: InstallProgress) -> None:
        """Says how far the installation is."""
        self.progress_text.setText(progress_line(progress))
        per_mille = 1000 * progress.done // progress.total if progress.total else 0
        self.progress.setRange(0, 1000 if progress.total else 0)
        self.progress.setValue(per_mille)

    def show_problem(self, problem: str) -> None:
        """Says why something could not be done."""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def show_said(self, text: str) -> None:
        """Says what came of something that went well."""
        self.said.setText(text)
        self.said.setVisible(bool(text))

    def _on_chosen(self) -> None:
        self.show_said("")  # it was about another model
        self._show_chosen()

    def _show_chosen(self) -> None:
        state = self._states.get(self.chosen)
        busy = self._installing is not None
        here = busy and self._installing in {"", self.chosen}
        self.bring.setEnabled(not busy)
        self.cancel.setVisible(here)
        for widget in (self.progress, self.progress_text):
            widget.setVisible(here)
        self.problem.setVisible(bool(self.problem.text()))
        self.said.setVisible(bool(self.said.text()))
        if state is None:
            for button in (self.install, self.use, self.check, self.remove):
                button.hide()
            return
        spec, installed = state.spec, state.installed is not None
        self.title.setText(spec.title)
        self.notice.setText(known_in_words(spec.notice))
        self._show_facts(facts(state))
        remarks = () if state.installed is None else state.installed.notices
        self.remarks.setText("\n".join(map(in_words, remarks)))
        self.remarks.setVisible(bool(remarks))
        text = self.tr("Download and install")
        if spec.download_bytes:
            size = describe_size(spec.download_bytes)
            text = self.tr("Download {size} and install").format(size=size)
        self.install.setText(text)
        self.install.setVisible(not installed and not here)
        self.install.setEnabled(not busy)
        self._show_use(state)
        self.check.setVisible(installed and not here)
        self.check.setEnabled(not busy)
        removable = spec.source_kind is not SourceKind.BUILT_IN and (installed or state.arrived)
        self.remove.setText(self.tr("Remove…") if installed else self.tr("Delete download…"))
        self.remove.setVisible(removable)
        self.remove.setEnabled(not state.active and not busy)
        if not here:
            self._show_index(state)

    def _show_use(self, state: ModelState) -> None:
        """Also lets the active model stay while another one is to take its place."""
        waits = state.index is not None and state.index.chosen
        if state.active:
            usable = any(each.index and each.index.chosen for each in self._states.values())
        else:
            usable = state.installed is not None and not waits
        self.use.setText(self.tr("Stay with it") if state.active else self.tr("Search with it"))
        self.use.setVisible(usable and state.spec.task is TaskKind.SEARCH)

    def _show_index(self, state: ModelState) -> None:
        """How far the index is that is built to take the active one's place."""
        index = state.index
        if index is None or not index.chosen or index.complete:
            return
        self.progress_text.setText(
            self.tr("{state}. Search switches to it when all are indexed.").format(
                state=state_line(state)
            )
        )
        self.progress.setRange(0, max(1, index.photos))
        self.progress.setValue(index.embedded)
        self.progress_text.show()
        self.progress.show()

    def _show_facts(self, rows: list[tuple[str, str]]) -> None:
        fresh = QWidget(self)
        form = QFormLayout(fresh)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(18)
        form.setVerticalSpacing(6)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        for name, value in rows:
            label, told = _label(fresh, tone="faint"), _label(fresh)
            label.setText(name)
            label.setWordWrap(False)
            told.setText(value)
            form.addRow(label, told)
        self._column.replaceWidget(self._facts, fresh)
        self._facts.hide()
        self._facts.deleteLater()
        self._facts = fresh

    def _arrange(self, close: QWidget) -> None:
        inner = QWidget(self)
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(12)
        for widget in (self.title, self.notice, self._facts, self.remarks):
            self._column.addWidget(widget)
        self._column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        buttons = QHBoxLayout()
        for button in (self.install, self.use, self.cancel, self.check, self.remove):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(close)
        right = QVBoxLayout()
        right.setSpacing(12)
        right.addWidget(scroll, 1)
        right.addWidget(self.problem)
        right.addWidget(self.said)
        right.addWidget(self.progress_text)
        right.addWidget(self.progress)
        right.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 20, 20, 20)
        row.setSpacing(20)
        left = QVBoxLayout()
        left.setSpacing(6)
        left.addWidget(self.list, 1)
        left.addWidget(self.bring, 0, Qt.AlignmentFlag.AlignLeft)
        left.addSpacing(6)
        left.addWidget(self.offline, 0, Qt.AlignmentFlag.AlignLeft)
        about = _label(self, tone="faint")
        about.setText(self.tr("Forbids every download, and nothing else."))
        about.setFixedWidth(_LIST_PX)
        left.addWidget(about)
        row.addLayout(left)
        row.addLayout(right, 1)
        walk = (self.list, self.bring, self.offline, self.install, self.use, self.cancel)
        for before, after in pairwise((*walk, self.check, self.remove, close)):
            self.setTabOrder(before, after)


def _label(parent: QWidget, style: str = "", tone: str = "") -> QLabel:
    label = PlainLabel(parent)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if style:
        label.setProperty("textStyle", style)
    if tone:
        label.setProperty("tone", tone)
    return label
