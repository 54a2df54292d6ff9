"""What can be done with chosen photos, by keys and by the menu at the photo."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut

from photofind.gui import actions
from photofind.gui.describing.actions import ASK_KEYS, DESCRIBE_KEYS

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.domain import PhotoId
    from photofind.gui.actions import PhotoActions
    from photofind.gui.describing.actions import DescriptionActions
    from photofind.gui.describing.controller import DescriptionsController
    from photofind.gui.editing.actions import EditingActions
    from photofind.gui.preview.controller import PreviewController
    from photofind.gui.window import MainWindow


class PhotoCommands(QObject):
    """Finds out which photos are meant, and hands them to what acts on them."""

    def __init__(
        self,
        window: MainWindow,
        preview: PreviewController,
        photo_actions: PhotoActions,
        descriptions: DescriptionsController,
        description_actions: DescriptionActions,
        editing_actions: EditingActions,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._view = window.grid_page.view
        self._preview = preview
        self._actions = photo_actions
        self._description_actions = description_actions
        self._editing_actions = editing_actions
        self._letters: list[QShortcut] = []
        for keys, act in (
            (actions.OPEN_KEYS, photo_actions.open),
            (actions.REVEAL_KEYS, photo_actions.reveal),
            (actions.COPY_KEYS, photo_actions.copy_images),
            (actions.COPY_PATH_KEYS, photo_actions.copy_paths),
            (actions.SIMILAR_KEYS, self._find_similar),
            (DESCRIBE_KEYS, descriptions.describe),
            (ASK_KEYS, descriptions.ask),
        ):
            self._bind(keys, act)
        for action in editing_actions.all():
            if len(action.keys) == 1:
                self._bind_letter(action.keys, action.act)
            else:
                self._bind(action.keys, action.act)
        self._bind_letter(actions.FORGET_KEYS, photo_actions.forget_requested.emit)
        self._view.selectionModel().selectionChanged.connect(self._enable_letters)
        self._view.model().modelReset.connect(self._enable_letters)
        self._enable_letters()
        self._view.menu_requested.connect(self._show_menu)
        window.preview.menu_requested.connect(self._show_menu)

    def chosen(self) -> list[PhotoId]:
        """The photo on show, else those chosen in the grid."""
        if self._preview.photo_id is not None:
            return [self._preview.photo_id]
        return self._view.selected_photos()

    def _bind(self, keys: str, act: Callable[[list[PhotoId]], object]) -> None:
        def on_chosen() -> None:
            if chosen := self.chosen():
                act(chosen)

        QShortcut(QKeySequence(keys), self._window).activated.connect(on_chosen)

    def _bind_letter(self, key: str, act: Callable[[list[PhotoId]], object]) -> None:
        """A key that acts on photos while they have the keyboard."""

        def on_chosen() -> None:
            if chosen := self.chosen():
                act(chosen)

        for place in (self._view, self._window.preview):
            shortcut = QShortcut(QKeySequence(key), place)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(on_chosen)
            if place is self._view:
                self._letters.append(shortcut)
                if len(key) == 1:
                    shortcut.activated.connect(partial(self._view.remember_letter, key.lower()))

    def _enable_letters(self) -> None:
        """Among photos of which none is chosen, letters are typed into the search field."""
        for shortcut in self._letters:
            shortcut.setEnabled(self._view.selected_count() > 0)

    def _find_similar(self, chosen: list[PhotoId]) -> None:
        if len(chosen) == 1:
            self._actions.find_similar(chosen[0])

    def _show_menu(self, position: QPoint) -> None:
        if chosen := self.chosen():
            menu = self._actions.menu(chosen, self._window)
            menu.addSeparator()
            self._editing_actions.add_to(menu, lambda: chosen)
            self._description_actions.add_to(menu, chosen)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(position)
