"""Background work on a real catalog with real pictures; only the encoder is made up."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from photofind.catalog.claims import IdentifiedFile, claim_files
from photofind.catalog.contents import EmbeddedContent
from photofind.catalog.files import insert_files
from photofind.catalog.folders import add_folder
from photofind.catalog.models import (
    activate_model,
    begin_model_removal,
    ensure_model,
    read_model_indexes,
    remove_model_vectors,
)
from photofind.catalog.reader import CatalogReader
from photofind.catalog.status import read_problems
from photofind.catalog.suspects import begin_attempts, count_in_flight, retry_failed
from photofind.catalog.thumbnails import ThumbnailStore
from photofind.catalog.vectors import VectorPass, fetch_vectors
from photofind.catalog.writer import CatalogWriter
from photofind.domain import (
    Capture,
    ContentId,
    MediaCode,
    MediaError,
    ModelError,
    Space,
)
from photofind.indexing.background import BackgroundWork
from photofind.indexing.batch import PipelineContext
from photofind.indexing.decode_watchdog import DecodeWatchdog
from photofind.indexing.models import IndexModel, IndexModels
from photofind.indexing.progress import ProgressTracker
from photofind.indexing.queue import Background, WorkQueue
from photofind.indexing.sources import Sources
from photofind.indexing.unresponsive_roots import UnresponsiveRoots
from photofind.inference.clip import ImageEmbeddings
from photofind.inference.model_slot import ModelSlot
from photofind.inference.registry import BASIC
from photofind.inference.store import InstalledModel
from photofind.media.decode import decode_photo
from photofind.media.identity import hash_file
from photofind.paths import app_folders
from photofind.sentences import Sentence
from tests.plugins.catalog import complete, read, write
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from photofind.catalog.background import BackgroundPhoto
    from photofind.domain import PhotofindError
    from photofind.indexing.batch import PipelineListener
    from photofind.inference.clip import DualEncoder, ImageEncoder

DIM = 3
SPEC = dataclasses.replace(
    BASIC, dim=DIM, similar_dim=None, labels=None, tag_cuts=None, image_outputs=BASIC.image_outputs
)


class MeanEncoder:
    """The mean colour: enough to tell a picture from another, or from its thumbnail."""

    def encode(self, tensors: Sequence[NDArray[np.uint8]]) -> ImageEmbeddings:
        means = np.stack([tensor.reshape(-1, 3).mean(axis=0) for tensor in tensors])
        unit = means / np.linalg.norm(means, axis=1, keepdims=True)
        return ImageEmbeddings(unit.astype(np.float32), None, None)


class Heard:
    """A listener that writes down what it is told."""

    def __init__(self) -> None:
        self.ready: list[int] = []
        self.refined: list[int] = []
        self.complete: list[str] = []
        self.failed: list[str] = []
        self.ended: list[PhotofindError | None] = []

    def photos_ready(self, content_ids: Sequence[ContentId]) -> None:
        self.ready += content_ids

    def photos_refined(self, content_ids: Sequence[ContentId]) -> None:
        self.refined += content_ids

    def files_settled(self) -> None: ...

    def model_complete(self, model: IndexModel) -> None:
        self.complete.append(model.key)

    def model_failed(self, model: IndexModel, error: ModelError) -> bool:
        self.failed.append(model.key)
        return True

    def background_began(self) -> None: ...

    def background_ended(self, error: PhotofindError | None) -> None:
        self.ended.append(error)

    def halted(self, error: PhotofindError) -> None:
        raise error


class Bench:
    """A catalog whose photos were indexed with one model, and background work on it."""

    def __init__(self, tmp_path: Path) -> None:
        self.root = tmp_path / "photos"
        self.root.mkdir()
        folders = app_folders(tmp_path / "data")
        self.writer = CatalogWriter(folders)
        self.reader = CatalogReader(folders)
        self.thumbnails = ThumbnailStore(folders.thumbnails)
        self.heard = Heard()
        self.broken: set[str] = set()
        self.folder = write(self.writer, add_folder, self.root, None)
        self.models = [self.model("one", tmp_path)]
        write(self.writer, activate_model, self.models[0].id)
        self.context = PipelineContext(
            queue=WorkQueue(),
            writer=self.writer,
            models=IndexModels(self.models[0]),
            encoders=ModelSlot(self.load),
            progress=ProgressTracker(),
            listener=cast("PipelineListener", self.heard),
            watchdog=DecodeWatchdog(lambda reason: pytest.fail(str(reason))),
            unresponsive=UnresponsiveRoots(lambda *_: None, lambda *_: None),
            suspects=set(),
        )
        self.work = self.begin()

    def begin(self) -> BackgroundWork:
        """As at the start of a worker."""
        return BackgroundWork(self.context, lambda _: self.models)

    def close(self) -> None:
        self.thumbnails.close()
        self.reader.close()
        self.writer.close()

    def model(self, key: str, tmp_path: Path) -> IndexModel:
        spec = dataclasses.replace(SPEC, key=key)
        return IndexModel(
            write(self.writer, ensure_model, spec.catalog_key, "search", DIM),
            InstalledModel(spec, tmp_path),
        )

    def load(self, model: DualEncoder) -> ImageEncoder:
        if model.spec.key in self.broken:
            raise ModelError("model_incompatible", "It is damaged.")
        return cast("ImageEncoder", MeanEncoder())

    def add(self, name: str, *, vector_pass: VectorPass, seed: int = 0) -> ContentId:
        """A photo that was indexed with the first model, thumbnail and all."""
        path = make_photo(self.root / name, seed=seed, size=(640, 480))
        (file_id,) = write(self.writer, insert_files, self.folder.id, [(name.encode(), 1, 1)])
        identified = IdentifiedFile(file_id, 1, 1, hash_file(path))
        (claim,) = write(self.writer, claim_files, [identified])
        assert claim.content_id is not None
        vectors = {Space.SEARCH: np.array([1, 0, 0], np.float32)}
        content = EmbeddedContent(
            claim.content_id, "JPEG", 640, 480, Capture(), vectors, vector_pass=vector_pass
        )
        complete(self.writer, [content], self.models[0].id)
        self.thumbnails.put({identified.sha256: decode_photo(path, ()).thumbnail})
        return claim.content_id

    def run(self) -> None:
        """Does all there is, as a thread of the pipeline would."""
        self.work.wake(again=True)
        queue = self.context.queue
        while queue._background is not Background.NONE:
            assert queue.take(4) == []
            self.work.work_once(self.reader, self.thumbnails)
            queue.background_done()

    def vector(self, content: ContentId, model: IndexModel) -> NDArray[np.float32] | None:
        found = read(self.reader, fetch_vectors, model.id, Space.SEARCH, [content])
        return found[0].astype(np.float32) if found.size else None

    def passes(self, model: IndexModel) -> tuple[int, int]:
        """Contents with vectors of the first and of the second pass."""
        index = next(each for each in read(self.reader, read_model_indexes) if each.id == model.id)
        return index.first_pass, index.embedded - index.first_pass


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def test_what_is_searchable_comes_before_what_is_perfect(bench: Bench, tmp_path: Path) -> None:
    contents = [bench.add(f"{n}.jpg", vector_pass=VectorPass.PREVIEW, seed=n) for n in range(6)]
    other = bench.model("other", tmp_path)
    bench.models.append(other)
    seen: list[tuple[int, int]] = []
    queue = bench.context.queue
    bench.work.wake()
    while queue._background is not Background.NONE:
        queue.take(4)
        bench.work.work_once(bench.reader, bench.thumbnails)
        queue.background_done()
        seen.append((sum(bench.passes(other)), bench.passes(bench.models[0])[1]))
    assert seen == sorted(seen), "the other model's first pass, then the active one's second"
    assert seen[-1] == (6, 6)
    assert bench.passes(other) == (6, 0), "only the active model's vectors are refined"
    assert bench.heard.refined == contents
    assert bench.heard.complete[0] == "other"
    assert bench.heard.ended == [None]


def test_a_file_that_was_changed_since_gives_no_vector(bench: Bench) -> None:
    content = bench.add("1.jpg", vector_pass=VectorPass.PREVIEW)
    before = bench.vector(content, bench.models[0])
    original = (bench.root / "1.jpg").read_bytes()
    make_photo(bench.root / "1.jpg", seed=99, size=(640, 480))
    bench.run()
    after = bench.vector(content, bench.models[0])
    assert before is not None
    assert after is not None
    assert np.array_equal(after, before)
    assert bench.passes(bench.models[0]) == (1, 0)
    (bench.root / "1.jpg").write_bytes(original)
    bench.run()
    assert bench.passes(bench.models[0]) == (0, 1)


def test_a_drive_that_comes_back_while_its_photos_are_looked_for_is_noticed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.add("1.jpg", vector_pass=VectorPass.PREVIEW)
    away = bench.root.rename(bench.root.with_name("unplugged"))
    find = Sources.find

    def find_late(sources: Sources, photo: BackgroundPhoto) -> Path | bytes | None:
        found = find(sources, photo)
        if away.exists():
            away.rename(bench.root)
            bench.work.wake(again=True)
        return found

    monkeypatch.setattr(Sources, "find", find_late)
    bench.run()
    assert bench.passes(bench.models[0]) == (0, 1)


def test_a_photo_without_a_thumbnail_is_read_and_gets_one(bench: Bench, tmp_path: Path) -> None:
    content = bench.add("1.jpg", vector_pass=VectorPass.WHOLE)
    digest = hash_file(bench.root / "1.jpg")
    bench.thumbnails.put({digest: b"damaged"})
    other = bench.model("other", tmp_path)
    bench.models.append(other)
    bench.run()
    assert bench.passes(other) == (0, 1)
    thumbnail = bench.thumbnails.get(digest)
    assert thumbnail is not None
    assert thumbnail.startswith(b"\xff\xd8")
    assert bench.vector(content, other) is not None


def test_a_picture_that_cannot_be_decoded_keeps_its_first_vector_and_is_left_alone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bench.add("1.jpg", vector_pass=VectorPass.PREVIEW)
    good = bench.add("2.jpg", vector_pass=VectorPass.PREVIEW, seed=2)
    tried: list[object] = []

    def decode(source, geometries):  # type: ignore[no-untyped-def]
        tried.append(source)
        if source == (bench.root / "1.jpg").read_bytes():
            raise MediaError(MediaCode.UNREADABLE, "It is damaged.")
        return decode_photo(source, geometries)

    monkeypatch.setattr("photofind.indexing.background.decode_photo", decode)
    bench.run()
    bench.run()
    assert len(tried) == 2
    assert bench.passes(bench.models[0]) == (1, 1)
    assert bench.vector(content, bench.models[0]) is not None
    assert bench.heard.refined == [good]
    (problem,) = read(bench.reader, read_problems)
    assert (problem.path, problem.reason) == (bench.root / "1.jpg", Sentence("It is damaged."))
    monkeypatch.undo()
    write(bench.writer, retry_failed)
    bench.run()
    assert bench.passes(bench.models[0]) == (0, 2)
    assert read(bench.reader, read_problems) == []


def test_suspects_are_tried_alone_and_last(bench: Bench) -> None:
    contents = [bench.add(f"{n}.jpg", vector_pass=VectorPass.PREVIEW, seed=n) for n in range(3)]
    write(bench.writer, begin_attempts, contents[:1])  # and then the worker died
    bench.work = bench.begin()
    bench.work.wake()
    queue = bench.context.queue
    queue.take(4)
    bench.work.work_once(bench.reader, bench.thumbnails)
    assert bench.heard.refined == contents[1:]
    assert queue._background is Background.ALONE
    queue.background_done()
    bench.run()
    assert bench.heard.refined == [*contents[1:], contents[0]]


def test_a_model_that_cannot_be_loaded_is_reported_and_nothing_stays_in_flight(
    bench: Bench, tmp_path: Path
) -> None:
    bench.add("1.jpg", vector_pass=VectorPass.WHOLE)
    bench.thumbnails.put({hash_file(bench.root / "1.jpg"): b"none"})
    bench.models.append(bench.model("other", tmp_path))
    bench.broken.add("other")
    bench.work.wake()
    queue = bench.context.queue
    queue.take(4)
    bench.work.work_once(bench.reader, bench.thumbnails)
    queue.background_done()
    assert bench.heard.failed == ["other"]
    assert write(bench.writer, count_in_flight) == 0


def test_what_was_removed_or_forgotten_meanwhile_is_not_stored(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.add("1.jpg", vector_pass=VectorPass.WHOLE)
    other = bench.model("other", tmp_path)
    bench.models.append(other)
    inner = bench.context.encoders

    class Removing(MeanEncoder):
        def encode(self, tensors: Sequence[NDArray[np.uint8]]) -> ImageEmbeddings:
            bench.models.pop()
            write(bench.writer, begin_model_removal, other.id)
            while write(bench.writer, remove_model_vectors, other.id, 10):
                pass
            return super().encode(tensors)

    monkeypatch.setattr(inner, "_load", lambda _: Removing())
    bench.run()
    assert [index.id for index in read(bench.reader, read_model_indexes)] == [bench.models[0].id]
    assert bench.vector(ContentId(1), other) is None
