"""Offers a model when one is missing, and installs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from photofind.gui.describing.offer_dialog import InstallOffer

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from photofind.gui.models.install import ModelInstall
    from photofind.models.messages import InstallProgress


class ModelOffers(QObject):
    """Connects the dialog and the installation."""

    installed = Signal(str)
    """The key of a model, of whatever kind, that was installed."""

    def __init__(
        self,
        window: QWidget,
        install: ModelInstall,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._install = install
        self._dialog: InstallOffer | None = None
        install.progressed.connect(self._on_progress)
        install.failed.connect(self._on_failed)
        install.finished.connect(self._on_finished)

    def offer(self, code: str) -> None:
        """Opens the dialog, unless it is open or a model is being installed.

        Args:
            code: which kind of model is missing, as the refusal said.
        """
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

    def _on_progress(self, progress: InstallProgress) -> None:
        if self._dialog is not None:
            self._dialog.show_progress(progress.step, progress.done, progress.total)

    def _on_failed(self, _code: str, reason: str) -> None:
        if self._dialog is not None:
            self._dialog.show_problem(reason)

    def _on_finished(self, key: str) -> None:
        if self._dialog is not None:
            self._dialog.show_done()
        self.installed.emit(key)
