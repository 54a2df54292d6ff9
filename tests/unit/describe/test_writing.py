"""Captions and answers by the model server: only when it is on, and with a clear mark."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from photofind.catalog.jobs import Priority, add_jobs, retry_jobs
from photofind.catalog.texts import FoundAnswer, FoundText
from photofind.describe.job_params import AnswerParams, CaptionOptions, params_to_json
from photofind.describe.runner import RunnersModel
from photofind.describe.writing import SENT_PX, AnswerRunner, CaptionRunner, ServerWriter
from photofind.domain import JobKind, PhotofindError
from photofind.paths import app_folders
from photofind.settings import Settings
from tests.plugins.catalog import write
from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import PhotoExif, make_photo
from tests.unit.describe.made_up import Desk, ModelShelf
from tests.unit.describe.stand_in_server import Behaviour, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from photofind.describe.runner import Runner


@pytest.fixture
def behaviour() -> Behaviour:
    return Behaviour()


@pytest.fixture
def settings(behaviour: Behaviour) -> Iterator[list[Settings]]:
    """The settings as they are now: the last one."""
    with serving(behaviour) as address:
        yield [Settings(model_server=address, server_model="llava:7b")]


@pytest.fixture
def desk(tmp_path: Path, settings: list[Settings]) -> Iterator[Desk]:
    shelf, writer, loaded = ModelShelf(), ServerWriter(lambda: settings[-1]), RunnersModel()
    runners: list[Runner] = [
        CaptionRunner(shelf.find_captioner, loaded, writer),
        AnswerRunner(shelf.find_answerer, loaded, writer),
    ]
    folders = app_folders(tmp_path / "data")
    desk = Desk(folders, tmp_path / "photos", shelf, runners=runners)
    yield desk
    desk.close()


def queue_question(desk: Desk, name: str, model: str = "server") -> None:
    content = desk.add(name)
    params = params_to_json(AnswerParams(question="what is it?", model=model))
    write(desk.writer, add_jobs, "answer", [content], params, Priority.QUESTION)
    desk.describer.wake()


def test_the_picture_goes_small_and_bare(desk: Desk, behaviour: Behaviour) -> None:
    exif = PhotoExif(make="Kamera", latitude=52.5, longitude=-13.4, orientation=6)
    path = make_photo(desk.root / "big.jpg", size=(3000, 2000), exif=exif, comment=b"secret")
    outcomes: list[object] = []
    desk.describer.start()
    done = desk.ears.ended
    desk.describer.run_single(
        JobKind.CAPTION,
        params_to_json(CaptionOptions(model="server:qwen2.5vl", prefix="a photo of")),
        path,
        None,
        lambda outcome, _: (outcomes.append(outcome), done.put(None)),  # type: ignore[func-returns-value, arg-type]
    )
    done.get(timeout=PATIENCE_S)
    (found,) = outcomes
    assert isinstance(found, FoundText)
    assert (found.text, found.model.catalog_key) == ("two dogs", "server:qwen2.5vl")
    assert "a photo of" in behaviour.words()
    with Image.open(io.BytesIO(behaviour.picture())) as sent:
        assert sent.format == "JPEG"
        assert sent.size == (SENT_PX * 2 // 3 + 1, SENT_PX) or max(sent.size) == SENT_PX
        assert sent.height > sent.width, "it stands upright"
        assert not sent.getexif()
        assert not {"exif", "comment", "icc_profile", "xmp"} & set(sent.info)
    assert b"Kamera" not in behaviour.picture()
    assert b"secret" not in behaviour.picture()


def test_an_answer_is_marked_and_told_in_parts(desk: Desk, behaviour: Behaviour) -> None:
    queue_question(desk, "a.jpg")
    desk.describer.start()
    ended = desk.ears.next()
    assert isinstance(ended.outcome, FoundAnswer)
    assert ended.outcome.model.catalog_key == "server:llava:7b"
    assert ended.outcome.answer == "two dogs"
    assert desk.ears.parts[-1] == "two dogs"
    assert desk.indexing.holds == [], "the indexing need not rest for another program"
    assert behaviour.requests[0]["model"] == "llava:7b"


def test_off_means_off_even_for_what_was_queued(
    desk: Desk, settings: list[Settings], behaviour: Behaviour
) -> None:
    queue_question(desk, "a.jpg")
    queue_question(desk, "b.jpg", model="")
    settings.append(Settings(server_model="llava:7b"))
    desk.describer.start()
    refused = desk.ears.next().outcome
    assert isinstance(refused, PhotofindError)
    assert refused.code == "server_off"
    assert isinstance(desk.ears.next().outcome, FoundAnswer), "the queue goes on"
    assert behaviour.requests == []


def test_a_server_that_is_down_loses_nothing(desk: Desk, settings: list[Settings]) -> None:
    works = settings[-1]
    settings.append(Settings(model_server="http://127.0.0.1:1", server_model="llava:7b"))
    queue_question(desk, "a.jpg")
    desk.describer.start()
    refused = desk.ears.next().outcome
    assert isinstance(refused, PhotofindError)
    assert refused.code == "server_down"
    settings.append(works)
    write(desk.writer, retry_jobs)
    desk.describer.wake()
    assert isinstance(desk.ears.next().outcome, FoundAnswer)
