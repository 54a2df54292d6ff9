"""Everything the window consists of, wired together, started, and taken apart in order."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from photofind.gui.actions import PhotoActions
from photofind.gui.bridge import WorkerBridge
from photofind.gui.browsing import BrowseController
from photofind.gui.choosing import ChoicesController
from photofind.gui.commands import Commands
from photofind.gui.describing.actions import DescriptionActions, choose_list_file
from photofind.gui.describing.choices import DescribingChoices
from photofind.gui.describing.controller import DescriptionsController
from photofind.gui.describing.offering import ModelOffers
from photofind.gui.describing.reads import DescriptionReads
from photofind.gui.describing.server import ServerController
from photofind.gui.describing.sight import SightFollower
from photofind.gui.desktop import Desktop
from photofind.gui.dialogs import (
    choose_folder,
    choose_new_place,
    choose_subfolder,
    pictures_folder,
)
from photofind.gui.errands import Errands
from photofind.gui.forget_dialogs import (
    confirm_forgetting,
    confirm_recall,
    confirm_removal,
)
from photofind.gui.forgetting import ForgettingController
from photofind.gui.grid.model import PhotoGridModel
from photofind.gui.grid.pixmaps import PixmapCache
from photofind.gui.grid.thumbnails import ThumbnailLoader
from photofind.gui.intake import Intake
from photofind.gui.library import LibraryController
from photofind.gui.library_reads import LibraryReads
from photofind.gui.models.controller import ModelsController
from photofind.gui.models.install import ModelInstall
from photofind.gui.models.questions import model_dialogs
from photofind.gui.preview.controller import PreviewController
from photofind.gui.preview.loader import PreviewLoader
from photofind.gui.questions import Questions
from photofind.gui.remembered import Remembered
from photofind.gui.searching import first_ask
from photofind.gui.window import MainWindow
from photofind.gui.words import WordsController
from photofind.settings import read_indexing_settings
from photofind.worker.client import WorkerClient

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from photofind.domain import PhotoId
    from photofind.gui.library import Worker
    from photofind.gui.models.questions import ModelQuestions
    from photofind.gui.searching import Searcher
    from photofind.paths import AppFolders
    from photofind.settings import Settings
    from photofind.worker.messages import Event


_ROUNDS_PATIENCE_S = 2.0


class WindowProgram(QObject):
    """Everything the window consists of, wired together once.

    Args:
        searcher: may be at work already; is closed with the rest.
        desktop: the person's own programs.
        questions, model_questions: how the person is asked; dialogs when left out.
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
        questions: Questions | None = None,
        model_questions: ModelQuestions | None = None,
        choose_list: Callable[[], Path | None] | None = None,
        make_client: Callable[[AppFolders, Callable[[Event], None]], Worker] = WorkerClient,
    ) -> None:
        super().__init__()
        self._closed = False
        # What the person asks for must not wait for a network folder that doesn't answer.
        self.errands = Errands("errands", self)
        self.rounds = Errands("rounds", self)
        self.reads = LibraryReads(folders)
        self.round_reads = LibraryReads(folders)
        self.remembered = Remembered(settings, folders.settings, self.errands, self)
        self.model = PhotoGridModel(self)
        self.pictures = PixmapCache()
        self.window = MainWindow(self.model, self.pictures)
        self.searcher = searcher
        self.thumbnails = ThumbnailLoader(folders, self)
        self.preview_loader = PreviewLoader(folders, self)
        self.bridge = WorkerBridge(self)
        self.client = make_client(folders, self.bridge.receive)
        self.intake = Intake(self.errands, self)
        self.actions = PhotoActions(self.reads, self.errands, desktop or Desktop(), self)
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
        questions = questions or _dialogs(self.window)
        self.library = LibraryController(
            self.window,
            self.client,
            self.bridge,
            self.errands,
            self.rounds,
            self.round_reads,
            questions,
            indexing=read_indexing_settings(folders.indexing_settings),
            parent=self,
        )
        self.forgetting = ForgettingController(self.library.send, questions, self)
        self.description_reads = DescriptionReads(folders)
        self.model_install = ModelInstall(folders, self)
        self.descriptions = DescriptionsController(
            self.window,
            self.preview,
            self.bridge,
            self.library.send,
            self.errands,
            self.description_reads,
            ModelOffers(self.window, self.bridge, self.model_install, self),
            paused=settings.descriptions_paused,
            parent=self,
        )
        SightFollower(self.window.grid_page.view, self.model, self.bridge, self.library.send, self)
        self.photo_words = WordsController(
            self.window, self.preview, self.bridge, self.library.send, self
        )
        self.description_actions = DescriptionActions(
            self.descriptions,
            self.errands,
            self.description_reads,
            choose_list or partial(choose_list_file, self.window),
            self,
        )
        self.models = ModelsController(
            folders,
            self.window,
            self.bridge,
            self.library.send,
            self.model_install,
            self.remembered,
            model_questions or model_dialogs(self.window),
            self,
        )
        self.choices = ChoicesController(self.library.send, questions, self.window, self)
        self.server = ServerController(self.window, self.remembered, self.errands, self)
        self.describing_choices = DescribingChoices(
            folders.describing_settings,
            self.errands,
            self.library.send,
            self.library.show_notice,
            self,
        )
        self.commands = Commands(
            self.window,
            self.browsing,
            self.library,
            self.preview,
            self.actions,
            self.forgetting,
            self.descriptions,
            self.description_actions,
            self.server,
            self.models,
            self.describing_choices,
            self,
        )
        self._connect()
        self._restore()

    def start(self, add: Sequence[Path] = ()) -> None:
        """Shows the window and starts every thread.

        The worker comes last: it would take the processor from whoever waits for the window.
        """
        words = self.remembered.settings.last_query
        self.browsing.begin(words)
        self.window.show()
        self.window.search_bar.select_words()
        if not self.searcher.started:
            self.searcher.start(first_ask(words))
        self.thumbnails.start()
        self.preview_loader.start()
        self.errands.run(pictures_folder, self.window.first_run.propose)
        self.library.begin(add)

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
            last_first.callback(self.errands.close)
            last_first.callback(self.errands.run, self.reads.close)
            last_first.callback(self.errands.run, self.description_reads.close)
            last_first.callback(self.errands.run, self.intake.close)
            last_first.callback(self.model_install.close)
            # After its start, which may not be through: a worker that just began must not be left.
            last_first.callback(self.errands.run, self.client.close)
            last_first.callback(self.searcher.close)
            last_first.callback(self.preview_loader.close)
            last_first.callback(self.thumbnails.close)
            last_first.callback(self.models.close)
            last_first.callback(self.remembered.write)
            last_first.callback(self.remembered.keep_geometry, self.window)
            last_first.callback(self.window.hide)

    def _connect(self) -> None:
        window, library, browsing = self.window, self.library, self.browsing
        self.searcher.warmed_up.connect(library.start_worker)
        window.search_bar.image_pasted.connect(self.intake.take)
        window.dropped.connect(self.intake.take)
        self.commands.pasted.connect(self.intake.take)
        window.sharpness_changed.connect(window.grid_page.view.sight_changed)
        self.intake.folders_brought.connect(library.add_folders)
        self.intake.picture_brought.connect(browsing.find_similar_to_file)
        self.intake.told.connect(library.show_error)
        self.actions.told.connect(library.show_error)
        self.actions.similar_requested.connect(self._find_similar)
        self.actions.forget_requested.connect(self.forgetting.forget_photos)
        self.forgetting.photos_leaving.connect(self.preview.close)
        window.folders_panel.remove_requested.connect(self.forgetting.remove_folder)
        window.folders_panel.choices_requested.connect(self.choices.show)
        library.folders_read.connect(self.choices.show_folders)
        library.model_chosen.connect(self.models.show)
        library.photos_changed.connect(browsing.library_changed)
        library.paths_changed.connect(browsing.paths_changed)
        self.bridge.photos_refined.connect(browsing.photos_refined)
        library.indexing_changed.connect(browsing.show_indexing)
        library.offline_changed.connect(self.thumbnails.mark_offline)
        descriptions = self.descriptions
        descriptions.texts_changed.connect(browsing.library_changed)
        self.photo_words.texts_changed.connect(browsing.library_changed)
        self.photo_words.search_requested.connect(self._search_for)
        descriptions.paused_changed.connect(self.remembered.set_descriptions_paused)
        window.folders_panel.describe_requested.connect(descriptions.describe_folder)
        self.description_actions.told.connect(library.show_notice)
        library.problem_revealed.connect(self.actions.reveal_file)
        browsing.asked.connect(self.remembered.set_last_query)
        window.size_slider.valueChanged.connect(self.remembered.set_thumbnail_px)
        window.preview.details_toggled.connect(self.remembered.set_shows_details)

    def _restore(self) -> None:
        settings = self.remembered.settings
        self.window.size_slider.setValue(settings.thumbnail_px)
        self.window.preview.show_details(settings.shows_details)
        self.remembered.restore_geometry(self.window)

    def _search_for(self, words: str) -> None:
        self.preview.close()
        self.browsing.search(words)

    def _find_similar(self, photo_id: PhotoId, name: str) -> None:
        self.preview.close()
        self.browsing.find_similar(photo_id, name)


def _dialogs(window: MainWindow) -> Questions:
    return Questions(
        choose_folder=partial(choose_folder, window),
        choose_new_place=partial(choose_new_place, window),
        choose_subfolder=partial(choose_subfolder, window),
        confirm_removal=partial(confirm_removal, window),
        confirm_forgetting=partial(confirm_forgetting, window),
        confirm_recall=partial(confirm_recall, window),
    )
