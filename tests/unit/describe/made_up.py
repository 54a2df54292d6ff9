"""Models that say what a test has them say, and a describer around them."""

from __future__ import annotations

import contextlib
import queue
import threading
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from photofind.catalog.claims import ClaimOutcome, IdentifiedFile, claim_files
from photofind.catalog.contents import EmbeddedContent
from photofind.catalog.files import insert_files
from photofind.catalog.folders import add_folder
from photofind.catalog.jobs import add_jobs
from photofind.catalog.models import activate_model, ensure_model
from photofind.catalog.photos import find_primary_photo
from photofind.catalog.reader import CatalogReader
from photofind.catalog.texts import read_captions
from photofind.catalog.writer import CatalogWriter
from photofind.describe.describer import Describer
from photofind.describe.job_params import CaptionOptions, params_to_json
from photofind.describe.runner import AvailableModel, Runner, RunnersModel
from photofind.describe.writing import AnswerRunner, CaptionRunner, ServerWriter
from photofind.domain import Capture, ImageGeometry, ModelError, ResizeMode, Space
from photofind.inference.describing import Answer, Answerer, Cancelled, Caption, Captioner
from photofind.media.identity import hash_file
from photofind.settings import Settings
from tests.plugins.catalog import complete, read, write
from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import make_photo
from tests.unit.catalog.library import unit_vector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from photofind.catalog.texts import CaptionRow
    from photofind.describe.describer import Ended
    from photofind.domain import Activity, ContentId, PhotofindError, PhotoId, WorkProgress
    from photofind.inference.describing import Sampling
    from photofind.inference.reading import TextReader
    from photofind.paths import AppFolders

T = TypeVar("T")

GEOMETRY = ImageGeometry(8, ResizeMode.SQUASH)


