"""The window's menu and keyboard: every command once, reachable both ways."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu

from photofind.gui import actions
from photofind.gui.describing.actions import ASK_KEYS, DESCRIBE_KEYS
from photofind.gui.dialogs import about_dialog
from photofind.gui.window import LARGEST_PHOTO_PX, SMALLEST_PHOTO_PX
from photofind.settings import OnBattery

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.domain import PhotoId
    from photofind.gui.actions import PhotoActions
    from photofind.gui.browsing import BrowseController
    from photofind.gui.describing.actions import DescriptionActions
    from photofind.gui.describing.choices import DescribingChoices
    from photofind.gui.describing.controller import DescriptionsController
    from photofind.gui.describing.server import ServerController
    from photofind.gui.forgetting import ForgettingController
    from photofind.gui.library import LibraryController
    from photofind.gui.models.controller import ModelsController
    from photofind.gui.preview.controller import PreviewController
    from photofind.gui.window import MainWindow

_ZOOM = 1.18


def _call(act: Callable[[], object], _checked: bool = False) -> None:
    act()


class Commands(QObject):
    """Connects menu, keys, wheel and mouse with the controllers."""

    pasted = Signal(QMimeData)
    """Something was pasted while no field had the keyboard."""

    def __init__(
        self,
        window: MainWindow,
        browsing: BrowseController,
        library: LibraryController,
        preview: PreviewController,
        photo_actions: PhotoActions,
        forgetting: ForgettingController,
        descriptions: DescriptionsController,
        description_actions: DescriptionActions,
        server: ServerController,
        models: ModelsController,
        choices: DescribingChoices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._browsing = browsing
        self._library = library
        self._preview = preview
        self._actions = photo_actions
        self._forgetting = forgetting
        self._descriptions = descriptions
        self._description_actions = description_actions
        self._server = server
        self._models = models
        self._choices = choices
        self._view = window.grid_page.view
        self._menu = QMenu(window)
        self._fill_menu()
        window.menu_button.setMenu(self._menu)
        self._add_keys()
        window.folders_button.clicked.connect(window.show_folders)
        window.folders_panel.closed.connect(lambda: window.show_folders(False))
        window.size_slider.valueChanged.connect(self._view.set_photo_px)
        window.back_requested.connect(self._go_back)
        self._view.zoom_requested.connect(self.zoom)
        self._view.menu_requested.connect(self._show_menu)
        window.preview.menu_requested.connect(self._show_menu)

    def chosen(self) -> list[PhotoId]:
        """The photos that an action is for: the one on show, else those chosen in the grid."""
        if self._preview.photo_id is not None:
            return [self._preview.photo_id]
        return self._view.selected_photos()

    def zoom(self, steps: int) -> None:
        """Makes the photos of the grid larger (positive) or smaller."""
        wished = self._view.photo_px * _ZOOM**steps
        self._window.size_slider.setValue(
            round(min(LARGEST_PHOTO_PX, max(SMALLEST_PHOTO_PX, wished)))
        )

    def _fill_menu(self) -> None:
        self._command(self.tr("&Add a folder…"), "Ctrl+O", self._library.choose_folder)
        self._command(self.tr("F&olders"), "Ctrl+B", self._toggle_folders)
        self._command(self.tr("&Look for new photos"), "F5", self._library.rescan)
        self._pause = self._command(self.tr("&Pause indexing"), "", self._on_pause)
        self._add_battery_menu()
        self._command(self.tr("P&roblems…"), "", self._library.show_problems)
        self._command(self.tr("&Models…"), "", self._models.show)
        self._recall = self._command(
            self.tr("&Bring back forgotten photos…"), "", self._forgetting.recall
        )
        self._menu.addSeparator()
        self._command(self.tr("&Describe the photos shown"), "", self._describe_shown)
        self._choices.add_to(self._menu)
        self._command(self.tr("Model ser&ver…"), "", self._server.choose)
        self._menu.addSeparator()
        self._command(self.tr("Lar&ger photos"), "Ctrl++", lambda: self.zoom(1))
        self._command(self.tr("Smaller p&hotos"), "Ctrl+-", lambda: self.zoom(-1))
        self._command(self.tr("&Full screen"), "F11", self._toggle_full_screen)
        self._menu.addSeparator()
        self._command(self.tr("Abo&ut photofind"), "", lambda: about_dialog(self._window).show())
        self._command(self.tr("&Quit"), "Ctrl+Q", self._window.close)
        self._menu.aboutToShow.connect(self._name_pause)
        self._menu.aboutToShow.connect(self._show_recall)

    def _add_battery_menu(self) -> None:
        """What to do on battery; a computer without one has no use for it, but does no harm."""
        menu = QMenu(self.tr("While on batter&y"), self._menu)
        group = QActionGroup(menu)
        self._on_battery: dict[OnBattery, QAction] = {}
        for choice, text in (
            (OnBattery.SLOWER, self.tr("Index &slower")),
            (OnBattery.PAUSE, self.tr("&Don't index")),
            (OnBattery.FULL, self.tr("Index at &full speed")),
        ):
            action = menu.addAction(text)
            action.setCheckable(True)
            action.triggered.connect(partial(_call, partial(self._library.set_on_battery, choice)))
            group.addAction(action)
            self._on_battery[choice] = action
        self._menu.addMenu(menu)
        menu.aboutToShow.connect(self._check_battery_choice)

    def _check_battery_choice(self) -> None:
        self._on_battery[self._library.on_battery].setChecked(True)

    def _command(self, text: str, keys: str, act: Callable[[], object]) -> QAction:
        action = QAction(text, self._window)
        if keys:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(partial(_call, act))
        self._menu.addAction(action)
        self._window.addAction(action)
        return action

    def _add_keys(self) -> None:
        window, photo_actions = self._window, self._actions
        self._key("F10", self._open_menu)
        self._key("Ctrl+F", self._focus_search)
        self._key("Ctrl+=", lambda: self.zoom(1))
        self._key("Alt+Left", self._go_back)
        self._key("Ctrl+V", self._paste)
        for keys, act in (
            (actions.SIMILAR_KEYS, self._find_similar),
            (actions.OPEN_KEYS, lambda: self._on_chosen(photo_actions.open)),
            (actions.REVEAL_KEYS, lambda: self._on_chosen(photo_actions.reveal)),
            (actions.COPY_KEYS, lambda: self._on_chosen(photo_actions.copy_images)),
            (actions.COPY_PATH_KEYS, lambda: self._on_chosen(photo_actions.copy_paths)),
        ):
            self._key(keys, act)
        self._key(DESCRIBE_KEYS, lambda: self._on_chosen(self._descriptions.describe))
        self._key(ASK_KEYS, lambda: self._on_chosen(self._descriptions.ask))
        for place in (self._view, window.preview):
            slash = QShortcut(QKeySequence("/"), place)
            slash.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            slash.activated.connect(self._focus_search)
        escape = QShortcut(QKeySequence("Esc"), self._view)
        escape.setContext(Qt.ShortcutContext.WidgetShortcut)
        escape.activated.connect(self._on_grid_escape)

    def _open_menu(self) -> None:
        button = self._window.menu_button
        if button.isVisible():  # above a large photo there is none
            self._menu.setActiveAction(self._menu.actions()[0])
            self._menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _key(self, keys: str, act: Callable[[], None]) -> None:
        QShortcut(QKeySequence(keys), self._window).activated.connect(act)

    def _paste(self) -> None:
        data = QGuiApplication.clipboard().mimeData()
        if data is not None and (data.hasImage() or data.hasUrls()):
            self.pasted.emit(data)

    def _focus_search(self) -> None:
        self._preview.close()
        self._window.search_bar.select_words()

    def _on_grid_escape(self) -> None:
        """Lets go of the chosen photos first, then goes back."""
        if len(self._view.selected_rows()) > 1:
            self._view.clearSelection()
        else:
            self._browsing.go_back()

    def _go_back(self) -> None:
        if self._preview.photo_id is not None:
            self._preview.close()
        else:
            self._browsing.go_back()

    def _find_similar(self) -> None:
        chosen = self.chosen()
        if len(chosen) == 1:
            self._actions.find_similar(chosen[0])

    def _on_chosen(self, act: Callable[[list[PhotoId]], None]) -> None:
        if chosen := self.chosen():
            act(chosen)

    def _show_menu(self, position: QPoint) -> None:
        chosen = self.chosen()
        if not chosen:
            return
        menu = self._actions.menu(chosen, self._window)
        self._description_actions.add_to(menu, chosen)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(position)

    def _describe_shown(self) -> None:
        shown = self._browsing.shown_photos()
        if shown is None:
            self._descriptions.describe_all()
        elif shown:
            self._descriptions.describe(shown)

    def _toggle_folders(self) -> None:
        self._window.show_folders(self._window.folders_panel.isHidden())

    def _toggle_full_screen(self) -> None:
        if self._window.isFullScreen():
            self._window.showNormal()
        else:
            self._window.showFullScreen()

    def _on_pause(self) -> None:
        self._library.set_paused(not self._library.paused)

    def _show_recall(self) -> None:
        status = self._library.status
        self._recall.setVisible(status is not None and status.forgotten > 0)

    def _name_pause(self) -> None:
        paused = self._library.paused
        self._pause.setText(self.tr("Resume &indexing") if paused else self.tr("&Pause indexing"))
