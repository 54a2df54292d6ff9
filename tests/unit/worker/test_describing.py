"""Captions and questions through the worker: commands in, events out, the catalog in between."""

from __future__ import annotations

import queue
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from photofind.catalog.files import find_photo_at
from photofind.catalog.jobs import count_jobs
from photofind.catalog.reader import CatalogReader
from photofind.catalog.texts import read_answers, read_captions
from photofind.describe.job_params import CaptionOptions
from photofind.domain import JobKind, PhotofindError
from photofind.paths import AppFolders, app_folders
from photofind.worker.client import WorkerClient
from photofind.worker.description_messages import (
    AcceptCaption,
    AnswerReady,
    Ask,
    AskFile,
    CancelDescriptions,
    CaptionReady,
    CaptionsChanged,
    DeleteAnswer,
    DeleteCaption,
    Describe,
    DescribeFile,
    DescriptionFailed,
    DescriptionProgress,
    DescriptionsQueued,
    EditCaption,
    LookAt,
    RetryDescriptions,
    WriteCaption,
)
from photofind.worker.messages import AddFolders, ChangeSettings, Event
from tests.plugins.catalog import read
from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import make_photo
from tests.unit.describe.made_up import ModelShelf
from tests.unit.worker.inner_worker import working

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from photofind.domain import PhotoId
    from photofind.worker.wire import AnswerT, BaseCommand, BaseEvent

E = TypeVar("E", bound="BaseEvent")


class Desk:
    """A client of a worker that knows some photos."""

    def __init__(self, folders: AppFolders, photos: Path, shelf: ModelShelf) -> None:
        self.folders = folders
        self.photos = photos
        self.shelf = shelf
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.client = WorkerClient(folders, self.events.put)

    def request(self, command: BaseCommand[AnswerT]) -> AnswerT:
        return self.client.request(command, PATIENCE_S)

    def queue(self, command: BaseCommand[DescriptionsQueued]) -> tuple[int, int]:
        answer = self.request(command)
        return answer.queued, answer.known

    def refusal(self, command: BaseCommand[Any]) -> str:
        with pytest.raises(PhotofindError) as caught:
            self.request(command)
        return caught.value.code

    def wait_for(self, kind: type[E], fits: Callable[[E], bool] = lambda _: True) -> E:
        while True:
            event = self.events.get(timeout=PATIENCE_S)
            if isinstance(event, kind) and fits(event):
                return event

    def photo(self, name: str) -> PhotoId:
        with CatalogReader(self.folders) as reader:
            found = read(reader, find_photo_at, self.photos / name)
        assert found is not None
        return found

    def captions(self, name: str) -> list[tuple[str, bool]]:
        photo_id = self.photo(name)
        with CatalogReader(self.folders) as reader:
            rows = read(reader, read_captions, [photo_id])
        return [(row.text, row.is_own) for row in rows.get(photo_id, ())]


@contextmanager
def open_desk(tmp_path: Path) -> Iterator[Desk]:
    folders, photos = app_folders(tmp_path / "data"), tmp_path / "photos"
    for seed, name in enumerate(("a.jpg", "b.jpg", "below/c.jpg")):
        make_photo(photos / name, seed=seed)
    desk = Desk(folders, photos, ModelShelf())
    with working(folders, desk.shelf):
        desk.client.start()
        try:
            desk.request(AddFolders(paths=(photos,)))
            yield desk
        finally:
            desk.client.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as desk:
        yield desk


def test_a_photo_is_described_kept_and_described_once(desk: Desk) -> None:
    photo_id = desk.photo("a.jpg")
    assert desk.queue(
        Describe(photo_ids=(photo_id,), options=CaptionOptions(prefix="a drawing of"))
    ) == (1, 0)
    ready = desk.wait_for(CaptionReady)
    assert (ready.photo_id, ready.text) == (photo_id, "a drawing of a picture")
    assert ready.model == "small@test"
    assert desk.captions("a.jpg") == [("a drawing of a picture", False)]
    assert desk.queue(Describe(photo_ids=(photo_id,))) == (0, 1)
    assert desk.queue(Describe(photo_ids=(photo_id,), again=True)) == (1, 0)
    desk.wait_for(CaptionReady)
    assert desk.captions("a.jpg") == [("a picture", False)]


def test_a_folder_and_everything_are_described_in_the_background(desk: Desk) -> None:
    assert desk.queue(Describe(folder=desk.photos / "below")) == (1, 0)
    assert desk.wait_for(CaptionReady).photo_id == desk.photo("below/c.jpg")
    assert desk.queue(Describe()) == (2, 1)
    for _ in range(2):
        desk.wait_for(CaptionReady)
    desk.wait_for(DescriptionProgress, lambda each: each.progress.activity == "idle")
    assert desk.refusal(Describe(folder=desk.photos.parent / "other")) == ("folder_unknown")