@dataclass
class ScriptedCaptioner:
    """Says what it is told to say. `before` runs first, with what the model was asked."""

    says: Callable[[str], str] = lambda prefix: f"{prefix} a picture".strip()
    before: Callable[[Callable[[], bool]], None] = lambda cancelled: None
    geometry: ImageGeometry = GEOMETRY
    asked: list[tuple[str, int]] = field(default_factory=list)
    drawn: list[Sampling | None] = field(default_factory=list)

    def caption(
        self,
        tensors: Sequence[NDArray[np.uint8]],
        *,
        prefix: str = "",
        beams: int = 3,
        sampling: Sampling | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> list[Caption]:
        assert [tensor.shape for tensor in tensors] == [(8, 8, 3)]
        assert cancelled is not None
        self.asked.append((prefix, beams))
        self.drawn.append(sampling)
        self.before(cancelled)
        if cancelled():
            raise Cancelled
        return [Caption(self.says(prefix), 0.5) for _ in tensors]


@dataclass
class ScriptedAnswerer:
    geometry: ImageGeometry = GEOMETRY

    def answer(
        self,
        tensors: Sequence[NDArray[np.uint8]],
        question: str,
        *,
        cancelled: Callable[[], bool] | None = None,
    ) -> list[Answer]:
        return [Answer(f"asked: {question}", 0.5) for _ in tensors]


class ModelShelf:
    """The models a test has; `loads` says which were loaded, in order."""

    def __init__(self, **captioners: ScriptedCaptioner) -> None:
        self.captioners = captioners or {"small": ScriptedCaptioner()}
        self.answerer = ScriptedAnswerer()
        self.loads: list[str] = []

    def find_captioner(self, key: str) -> AvailableModel[Captioner]:
        name = key or next(iter(self.captioners), "")
        if name not in self.captioners:
            raise ModelError("model_missing", "No model that describes photos is installed.")
        captioner: Captioner = self.captioners[name]
        return self._available(name, captioner)

    def find_answerer(self, key: str) -> AvailableModel[Answerer]:
        answerer: Answerer = self.answerer
        return self._available("vqa", answerer)

    def find_reader(self) -> AvailableModel[TextReader]:
        raise ModelError("model_missing", "There is no reader in these tests.")

    def _available(self, name: str, model: T) -> AvailableModel[T]:
        def load() -> T:
            self.loads.append(name)
            return model

        return AvailableModel(f"{name}@test", load)


class Bystander:
    """An indexing that is as busy as the test says."""

    def __init__(self) -> None:
        self.busy = False
        self.holds: list[bool] = []

    def is_busy(self) -> bool:
        return self.busy

    @contextlib.contextmanager
    def held(self, *, alone: bool) -> Iterator[None]:
        self.holds.append(alone)
        yield


class Ears:
    """Hears what the describer tells."""

    def __init__(self) -> None:
        self.ended: queue.SimpleQueue[Ended] = queue.SimpleQueue()
        self.halts: queue.SimpleQueue[PhotofindError] = queue.SimpleQueue()
        self.broke: list[BaseException] = []
        self.parts: list[str] = []
        self.steps: queue.SimpleQueue[WorkProgress] = queue.SimpleQueue()

    def job_ended(self, ended: Ended) -> None:
        self.ended.put(ended)

    def part_written(self, kind: str, photo_id: PhotoId, text: str) -> None:
        self.parts.append(text)

    def progressed(self, progress: WorkProgress) -> None:
        self.steps.put(progress)

    def halted(self, error: PhotofindError) -> None:
        self.halts.put(error)

    def broken(self, error: BaseException) -> None:
        self.broke.append(error)

    def next(self) -> Ended:
        return self.ended.get(timeout=PATIENCE_S)

    def wait_until(self, activity: Activity) -> WorkProgress:
        """Waits until the queue says that it does this."""
        while (step := self.steps.get(timeout=PATIENCE_S)).activity is not activity:
            pass
        return step


class Desk:
    """A catalog of photos that were drawn, and a describer at work on it."""

    def __init__(
        self,
        folders: AppFolders,
        root: Path,
        shelf: ModelShelf,
        runners: Sequence[Runner] | None = None,
    ) -> None:
        root.mkdir(exist_ok=True)
        self.folders = folders
        self.root = root
        self.shelf = shelf
        self.writer = CatalogWriter(folders)
        self.reader = CatalogReader(folders)
        self.ears = Ears()
        self.indexing = Bystander()
        self.loaded = RunnersModel()
        self.runners = runners
        self.model = write(self.writer, ensure_model, "test@1", "search", 8)
        write(self.writer, activate_model, self.model)
        self.folder = write(self.writer, add_folder, root, None)
        self.describer = self._new_describer()

    def _new_describer(self) -> Describer:
        runners = self.runners or [
            CaptionRunner(self.shelf.find_captioner, self.loaded, ServerWriter(Settings)),
            AnswerRunner(self.shelf.find_answerer, self.loaded, ServerWriter(Settings)),
        ]
        return Describer(self.folders, self.writer, runners, self.loaded, self.indexing, self.ears)

    def restart(self) -> None:
        """Another worker takes up the catalog."""
        self.describer.stop()
        self.describer = self._new_describer()
        self.describer.recover()
        self.describer.start()

    def close(self) -> None:
        self.describer.stop()
        self.reader.close()
        self.writer.close()
        assert self.ears.broke == []

    def add(self, name: str) -> ContentId:
        """Draws a photo and has the catalog know it."""
        path = make_photo(self.root / name, seed=zlib.crc32(name.encode()))
        stat = path.stat()
        found = [(name.encode(), stat.st_size, stat.st_mtime_ns)]
        (file_id,) = write(self.writer, insert_files, self.folder.id, found)
        identified = IdentifiedFile(file_id, *found[0][1:], hash_file(path))
        (claim,) = write(self.writer, claim_files, [identified])
        assert claim.outcome is ClaimOutcome.NEW
        assert claim.content_id is not None
        vectors = {space: unit_vector(f"{space} {name}", 8) for space in Space}
        content = EmbeddedContent(claim.content_id, "JPEG", 320, 240, Capture(), vectors)
        complete(self.writer, [content], self.model)
        return claim.content_id

    def photo_of(self, content_id: ContentId) -> PhotoId:
        photo_id = read(self.reader, find_primary_photo, content_id)
        assert photo_id is not None
        return photo_id

    def queue_captions(
        self, contents: Sequence[ContentId], priority: int = 0, **params: object
    ) -> None:
        text = params_to_json(CaptionOptions(**params))  # type: ignore[arg-type]
        write(self.writer, add_jobs, "caption", contents, text, priority)
        self.describer.wake()

    def captions(self, content_id: ContentId) -> tuple[CaptionRow, ...]:
        photo_id = self.photo_of(content_id)
        return read(self.reader, read_captions, [photo_id]).get(photo_id, ())

    def texts(self, content_id: ContentId) -> list[str]:
        return [row.text for row in self.captions(content_id)]


@dataclass
class Gate:
    """Lets a test and a model meet: the model waits inside until the test lets it go on."""

    inside: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)

    def __call__(self, cancelled: Callable[[], bool]) -> None:
        self.inside.set()
        while not self.go.wait(0.005):
            if cancelled():
                return

    def enter(self) -> None:
        assert self.inside.wait(PATIENCE_S)
