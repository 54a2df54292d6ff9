"""Decides what is done with models: installs, imports, checks and removes them, and has search use
another one.

What it needs for that is imported when it is needed: the window opens without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from photofind.domain import PhotofindError
from photofind.gui.errands import Errands
from photofind.gui.models.dialog import ModelsDialog
from photofind.gui.pacing import Throttler
from photofind.inference.steps import Step
from photofind.worker.messages import RemoveModelIndex, UseInstalledModel, UseModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from photofind.gui.bridge import WorkerBridge
    from photofind.gui.models.install import ModelInstall
    from photofind.gui.models.questions import ModelQuestions
    from photofind.gui.remembered import Remembered
    from photofind.models.messages import Progress
    from photofind.models.overview import ModelState
    from photofind.paths import AppFolders
    from photofind.worker.messages import Command

_REFRESH_MS = 1000
_CANCELLED = "cancelled"
_ONLINE_STEPS = (Step.ASKING, Step.DOWNLOADING)


class ModelsController(QObject):
    """Shows the dialog, and carries out what is asked for in it; one installation at a time.

    Args:
        send: hands a command to the worker.
        remembered: knows whether the network may be used.
    """

    def __init__(
        self,
        folders: AppFolders,
        window: QWidget,
        bridge: WorkerBridge,
        send: Callable[[Command], None],
        install: ModelInstall,
        remembered: Remembered,
        questions: ModelQuestions,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._folders = folders
        self._window = window
        self._send = send
        self._questions = questions
        self._errands = Errands("models", self)
        self._installing = install
        self._step = ""
        self._starts = self._brings = self._exports = self._fetches = False
        self._remembered = remembered
        self._dialog: ModelsDialog | None = None
        self._states: dict[str, ModelState] = {}
        self._stale = Throttler(_REFRESH_MS, self)
        self._stale.triggered.connect(self._read)
        self._errands.failed.connect(self._show_problem)
        install.progressed.connect(self._on_progressed)
        install.finished.connect(self._on_installed)
        install.checked.connect(self._on_checked)
        install.failed.connect(self._on_failed)
        for changed in (bridge.catalog_changed, bridge.photos_ready, bridge.job_finished):
            changed.connect(lambda *_: self._refresh())
        bridge.done.connect(lambda _: self._refresh())
        bridge.refused.connect(lambda _id, _code, message: self._show_problem(message))

    @property
    def dialog(self) -> ModelsDialog | None:
        """The dialog, once it was shown."""
        return self._dialog

    def show(self, key: str = "") -> None:
        """Opens the dialog.

        Args:
            key: the model to show first; "" leaves the one in view.
        """
        if self._dialog is None:
            dialog = ModelsDialog(self._window)
            dialog.install_requested.connect(self._install)
            dialog.cancel_requested.connect(self._installing.cancel)
            dialog.use_requested.connect(self._use)
            dialog.remove_requested.connect(self._remove)
            dialog.check_requested.connect(self._check)
            dialog.import_requested.connect(self._import)
            dialog.export_requested.connect(self._export)
            dialog.offline_toggled.connect(self._set_offline)
            self._dialog = dialog
        if key:
            self._dialog.choose(key)
        self._dialog.show_offline(self._remembered.settings.offline)
        self._show_installing()
        self._read()
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    def close(self) -> None:
        """Ends what is at work; may be called twice."""
        self._errands.close()

    def _install(self, key: str) -> None:
        spec = self._states[key].spec
        if self._is_busy or not self._may_go_online():
            return
        if spec.accept_licence and not self._questions.accept_licence(spec):
            return

        def start() -> None:
            self._installing.start(key, accept_licence=spec.accept_licence)

        self._step = Step.ASKING
        self._start_soon(start, fetches=True)

    def _import(self, is_file: bool) -> None:
        source = self._questions.choose_source(is_file)
        if source is None or self._is_busy:
            return
        self._show_problem("")
        self._step = Step.VERIFYING
        self._brings = True
        self._installing.start_import(source)
        self._show_installing()

    def _export(self) -> None:
        export = self._questions.choose_checkpoint()
        if export is None or self._is_busy:
            return
        self._show_problem("")

        def start() -> None:
            self._brings = self._exports = True
            self._fetches = export.fetches
            self._installing.start_export(export)

        self._step = Step.EXPORTING
        self._start_soon(start, fetches=export.fetches)

    @property
    def _is_busy(self) -> bool:
        return self._starts or self._installing.is_running

    def _may_go_online(self) -> bool:
        """Says so where the network is forbidden."""
        from photofind.models.permission import network_if

        try:
            network_if(offline=self._remembered.settings.offline).require_allowed()
        except PhotofindError as error:
            self._show_problem(error.user_message)
            return False
        return True

    def _start_soon(self, start: Callable[[], None], *, fetches: bool) -> None:
        """Starts once the settings are written: the other process reads there what is allowed."""

        def written() -> None:
            self._starts = False
            if not fetches or self._may_go_online():  # they may have changed their mind meanwhile
                start()
                self._show_installing()

        self._starts = True
        self._remembered.write(written)

    def _check(self, key: str) -> None:
        self._show_problem("")
        self._step = Step.VERIFYING
        self._installing.start_check(key)
        self._show_installing()

    def _set_offline(self, offline: bool) -> None:
        self._remembered.set_offline(offline)
        self._show_problem("")
        if not (offline and self._installing.is_running):
            return
        if self._fetches:  # who knows how far PyTorch's own download is
            self._installing.cancel()
            self._show_problem(self.tr("The export was stopped: it would fetch the weights."))
        elif self._step in _ONLINE_STEPS:
            self._installing.cancel()
            self._show_problem(self.tr("The download was stopped. What has arrived is kept."))

    def _show_installing(self) -> None:
        if self._dialog is not None:
            self._dialog.show_installing(self._installing.key)

    def _on_progressed(self, progress: Progress) -> None:
        self._step = progress.step
        if self._dialog is not None:
            self._dialog.show_progress(progress)

    def _on_installed(self, key: str) -> None:
        begun_s = self._installing.begun_s

        def is_for_search() -> bool:  # only its own folder tells what an imported one is for
            from photofind.inference.spec import TaskKind
            from photofind.inference.store import ModelStore

            return ModelStore(self._folders).spec(key).task is TaskKind.SEARCH

        def go_on(for_search: bool) -> None:
            if for_search:
                self._send(UseInstalledModel(key=key, since_s=begun_s))

        self._errands.run(is_for_search, go_on)
        if self._brings and self._dialog is not None:
            self._dialog.choose(key)
        exported = self._exports
        self._on_ended()
        if exported and self._dialog is not None:
            self._dialog.show_said(
                self.tr("It is installed: photos and words get the same numbers as in PyTorch.")
            )

    def _on_checked(self, key: str) -> None:
        self._on_ended()
        if self._dialog is not None:
            said = self.tr("{model}: every file is intact, and it computes as it should.")
            self._dialog.show_said(said.format(model=self._states[key].spec.title))

    def _on_failed(self, code: str, reason: str) -> None:
        self._on_ended()
        if code != _CANCELLED:  # who stopped it knows
            self._show_problem(reason)

    def _on_ended(self) -> None:
        self._brings = self._exports = self._fetches = False
        self._show_installing()
        self._refresh()

    def _use(self, key: str) -> None:
        self._show_problem("")
        self._send(UseModel(key=key))
        self._refresh()

    def _remove(self, key: str) -> None:
        state = self._states[key]
        if not self._questions.confirm_removal(state.spec):
            return
        self._show_problem("")
        if state.index is not None:
            self._send(RemoveModelIndex(key=key))

        def remove() -> None:
            from photofind.models.removal import remove_files

            remove_files(self._folders, key)

        self._errands.run(remove, lambda _: self._read())

    def _refresh(self) -> None:
        if self._dialog is not None and self._dialog.isVisible():
            self._stale.call()

    def _read(self) -> None:
        self._errands.run(self._find_states, self._show)

    def _find_states(self) -> tuple[ModelState, ...]:
        from photofind.catalog.reader import CatalogReader
        from photofind.inference.store import ModelStore
        from photofind.models.overview import list_models
        from photofind.models.places import half_downloads

        store, arrived = ModelStore(self._folders), half_downloads(self._folders)
        if not self._folders.catalog.exists():
            return list_models(store, [], arrived)
        with CatalogReader(self._folders) as reader:
            return list_models(store, reader.model_indexes(), arrived)

    def _show(self, states: tuple[ModelState, ...]) -> None:
        self._states = {state.spec.key: state for state in states}
        if self._dialog is not None:
            self._dialog.show_models(states)

    def _show_problem(self, problem: str) -> None:
        if self._dialog is not None:
            self._dialog.show_problem(problem)
