"""The describer in its worker: what it consists of, and how every client hears of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from photofind.catalog.texts import FoundAnswer, FoundText, TextKind
from photofind.describe.describer import Describer, DescriberListener
from photofind.describe.job_params import SERVER, SERVER_PREFIX, is_on_server
from photofind.describe.runner import RunnersModel
from photofind.describe.text_reading import ReadRunner
from photofind.describe.writing import AnswerRunner, CaptionRunner, ServerWriter
from photofind.domain import JobKind, ModelError, PhotofindError, TextId
from photofind.worker.description_messages import (
    AnswerReady,
    CaptionReady,
    DescriptionFailed,
    DescriptionProgress,
    OcrDone,
    TextPart,
)
from photofind.worker.handlers.descriptions import ChosenModel, DescriptionHandlers
from photofind.worker.handlers.queueing import Queueing
from photofind.worker.handlers.texts import TextHandlers

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.catalog.writer import CatalogWriter
    from photofind.describe.describer import Ended
    from photofind.describe.runner import AvailableModel, Runner
    from photofind.domain import PhotoId, WorkProgress
    from photofind.indexing.indexer import Indexer
    from photofind.inference.describing import Answerer, Captioner
    from photofind.inference.reading import TextReader
    from photofind.paths import AppFolders
    from photofind.settings import Settings
    from photofind.worker.handlers.base import Handlers
    from photofind.worker.server import Server


class DescribingModels(Protocol):
    """Where models that write about pictures, or read them, are found; all raise ModelError if
    there is none."""

    def find_captioner(self, key: str) -> AvailableModel[Captioner]: ...

    def find_answerer(self, key: str) -> AvailableModel[Answerer]: ...

    def find_reader(self) -> AvailableModel[TextReader]: ...


class JobModels:
    """Finds the model for a job."""

    def __init__(self, models: DescribingModels, by_server: ServerWriter) -> None:
        self._models = models
        self._by_server = by_server

    def choose(self, kind: JobKind, model: str) -> ChosenModel:
        """The model that an order means; "" means an installed one, else the model server if the
        person has turned that on.

        Raises:
            ModelError: there is none.
            PhotofindError: server_off or server_address.
        """
        if is_on_server(model):
            _server, name = self._by_server.require(model)
            return ChosenModel(model, f"{SERVER_PREFIX}{name}")
        find: Callable[[str], AvailableModel[Any]] = (
            self._models.find_captioner if kind is JobKind.CAPTION else self._models.find_answerer
        )
        try:
            return ChosenModel(model, find(model).catalog_key)
        except ModelError:
            if not model and self._by_server.is_on:
                return self.choose(kind, SERVER)
            raise


class Describing:
    """The describer with its runners, and the commands that reach it."""

    def __init__(
        self,
        folders: AppFolders,
        writer: CatalogWriter,
        indexer: Indexer,
        server: Server,
        models: DescribingModels,
        settings: Callable[[], Settings],
        *,
        captions_changed: Callable[[], None],
        halted: Callable[[PhotofindError], None],
        broken: Callable[[BaseException], None],
    ) -> None:
        """
        Args:
            settings: gives the settings as they are now, on any thread.
            captions_changed: what else happens when captions came, changed or went.
            halted, broken: what else happens when the catalog can't be written, and with a bug.
        """
        loaded = RunnersModel()
        by_server = ServerWriter(settings)
        runners: list[Runner] = [
            CaptionRunner(models.find_captioner, loaded, by_server),
            AnswerRunner(models.find_answerer, loaded, by_server),
            ReadRunner(models.find_reader, loaded),
        ]
        self._describer = Describer(
            folders,
            writer,
            runners,
            loaded,
            indexer,
            DescriptionTeller(server, captions_changed, halted, broken),
            decoding=indexer.guarded,
        )
        self.apply(settings())
        queueing = Queueing(folders, writer, self._describer)
        descriptions = DescriptionHandlers(
            writer,
            self._describer,
            queueing,
            server,
            JobModels(models, by_server).choose,
            captions_changed,
        )
        texts = TextHandlers(queueing, server, models.find_reader)
        self.handlers: Handlers = {**descriptions.handlers, **texts.handlers}

    def apply(self, settings: Settings) -> None:
        """Has the describer rest or go on, as the person chose."""
        self._describer.set_paused(settings.descriptions_paused)

    def recover(self) -> None:
        """Looks what the last worker left; call it once, before `start`."""
        self._describer.recover()

    def start(self) -> None:
        """Begins, once somebody listens: should a photo end the process, a client notices."""
        self._describer.start()

    def wake(self) -> None:
        """There is something new in the queue."""
        self._describer.wake()

    def stop(self) -> None:
        """Breaks off what is being done; call it before the indexing ends."""
        self._describer.stop()

    @property
    def recovers(self) -> bool:
        """Whether a description was running when the last worker died: it may be why."""
        return self._describer.recovers

    def progress(self) -> DescriptionProgress:
        return DescriptionProgress(progress=self._describer.progress())


class DescriptionTeller(DescriberListener):
    """Turns what the describer tells into events."""

    def __init__(
        self,
        server: Server,
        captions_changed: Callable[[], None],
        halted: Callable[[PhotofindError], None],
        broken: Callable[[BaseException], None],
    ) -> None:
        """
        Args:
            captions_changed: what else happens when there is a new caption.
            halted, broken: what else happens when the catalog can't be written, and with a bug.
        """
        self._server = server
        self._captions_changed = captions_changed
        self._halted = halted
        self._broken = broken

    def job_ended(self, ended: Ended) -> None:
        match ended.outcome:
            case PhotofindError() as error:
                self._server.broadcast(
                    DescriptionFailed(
                        photo_id=ended.photo_id,
                        kind=ended.kind,
                        code=error.code,
                        sentence=error.sentence,
                    )
                )
            case FoundText(TextKind.CAPTION, model, text):
                self._server.broadcast(
                    CaptionReady(
                        photo_id=ended.photo_id,
                        text_id=TextId(ended.number or 0),
                        text=text,
                        model=model.catalog_key,
                    )
                )
                self._captions_changed()
            case FoundText(TextKind.OCR, _model, text):
                lines = len(text.splitlines())
                self._server.broadcast(OcrDone(photo_id=ended.photo_id, lines=lines))
            case FoundAnswer(model, question, answer):
                self._server.broadcast(
                    AnswerReady(
                        photo_id=ended.photo_id,
                        question_id=ended.number or 0,
                        question=question,
                        answer=answer,
                        model=model.catalog_key,
                    )
                )
            case _:
                pass

    def part_written(self, kind: JobKind, photo_id: PhotoId, text: str) -> None:
        self._server.broadcast(TextPart(photo_id=photo_id, kind=kind, text=text))

    def progressed(self, progress: WorkProgress) -> None:
        self._server.broadcast(DescriptionProgress(progress=progress))

    def halted(self, error: PhotofindError) -> None:
        self._halted(error)

    def broken(self, error: BaseException) -> None:
        self._broken(error)
