"""Everything the window consists of, wired together, started, and taken apart in order."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

from photofind.domain import PhotoId
from photofind.gui.actions import PhotoActions
from photofind.gui.announcements import Announcements
from photofind.gui.background_calls import BackgroundCalls
from photofind.gui.browsing import BrowseController
from photofind.gui.completion import CompletionController
from photofind.gui.confirmation import (
    confirm_forgetting,
    confirm_recall,
    confirm_removal,
)
from photofind.gui.describing.actions import DescriptionActions, choose_list_file
from photofind.gui.describing.background_options import DescribingChoices
from photofind.gui.describing.controller import DescriptionsController
from photofind.gui.describing.offering import ModelOffers
from photofind.gui.describing.reads import DescriptionReads
from photofind.gui.describing.server import ServerController
from photofind.gui.describing.visible_photos import VisiblePhotosReporter
from photofind.gui.desktop import Desktop
from photofind.gui.dialogs import (
    about_dialog,
    choose_folder,
    choose_new_place,
    choose_subfolder,
    pictures_folder,
)
from photofind.gui.drop_handler import DropHandler
from photofind.gui.editing.actions import EditingActions
from photofind.gui.editing.controller import EditingController
from photofind.gui.editing.details import DetailsController
from photofind.gui.exclusions import ExclusionsController
from photofind.gui.folders import FoldersController
from photofind.gui.forgetting import ForgettingController
from photofind.gui.grid.missing_thumbnails import MissingThumbnailsReporter
from photofind.gui.grid.model import PhotoGridModel
from photofind.gui.grid.pixmaps import PixmapCache
from photofind.gui.grid.thumbnails import ThumbnailLoader
from photofind.gui.indexing_options import IndexingOptions
from photofind.gui.library_reads import LibraryReads
from photofind.gui.library_state import LibraryState
from photofind.gui.menu import EditMenu, WindowMenu
from photofind.gui.models.controller import ModelsController
from photofind.gui.models.install import ModelInstall
from photofind.gui.models.prompts import model_dialogs
from photofind.gui.navigation import Navigation
from photofind.gui.photo_commands import PhotoCommands
from photofind.gui.places import PlacesController
from photofind.gui.preview.controller import PreviewController
from photofind.gui.preview.loader import PreviewLoader
from photofind.gui.problems import ProblemsController
from photofind.gui.prompts import Prompts
from photofind.gui.saved_searches import SavedSearchesController
from photofind.gui.search_history import SearchHistory
from photofind.gui.searching import first_request
from photofind.gui.settings_store import SettingsStore
from photofind.gui.shortcuts import ShortcutsDialog
from photofind.gui.status_controller import StatusController
from photofind.gui.window import MainWindow
from photofind.gui.words import WordsController
from photofind.gui.worker_link import WorkerLink
from photofind.worker.client import WorkerClient

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from photofind.gui.models.prompts import ModelPrompts
    from photofind.gui.searching import Searcher
    from photofind.gui.worker_link import Client
    from photofind.paths import AppFolders
    from photofind.settings import Settings
    from photofind.worker.messages import Event


SAVE_KEYS = "Ctrl+S"
_ROUNDS_PATIENCE_S = 2.0


class WindowProgram(QObject):
    """Everything the window consists of, wired together once.

    Args:
        searcher: may be at work already; is closed with the rest.
        desktop: the person's own programs.
        prompts, model_prompts: how the person is asked; dialogs when left out.
        choose_list: asks where a list of photos goes; a dialog when left out.
        make_client: makes the connection to the worker.
    """

    def __init__(
        self,
        folders: AppFolders,
        settings: Settings,
        searcher: Searcher,
        *,
        desktop: Desktop | None = None,
        prompts: Prompts | None = None,
        model_prompts: ModelPrompts | None = None,
        choose_list: Callable[[], Path | None] | None = None,
        make_client: Callable[[AppFolders, Callable[[Event], None]], Client] = WorkerClient,
    ) -> None:
        super().__init__()
        self._closed = False
        # What the person asks for must not wait for a network folder that doesn't answer.
        self.calls = BackgroundCalls("calls", self)
        self.rounds = BackgroundCalls("rounds", self)
        self.reads = LibraryReads(folders)
        self.round_reads = LibraryReads(folders)
        self.model = PhotoGridModel(self)
        self.pictures = PixmapCache()
        self.window = MainWindow(self.model, self.pictures)
        self.searcher = searcher
        self.thumbnails = ThumbnailLoader(folders, self)
        self.preview_loader = PreviewLoader(folders, self)
        self.link = WorkerLink(partial(make_client, folders), self.calls, self)
        self.settings_store = SettingsStore(settings, self.link, self)
        MissingThumbnailsReporter(self.thumbnails, self.link, self)
        self.drop_handler = DropHandler(self.calls, self)
        self.actions = PhotoActions(self.reads, self.calls, desktop or Desktop(), self)
        self.browsing = BrowseController(
            self.window.search_bar,
            self.window.grid_page,
            self.model,
            self.pictures,
            self.searcher,
            self.thumbnails,
            self,
        )
        self.preview = PreviewController(
            self.window, self.model, self.pictures, self.preview_loader, self
        )
        prompts = prompts or _dialogs(self.window)
        self.announcements = Announcements(self.window.banner, self.link, self)
        self.state = LibraryState(self.link, self.rounds, self.round_reads, self)
        self.status = StatusController(
            self.window.status_line, self.link, self.state, self.rounds, self.round_reads, self
        )
        self.folders = FoldersController(
            self.window, self.link, self.state, prompts, self.announcements, self
        )
        self.problems = ProblemsController(
            self.window, self.link, self.state, self.rounds, self.round_reads, self
        )
        self.places = PlacesController(
            self.window.folders_panel,
            self.browsing,
            self.state,
            self.problems,
            self.rounds,
            self.round_reads,
            self,
        )
        self.indexing_options = IndexingOptions(self.window.status_line, self.settings_store, self)
        self.forgetting = ForgettingController(self.link, prompts, self)
        self.description_reads = DescriptionReads(folders, lambda: self.settings_store.settings)
        self.model_install = ModelInstall(folders, self.settings_store, self)
        self.descriptions = DescriptionsController(
            self.window,
            self.preview,
            self.link,
            self.calls,
            self.description_reads,
            ModelOffers(self.window, self.model_install, self),
            self.settings_store,
            self,
        )
        VisiblePhotosReporter(self.window.grid_page.view, self.model, self.link, self)
        self.editing = EditingController(self.link, self.model, self.calls, self.reads, self)
        self.saved_searches = SavedSearchesController(
            self.window,
            self.link,
            self.searcher,
            self.state,
            self.calls,
            self.reads,
            self.editing.stack,
            self,
        )
        self.search_history = SearchHistory(
            folders, self.link, self.calls, self.settings_store, self
        )
        self.completion = CompletionController(
            self.window.search_bar,
            self.state,
            self.rounds,
            self.round_reads,
            self.saved_searches,
            self.search_history,
            self,
        )
        self.editing_details = DetailsController(
            self.editing, self.calls, self.reads, self.window, self
        )
        self.editing_actions = EditingActions(self.editing, self.editing_details, self)
        self.photo_words = WordsController(self.window, self.preview, self.link, self.editing, self)
        self.description_actions = DescriptionActions(
            self.descriptions,
            self.calls,
            self.description_reads,
            choose_list or partial(choose_list_file, self.window),
            self,
        )
        self.models = ModelsController(
            folders,
            self.window,
            self.link,
            self.model_install,
            self.settings_store,
            model_prompts or model_dialogs(self.window),
            self,
        )
        self.exclusions = ExclusionsController(self.link, prompts, self.window, self)
        self.server = ServerController(self.window, self.settings_store, self.calls, self)
        self.describing_choices = DescribingChoices(
            self.settings_store, self.announcements.show_notice, self
        )
        self.navigation = Navigation(self.window, self.browsing, self.preview, self)
        self.photo_commands = PhotoCommands(
            self.window,
            self.preview,
            self.actions,
            self.descriptions,
            self.description_actions,
            self.editing_actions,
            self,
        )
        self._fill_menu(WindowMenu(self.window))
        self._connect()
        self._restore()

    def start(self, add: Sequence[Path] = ()) -> None:
        """Shows the window and starts every thread.

        The worker comes last: it would take the processor from whoever waits for the window.
        """
        settings = self.settings_store.settings
        words = settings.last_query
        self.browsing.begin(words, PhotoId(settings.top_photo) if settings.top_photo else None)
        self.window.show()
        self.window.search_bar.select_words()
        if not self.searcher.started:
            self.searcher.start(first_request(words))
        self.thumbnails.start()
        self.preview_loader.start()
        self.calls.run(pictures_folder, self.window.first_run.propose)
        self.search_history.read()
        self.folders.begin(add)
        self.state.refresh()

    def close(self) -> None:
        """Takes everything apart: what makes work first, what carries it out last.

        The worker gets 5 s to finish its batch (every batch is one transaction). May be
        called twice.
        """
        if self._closed:
            return
        self._closed = True
        with ExitStack() as last_first:
            last_first.callback(self.window.deleteLater)
            last_first.callback(self.rounds.close, _ROUNDS_PATIENCE_S)
            last_first.callback(self.rounds.run, self.round_reads.close)
            last_first.callback(self.calls.close)
            last_first.callback(self.calls.run, self.reads.close)
            last_first.callback(self.calls.run, self.description_reads.close)
            last_first.callback(self.calls.run, self.drop_handler.close)
            last_first.callback(self.model_install.close)
            # After its start, which may not be through: a worker that just began must not be left.
            last_first.callback(self.link.close)
            last_first.callback(self.searcher.close)
            last_first.callback(self.preview_loader.close)
            last_first.callback(self.thumbnails.close)
            last_first.callback(self.models.close)
            last_first.callback(self.settings_store.close)
            last_first.callback(self.settings_store.keep_geometry, self.window)
            last_first.callback(self._keep_place)
            last_first.callback(self.window.hide)

    def _fill_menu(self, menu: WindowMenu) -> None:
        navigation = self.navigation
        menu.add(self.tr("&Add a folder…"), "Ctrl+O", self.folders.choose_folder)
        menu.add(self.tr("F&olders"), "Ctrl+B", navigation.toggle_folders)
        menu.add(self.tr("Scan for &new photos"), "F5", self.folders.rescan)
        save = menu.add(self.tr("Save &this search…"), SAVE_KEYS, self._save_search)
        save.setEnabled(bool(self.browsing.words))
        self.browsing.asked.connect(lambda words: save.setEnabled(bool(words)))
        recent = QMenu(self.tr("Recent sear&ches"), self.window)
        menu.addMenu(recent)
        self.search_history.fill(recent)
        self._add_edit_menu(menu)
        self.indexing_options.add_to(menu)
        menu.add(self.tr("P&roblems…"), "", self.problems.show)
        menu.add(self.tr("&Models…"), "", self.models.show)
        recall = menu.add(self.tr("&Bring back forgotten photos…"), "", self.forgetting.recall)
        recall.setVisible(False)
        self.state.status_read.connect(lambda status: recall.setVisible(status.forgotten > 0))
        menu.addSeparator()
        describe = menu.add(self.tr("&Describe the photos shown"), "", self._describe_shown)
        describe.setEnabled(False)
        self.model.rows_changed.connect(lambda: describe.setEnabled(self.model.rowCount() > 0))
        self.describing_choices.add_to(menu)
        menu.add(self.tr("Model ser&ver…"), "", self.server.choose)
        menu.addSeparator()
        self._oldest_first = menu.add(self.tr("O&ldest first"), "", self._sort)
        self._oldest_first.setCheckable(True)
        menu.add(self.tr("Lar&ger photos"), "Ctrl++", lambda: navigation.zoom(1))
        menu.add(self.tr("Smaller p&hotos"), "Ctrl+-", lambda: navigation.zoom(-1))
        menu.add(self.tr("&Full screen"), "F11", navigation.toggle_full_screen)
        menu.addSeparator()
        shortcuts = menu.add(self.tr("&Keyboard shortcuts"), "F1", self._show_shortcuts)
        shortcuts.setShortcuts([QKeySequence("F1"), QKeySequence("?")])
        menu.add(self.tr("Abo&ut photofind"), "", lambda: about_dialog(self.window).show())
        menu.add(self.tr("&Quit"), "Ctrl+Q", self.window.close)

    def _add_edit_menu(self, menu: WindowMenu) -> None:
        edit = EditMenu(self.window)
        edit.setTitle(self.tr("&Edit"))
        edit.add_undo(self.editing.stack)
        edit.addSeparator()
        edit.add(self.tr("Select &all"), "", self.window.grid_page.view.selectAll)
        edit.addSeparator()
        self.editing_actions.add_to(edit, self.photo_commands.chosen)
        menu.addMenu(edit)

    def _save_search(self) -> None:
        self.saved_searches.save(self.browsing.words)

    def _sort(self) -> None:
        self.settings_store.choose(oldest_first=self._oldest_first.isChecked())

    def _show_shortcuts(self) -> None:
        ShortcutsDialog(self.window).show()

    def _describe_shown(self) -> None:
        shown = self.browsing.shown_photos()
        if shown is None:
            self.descriptions.describe_all()
        elif shown:
            self.descriptions.describe(shown)

    def _connect(self) -> None:
        window, browsing, state = self.window, self.browsing, self.state
        show_error, show_notice = self.announcements.show_error, self.announcements.show_notice
        self.calls.failed.connect(show_error)
        self.rounds.failed.connect(show_error)
        state.failed.connect(show_error)
        self.searcher.warmed_up.connect(self.link.start)
        window.search_bar.image_pasted.connect(self.drop_handler.take)
        window.dropped.connect(self.drop_handler.take)
        self.navigation.pasted.connect(self.drop_handler.take)
        window.sharpness_changed.connect(window.grid_page.view.sight_changed)
        self.drop_handler.folders_brought.connect(self.folders.add_folders)
        self.drop_handler.picture_brought.connect(browsing.find_similar_to_file)
        self.drop_handler.told.connect(show_error)
        self.actions.told.connect(show_error)
        self.actions.similar_requested.connect(self._find_similar)
        self.actions.forget_requested.connect(self.forgetting.forget_photos)
        self.forgetting.photos_leaving.connect(self.preview.close)
        window.folders_panel.remove_requested.connect(self.forgetting.remove_folder)
        window.folders_panel.exclusions_requested.connect(self.exclusions.show)
        state.status_read.connect(lambda status: self.exclusions.show_folders(status.folders))
        self.status.model_chosen.connect(self.models.show)
        self.models.told.connect(show_error)
        self.photo_words.told.connect(show_error)
        self.editing.told.connect(show_error)
        window.grid_page.view.letters_taken.connect(self.editing.take_back)
        self.editing.edited.connect(window.grid_page.view.viewport().update)
        self.descriptions.told.connect(show_error)
        state.photos_changed.connect(browsing.library_changed)
        state.paths_changed.connect(browsing.paths_changed)
        self.link.photos_refined.connect(browsing.photos_refined)
        state.indexing_changed.connect(browsing.show_indexing)
        state.offline_changed.connect(self.thumbnails.mark_offline)
        descriptions = self.descriptions
        descriptions.texts_changed.connect(browsing.library_changed)
        self.photo_words.texts_changed.connect(browsing.library_changed)
        self.photo_words.search_requested.connect(self._search_for)
        self.saved_searches.search_requested.connect(self._search_for)
        self.search_history.search_requested.connect(self._search_for)
        browsing.looked_at.connect(self.search_history.remember)
        self.saved_searches.told.connect(show_error)
        self.saved_searches.kept.connect(show_notice)
        window.search_bar.save_requested.connect(
            lambda: self.saved_searches.save(window.search_bar.words)
        )
        window.folders_panel.describe_requested.connect(descriptions.describe_folder)
        self.description_actions.told.connect(show_notice)
        self.problems.reveal_requested.connect(self.actions.reveal_file)
        store = self.settings_store
        store.changed.connect(self._show_settings)
        store.refused.connect(show_error)
        window.folders_toggled.connect(lambda shown: store.choose(shows_folders=shown))
        places = window.folders_panel.places
        places.itemExpanded.connect(lambda _: store.choose(open_places=places.opened()))
        places.itemCollapsed.connect(lambda _: store.choose(open_places=places.opened()))
        self.places.tag_requested.connect(self.photo_words.search_for_tag)
        browsing.asked.connect(lambda words: store.choose(last_query=words))
        window.size_slider.valueChanged.connect(lambda px: store.choose(thumbnail_px=px))
        window.preview.details_toggled.connect(lambda shown: store.choose(shows_details=shown))

    def _restore(self) -> None:
        self._show_settings(self.settings_store.settings)
        self.window.folders_panel.places.open_places(self.settings_store.settings.open_places)
        self.settings_store.restore_geometry(self.window)

    def _show_settings(self, settings: Settings) -> None:
        """They may have been changed by a command, too."""
        self._oldest_first.setChecked(settings.oldest_first)
        self.browsing.sort(oldest_first=settings.oldest_first)
        self.window.show_folders(settings.shows_folders)
        self.window.size_slider.setValue(settings.thumbnail_px)
        # The slider says nothing where it stands there already.
        self.window.grid_page.view.set_photo_px(settings.thumbnail_px)
        self.window.preview.show_details(settings.shows_details)

    def _keep_place(self) -> None:
        if self.model.rowCount():
            self.settings_store.choose(top_photo=self.window.grid_page.view.top_photo() or 0)

    def _search_for(self, words: str) -> None:
        self.preview.close()
        self.browsing.search(words)

    def _find_similar(self, photo_id: PhotoId, name: str) -> None:
        self.preview.close()
        self.browsing.find_similar(photo_id, name)


def _dialogs(window: MainWindow) -> Prompts:
    return Prompts(
        choose_folder=partial(choose_folder, window),
        choose_new_place=partial(choose_new_place, window),
        choose_subfolder=partial(choose_subfolder, window),
        confirm_removal=partial(confirm_removal, window),
        confirm_forgetting=partial(confirm_forgetting, window),
        confirm_recall=partial(confirm_recall, window),
    )