def test_what_the_person_makes_of_a_caption(desk: Desk) -> None:
    photo_id = desk.photo("a.jpg")
    desk.queue(Describe(photo_ids=(photo_id,)))
    text_id = desk.wait_for(CaptionReady).text_id
    desk.request(AcceptCaption(text_id=text_id))
    assert desk.captions("a.jpg") == [("a picture", True)]
    desk.request(EditCaption(text_id=text_id, text=" our \n garden "))
    assert desk.wait_for(CaptionsChanged).photo_id == photo_id
    desk.request(WriteCaption(photo_id=photo_id, text="in May"))
    assert sorted(desk.captions("a.jpg")) == [("in May", True), ("our garden", True)]
    desk.request(DeleteCaption(text_id=text_id))
    assert desk.captions("a.jpg") == [("in May", True)]
    assert desk.refusal(DeleteCaption(text_id=text_id)) == "caption_unknown"
    assert desk.refusal(EditCaption(text_id=text_id, text="")) == "order_invalid"


def test_questions_are_answered_and_kept(desk: Desk) -> None:
    ids = (desk.photo("a.jpg"), desk.photo("b.jpg"))
    assert desk.queue(Ask(photo_ids=ids, question="how many\ndogs?")) == (2, 0)
    answers = {desk.wait_for(AnswerReady).photo_id for _ in ids}
    assert answers == set(ids)
    with CatalogReader(desk.folders) as reader:
        (row,) = read(reader, read_answers, [ids[0]])[ids[0]]
    assert (row.question, row.answer) == ("how many dogs?", "asked: how many dogs?")
    desk.request(DeleteAnswer(photo_id=ids[0], question_id=row.id))
    with CatalogReader(desk.folders) as reader:
        assert ids[0] not in read(reader, read_answers, [ids[0]])
    assert desk.refusal(Ask(photo_ids=ids, question="why? " * 1_000)) == "order_invalid"


def test_a_file_is_described_whether_it_is_known_or_not(desk: Desk, tmp_path: Path) -> None:
    stranger = make_photo(tmp_path / "stranger.jpg", seed=77)
    answer = desk.request(DescribeFile(path=stranger))
    assert (answer.text, answer.score, answer.kept) == ("a picture", 0.5, False)
    known = desk.request(DescribeFile(path=desk.photos / "a.jpg"))
    assert known.kept
    assert desk.captions("a.jpg") == [("a picture", False)]
    answered = desk.request(AskFile(path=stranger, question="what?"))
    assert (answered.answer, answered.kept) == ("asked: what?", False)
    odd = tmp_path / "odd.jpg"
    odd.write_bytes(b"no picture")
    assert desk.refusal(DescribeFile(path=odd)) == "unsupported"
    assert desk.refusal(AskFile(path=odd, question=" ")) == "order_invalid"


def test_a_paused_queue_keeps_what_it_has_until_it_is_dropped(desk: Desk) -> None:
    desk.request(ChangeSettings(changes={"descriptions_paused": True}))
    assert desk.queue(Describe()) == (3, 0)
    desk.wait_for(
        DescriptionProgress,
        lambda each: (each.progress.activity, each.progress.total) == ("paused", 3),
    )
    desk.request(CancelDescriptions(photo_ids=(desk.photo("a.jpg"),), kind=JobKind.CAPTION))
    desk.wait_for(DescriptionProgress, lambda each: each.progress.total == 2)
    desk.request(LookAt(photo_ids=(desk.photo("b.jpg"),)))
    desk.request(ChangeSettings(changes={"descriptions_paused": False}))
    assert desk.wait_for(CaptionReady).photo_id == desk.photo("b.jpg")
    desk.request(CancelDescriptions())
    desk.wait_for(DescriptionProgress, lambda each: each.progress.activity == "idle")


def test_a_pause_binds_every_worker_but_not_for_a_command_that_waits(tmp_path: Path) -> None:
    with open_desk(tmp_path) as before:
        before.request(ChangeSettings(changes={"descriptions_paused": True}))
    with open_desk(tmp_path) as desk:
        assert desk.queue(Describe()) == (3, 0)
        desk.wait_for(DescriptionProgress, lambda each: each.progress.activity == "paused")
        assert desk.shelf.loads == []
        desk.queue(Describe(folder=desk.photos / "below", waits=True))
        assert desk.wait_for(CaptionReady).photo_id == desk.photo("below/c.jpg")
        desk.wait_for(
            DescriptionProgress,
            lambda each: (each.progress.activity, each.progress.total) == ("paused", 3),
        )
        with CatalogReader(desk.folders) as reader:
            assert read(reader, count_jobs).open == 2


def test_what_failed_is_told_and_can_be_tried_again(desk: Desk) -> None:
    away = (desk.photos / "a.jpg").rename(desk.photos.parent / "away.jpg")
    photo_id = desk.photo("a.jpg")
    desk.queue(Describe(photo_ids=(photo_id,)))
    failed = desk.wait_for(DescriptionFailed)
    assert (failed.photo_id, failed.kind, failed.code) == (photo_id, "caption", "photo_unreachable")
    desk.wait_for(DescriptionProgress, lambda each: each.progress.failed == 1)
    away.rename(desk.photos / "a.jpg")
    desk.request(RetryDescriptions())
    assert desk.wait_for(CaptionReady).photo_id == photo_id


def test_without_a_model_the_person_is_told_and_nothing_is_queued(desk: Desk) -> None:
    desk.shelf.captioners.clear()
    photo_id = desk.photo("a.jpg")
    assert desk.refusal(Describe(photo_ids=(photo_id,))) == "model_missing"
    path = desk.photos / "a.jpg"
    assert desk.refusal(DescribeFile(path=path)) == "model_missing"
    with CatalogReader(desk.folders) as reader:
        assert read(reader, count_jobs).open == 0
