"""What the strip above the photos says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from photofind.gui.banner import BannerLevel
from photofind.gui.translation import in_words

if TYPE_CHECKING:
    from photofind.domain import PhotofindError
    from photofind.gui.banner import Banner
    from photofind.gui.worker_link import WorkerLink


class Announcements(QObject):
    """Shows errors and notices; offers to try again when there is no worker."""

    def __init__(self, banner: Banner, link: WorkerLink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._banner = banner
        self._link = link
        banner.action_requested.connect(self._on_try_again)
        link.failed.connect(self.show_error)
        link.missing.connect(self._on_worker_missing)
        link.noticed.connect(lambda _code, message: self.show_notice(message))

    def show_error(self, message: str) -> None:
        self._banner.show_message(message)

    def show_notice(self, message: str) -> None:
        self._banner.show_message(message, BannerLevel.NOTICE)

    def dismiss(self) -> None:
        """The person does something about it, or something else."""
        self._banner.hide()

    def _on_worker_missing(self, error: PhotofindError) -> None:
        again = self.tr("Try again")
        self._banner.show_message(in_words(error.sentence), BannerLevel.ERROR, again)

    def _on_try_again(self) -> None:
        self.dismiss()
        self._link.start()
