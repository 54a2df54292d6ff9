"""Decides what is done with models: installs, imports, checks and removes them, and has search use
another one.

What it needs for that is imported when it is needed: the window opens without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from photofind.catalog.models import read_model_indexes
from photofind.domain import PhotofindError
from photofind.gui.background_calls import BackgroundCalls
from photofind.gui.models.dialog import ModelsDialog
from photofind.gui.pacing import Throttler
from photofind.gui.translation import in_words
from photofind.inference.steps import Step
from photofind.worker.messages import RemoveModelIndex, UseInstalledModel, UseModel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from photofind.gui.models.install import ModelInstall
    from photofind.gui.models.prompts import ModelPrompts
    from photofind.gui.settings_store import SettingsStore
    from photofind.gui.worker_link import WorkerLink
    from photofind.models.messages import InstallProgress
    from photofind.models.overview import ModelState
    from photofind.paths import AppFolders

_REFRESH_MS = 1000
_CANCELLED = "cancelled"
_ONLINE_STEPS = (Step.ASKING, Step.DOWNLOADING)


class ModelsController(QObject):
    """Shows the dialog, and carries out what is asked for in it; one installation at a time.

    Args:
        settings_store: knows whether the network may be used.
    """

    told = Signal(str)
    """Something the person should know."""

    def __init__(
        self,
        folders: AppFolders,
        window: QWidget,
        link: WorkerLink,
        install: ModelInstall,
        settings_store: SettingsStore,
        prompts: ModelPrompts,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._folders = folders
        self._window = window
        self._link = link
        self._prompts = prompts
        self._calls = BackgroundCalls("models", self)
        self._installing = install
        self._step = ""
        self._brings = self._exports = self._fetches = False
        self._store = settings_store
        self._dialog: ModelsDialog | None = None
        self._states: dict[str, ModelState] = {}
        self._stale = Throttler(_REFRESH_MS, self)
        self._stale.triggered.connect(self._read)
        self._calls.failed.connect(self._show_problem)
        install.progressed.connect(self._on_progressed)
        install.finished.connect(self._on_installed)
        install.checked.connect(self._on_checked)
        install.failed.connect(self._on_failed)
        link.catalog_changed.connect(self._refresh)
        link.photos_ready.connect(self._refresh)

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
        self._dialog.show_offline(self._store.settings.offline)
        self._show_installing()
        self._read()
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    def close(self) -> None:
        """Ends what is at work; may be called twice."""
        self._calls.close()

    def _install(self, key: str) -> None:
        spec = self._states[key].spec
        if self._installing.is_running or not self._may_go_online():
            return
        if spec.accept_licence and not self._prompts.accept_licence(spec):
            return
        self._step = Step.ASKING
        self._installing.start(key, accept_licence=spec.accept_licence)
        self._show_installing()

    def _import(self, is_file: bool) -> None:
        source = self._prompts.choose_source(is_file)
        if source is None or self._installing.is_running:
            return
        self._show_problem("")
        self._step = Step.VERIFYING
        self._brings = True
        self._installing.start_import(source)
        self._show_installing()

    def _export(self) -> None:
        export = self._prompts.choose_checkpoint()
        if export is None or self._installing.is_running:
            return
        self._show_problem("")
        if export.fetches and not self._may_go_online():
            return
        self._step = Step.EXPORTING
        self._brings = self._exports = True
        self._fetches = export.fetches
        self._installing.start_export(export)
        self._show_installing()

    def _may_go_online(self) -> bool:
        """Says so where the network is forbidden."""
        from photofind.models.permission import allowed_network

        try:
            offline = self._store.settings.offline
            allowed_network(self._folders, offline=offline).require_allowed()
        except PhotofindError as error:
            self._show_problem(in_words(error.sentence))
            return False
        return True

    def _check(self, key: str) -> None:
        self._show_problem("")
        self._step = Step.VERIFYING
        self._installing.start_check(key)
        self._show_installing()

    def _set_offline(self, offline: bool) -> None:
        self._store.choose_now(offline=offline)
        self._show_problem("")
        if not (offline and self._installing.is_running):
            return
        if self._fetches:  # who knows how far PyTorch's own download is
            self._installing.cancel()
            self._show_problem(self.tr("The export was stopped, because it downloads the weights."))
        elif self._step in _ONLINE_STEPS:
            self._installing.cancel()
            self._show_problem(self.tr("The download was stopped. What has arrived is kept."))

    def _show_installing(self) -> None:
        if self._dialog is not None:
            self._dialog.show_installing(self._installing.key)

    def _on_progressed(self, progress: InstallProgress) -> None:
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
                self._link.send(
                    UseInstalledModel(key=key, since_s=begun_s), refused=self._on_refused
                )

        self._calls.run(is_for_search, go_on)
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
            said = self.tr("{model}: every file is intact, and its results are as expected.")
            self._dialog.show_said(said.format(model=self._states[key].spec.title))

    def _on_failed(self, code: str, reason: str) -> None:
        self._on_ended()
        if code != _CANCELLED:  # who stopped it knows
            self._show_problem(reason)

    def _on_refused(self, error: PhotofindError) -> None:
        """Said where the person looks; it may come long after the dialog was closed."""
        if self._dialog is not None and self._dialog.isVisible():
            self._show_problem(in_words(error.sentence))
        else:
            self.told.emit(in_words(error.sentence))

    def _on_ended(self) -> None:
        self._brings = self._exports = self._fetches = False
        self._show_installing()
        self._refresh()

    def _use(self, key: str) -> None:
        self._show_problem("")
        self._link.send(UseModel(key=key), refused=self._on_refused)
        self._refresh()

    def _remove(self, key: str) -> None:
        state = self._states[key]
        if not self._prompts.confirm_removal(state.spec):
            return
        self._show_problem("")
        if state.index is not None:
            self._link.send(RemoveModelIndex(key=key), refused=self._on_refused)

        def remove() -> None:
            from photofind.models.places import remove_files

            remove_files(self._folders, key)

        self._calls.run(remove, lambda _: self._read())

    def _refresh(self) -> None:
        if self._dialog is not None and self._dialog.isVisible():
            self._stale.call()

    def _read(self) -> None:
        self._calls.run(self._find_states, self._show)

    def _find_states(self) -> tuple[ModelState, ...]:
        from photofind.catalog.reader import CatalogReader
        from photofind.inference.store import ModelStore
        from photofind.models.overview import list_models
        from photofind.models.places import half_downloads

        store, arrived = ModelStore(self._folders), half_downloads(self._folders)
        if not self._folders.catalog.exists():
            return list_models(store, [], arrived)
        with CatalogReader(self._folders) as reader, reader.snapshot() as snapshot:
            return list_models(store, read_model_indexes(snapshot), arrived)

    def _show(self, states: tuple[ModelState, ...]) -> None:
        self._states = {state.spec.key: state for state in states}
        if self._dialog is not None:
            self._dialog.show_models(states)

    def _show_problem(self, problem: str) -> None:
        if self._dialog is not None:
            self._dialog.show_problem(problem)
