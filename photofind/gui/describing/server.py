"""Turns the model server on and off as the person chooses."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from photofind.gui.translation import in_words

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from photofind.domain import PhotofindError
    from photofind.gui.background_calls import BackgroundCalls
    from photofind.gui.describing.server_dialog import ServerDialog
    from photofind.gui.settings_store import SettingsStore


def _read_models(address: str) -> list[str]:
    from photofind.describe.model_server import ModelServer, parse_address

    return ModelServer(parse_address(address)).models()


class ServerController(QObject):
    """Opens the dialog, asks the server for its models, keeps the choice."""

    def __init__(
        self,
        window: QWidget,
        settings_store: SettingsStore,
        calls: BackgroundCalls,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._store = settings_store
        self._calls = calls
        self._dialog: ServerDialog | None = None

    def choose(self) -> None:
        from photofind.gui.describing.server_dialog import ServerDialog  # brings http and ssl

        settings = self._store.settings
        dialog = ServerDialog(settings.model_server, settings.server_model, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.looked_for.connect(self._look)
        dialog.chosen.connect(self._choose)
        dialog.destroyed.connect(self._on_closed)
        self._dialog = dialog
        dialog.show()

    def _choose(self, address: str, model: str) -> None:
        self._store.choose_now(model_server=address, server_model=model)

    def _look(self, address: str) -> None:
        self._calls.run(partial(_read_models, address), self._on_models, self._on_refused)

    def _on_models(self, models: list[str]) -> None:
        if self._dialog is not None:
            self._dialog.show_models(models)

    def _on_refused(self, error: PhotofindError) -> None:
        if self._dialog is not None:
            self._dialog.show_problem(in_words(error.sentence))

    def _on_closed(self) -> None:
        self._dialog = None
