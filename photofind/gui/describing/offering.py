"""Offers a model when one is missing, and installs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from photofind.describe.orders import ANSWERER_MISSING, CAPTIONER_MISSING
from photofind.gui.describing.offer_dialog import InstallOffer

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from photofind.gui.bridge import WorkerBridge
    from photofind.gui.models.install import ModelInstall
    from photofind.models.messages import Progress


class ModelOffers(QObject):
    """Connects a refusal for want of a model, the dialog and the installation."""

    installed = Signal()
    """There is one now."""

    def __init__(
        self,
        window: QWidget,
        bridge: WorkerBridge,
        install: ModelInstall,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._install = install
        self._dialog: InstallOffer | None = None
        bridge.refused.connect(self._on_refused)
        install.progressed.connect(self._on_progress)
        install.failed.connect(self._on_failed)
        install.finished.connect(self._on_finished)

    def _on_refused(self, _request_id: int, code: str, _message: str) -> None:
        if code not in {CAPTIONER_MISSING, ANSWERER_MISSING}:
            return
        if self._dialog is not None or self._install.is_running:
            return
        dialog = InstallOffer(code, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.install_requested.connect(self._on_install)
        dialog.cancel_requested.connect(self._install.cancel)
        dialog.destroyed.connect(self._on_closed)
        self._dialog = dialog
        dialog.show()

    def _on_install(self, key: str) -> None:
        self._install.start(key, accept_licence=True)  # the dialog names it

    def _on_closed(self) -> None:
        self._dialog = None

    def _on_progress(self, progress: Progress) -> None:
        if self._dialog is not None:
            self._dialog.show_progress(progress.step, progress.done, progress.total)

    def _on_failed(self, _code: str, reason: str) -> None:
        if self._dialog is not None:
            self._dialog.show_problem(reason)

    def _on_finished(self, _key: str) -> None:
        if self._dialog is not None:
            self._dialog.show_done()
        self.installed.emit()
