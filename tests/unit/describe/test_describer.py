"""The queue of descriptions at work: order, waiting, cancelling, failing, going on."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.jobs import (
    Priority,
    add_jobs,
    begin_job,
    find_next_job,
    read_failed_jobs,
    retry_jobs,
)
from photofind.catalog.texts import FoundAnswer, FoundText
from photofind.describe.job_params import AnswerParams, CaptionOptions, params_to_json
from photofind.domain import Activity, JobKind, ModelError, PhotofindError
from photofind.media import online_only
from tests.plugins.catalog import read, write
from tests.plugins.patience import PATIENCE_S
from tests.unit.describe.made_up import Gate, ScriptedCaptioner

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.describe.describer import Outcome
    from photofind.describe.runner import AvailableModel
    from photofind.domain import ContentId
    from photofind.inference.describing import Captioner
    from tests.unit.describe.made_up import Desk, ModelShelf


def refusal(outcome: Outcome) -> str:
    assert isinstance(outcome, PhotofindError)
    return outcome.code


def test_jobs_of_the_last_worker_are_done_by_this_one(desk: Desk) -> None:
    contents = [desk.add("a.jpg"), desk.add("b.jpg")]
    desk.queue_captions(contents, prefix="a photograph of", beams=2)
    desk.describer.start()
    assert {desk.ears.next().photo_id, desk.ears.next().photo_id} == {
        desk.photo_of(content) for content in contents
    }
    assert desk.texts(contents[0]) == ["a photograph of a picture"]
    assert desk.shelf.captioners["small"].asked == [("a photograph of", 2)] * 2
    assert desk.shelf.loads == ["small"], "loaded once, when it was needed"


def test_a_question_goes_before_everything(desk: Desk) -> None:
    first, second = desk.add("a.jpg"), desk.add("b.jpg")
    desk.queue_captions([first, second])
    params = params_to_json(AnswerParams(question="how many?"))
    write(desk.writer, add_jobs, "answer", [second], params, Priority.QUESTION)
    desk.describer.start()
    ended = desk.ears.next()
    assert isinstance(ended.outcome, FoundAnswer)
    assert (ended.outcome.question, ended.outcome.answer) == ("how many?", "asked: how many?")
    assert desk.indexing.holds == [False], "the indexing rests while somebody waits"
    desk.ears.next()
    desk.ears.next()
    assert desk.indexing.holds == [False], "but not for what nobody waits for"


def test_while_photos_are_indexed_only_what_somebody_looks_at_is_done(desk: Desk) -> None:
    seen, unseen = desk.add("a.jpg"), desk.add("b.jpg")
    desk.indexing.busy = True
    desk.queue_captions([unseen])
    desk.queue_captions([seen], Priority.IN_SIGHT)
    desk.describer.start()
    assert desk.ears.next().photo_id == desk.photo_of(seen)
    desk.ears.wait_until(Activity.WAITING)
    assert desk.texts(unseen) == []
    desk.indexing.busy = False
    desk.describer.wake()
    assert desk.ears.next().photo_id == desk.photo_of(unseen)


def test_pausing_breaks_off_what_nobody_waits_for(desk: Desk, shelf: ModelShelf) -> None:
    gate = Gate()
    shelf.captioners["small"] = ScriptedCaptioner(before=gate)
    content, asked = desk.add("a.jpg"), desk.add("b.jpg")
    desk.queue_captions([content])
    desk.describer.start()
    gate.enter()
    desk.describer.set_paused(True)
    assert desk.ears.wait_until(Activity.PAUSED).total == 1
    gate.go.set()
    desk.queue_captions([asked], Priority.WAITED_FOR)
    assert desk.ears.next().photo_id == desk.photo_of(asked)
    assert desk.texts(content) == []
    desk.describer.set_paused(False)
    assert desk.ears.next().photo_id == desk.photo_of(content)


def test_what_is_cancelled_while_it_runs_brings_nothing(desk: Desk, shelf: ModelShelf) -> None:
    gate = Gate()
    shelf.captioners["small"] = ScriptedCaptioner(before=gate)
    first, second = desk.add("a.jpg"), desk.add("b.jpg")
    desk.queue_captions([first, second])
    desk.describer.start()
    gate.enter()
    desk.describer.cancel([desk.photo_of(first)])
    gate.go.set()
    assert desk.ears.next().photo_id == desk.photo_of(second)
    assert (desk.texts(first), desk.texts(second)) == ([], ["a picture"])


def test_stopping_leaves_the_running_job_for_the_next_worker(desk: Desk, shelf: ModelShelf) -> None:
    gate = Gate()
    shelf.captioners["small"] = ScriptedCaptioner(before=gate)
    content = desk.add("a.jpg")
    desk.queue_captions([content])
    desk.describer.start()
    gate.enter()
    gate.inside.clear()
    desk.restart()
    gate.enter()
    gate.go.set()
    desk.ears.next()
    assert desk.texts(content) == ["a picture"]
    assert desk.indexing.holds == [], "an orderly end makes nobody suspect"


def test_a_suspect_is_tried_alone_and_given_up_after_three_deaths(desk: Desk) -> None:
    content = desk.add("a.jpg")
    desk.queue_captions([content])
    job = read(desk.reader, find_next_job, ["caption"])
    assert job is not None
    write(desk.writer, begin_job, job.id, charged=False)  # and the worker dies
    desk.describer.recover()
    desk.describer.start()
    desk.ears.next()
    assert desk.indexing.holds == [True]
    assert desk.texts(content) == ["a picture"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoryError(), "out_of_memory"),
        (RuntimeError("Failed to allocate memory for requested buffer"), "out_of_memory"),
        (ValueError("two dogs in the snow"), "bug"),
    ],
)
@pytest.mark.expects_log("out of memory while describing|describing failed with ValueError")
def test_a_failure_is_kept_with_a_sentence_and_the_queue_goes_on(
    desk: Desk, shelf: ModelShelf, error: Exception, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    failing = iter([error])

    def fail_once(_cancelled: Callable[[], bool]) -> None:
        for each in failing:
            raise each

    shelf.captioners["small"] = ScriptedCaptioner(before=fail_once)
    first, second = desk.add("a.jpg"), desk.add("b.jpg")
    desk.queue_captions([first, second])
    desk.describer.start()
    ended = desk.ears.next()
    assert (ended.number, refusal(ended.outcome)) == (None, code)
    assert isinstance(desk.ears.next().outcome, FoundText)
    assert shelf.loads == ["small", "small"], "the model may have suffered"
    (failed,) = read(desk.reader, read_failed_jobs)
    assert (failed.code, failed.photo_id) == (code, ended.photo_id)
    assert "dogs" not in caplog.text
    write(desk.writer, retry_jobs)
    desk.describer.wake()
    assert isinstance(desk.ears.next().outcome, FoundText)


def test_a_file_that_is_gone_or_no_picture_fails_alone(desk: Desk) -> None:
    gone, odd, good = desk.add("gone.jpg"), desk.add("odd.jpg"), desk.add("good.jpg")
    (desk.root / "gone.jpg").unlink()
    (desk.root / "odd.jpg").write_bytes(b"no picture")
    desk.queue_captions([gone, odd, good])
    desk.describer.start()
    codes = [refusal(desk.ears.next().outcome) for _ in range(2)]
    assert codes == ["photo_unreachable", "unsupported"]
    assert isinstance(desk.ears.next().outcome, FoundText)


@pytest.mark.expects_log("nothing of the kind caption can be done: model_missing")
def test_without_a_model_nothing_is_lost_and_it_is_said(desk: Desk, shelf: ModelShelf) -> None:
    content = desk.add("a.jpg")
    captioner = shelf.captioners.pop("small")
    desk.queue_captions([content])
    desk.describer.start()
    assert "installed" in str(desk.ears.wait_until(Activity.BLOCKED).reason)
    shelf.captioners["small"] = captioner
    desk.describer.wake()
    assert isinstance(desk.ears.next().outcome, FoundText)


def test_a_model_that_comes_while_a_job_fails_for_want_of_it_is_used(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wake that an installation brings must not be lost to a job that began before it."""
    gate, find = Gate(), desk.shelf.find_captioner
    missing = [ModelError("model_missing", "None is installed.")]

    def find_slowly(key: str) -> AvailableModel[Captioner]:
        if missing:
            gate(lambda: False)
            raise missing.pop()
        return find(key)

    monkeypatch.setattr(desk.shelf, "find_captioner", find_slowly)
    desk.restart()
    content = desk.add("a.jpg")
    desk.queue_captions([content])
    gate.enter()
    desk.describer.wake()
    gate.go.set()
    assert desk.ears.next().photo_id == desk.photo_of(content)


def test_one_model_at_a_time_is_loaded(desk: Desk, shelf: ModelShelf) -> None:
    shelf.captioners["large"] = ScriptedCaptioner(says=lambda prefix: "large")
    content = desk.add("a.jpg")
    desk.queue_captions([content], model="small")
    desk.queue_captions([content], model="large")
    desk.describer.start()
    desk.ears.next()
    desk.ears.next()
    assert shelf.loads == ["small", "large"]
    assert sorted(desk.texts(content)) == ["a picture", "large"]


def test_a_single_file_needs_no_catalog(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    content = desk.add("a.jpg")
    answers: queue.SimpleQueue[tuple[Outcome, int | None]] = queue.SimpleQueue()
    params = params_to_json(CaptionOptions())

    def run(name: str, kept_as: ContentId | None) -> tuple[Outcome, int | None]:
        desk.describer.run_single(
            JobKind.CAPTION, params, desk.root / name, kept_as, lambda *told: answers.put(told)
        )
        return answers.get(timeout=PATIENCE_S)

    desk.describer.start()
    outcome, number = run("a.jpg", None)
    assert isinstance(outcome, FoundText)
    assert number is None
    assert desk.texts(content) == []
    _, number = run("a.jpg", content)
    assert number is not None
    assert desk.texts(content) == ["a picture"]
    outcome, _ = run("missing.jpg", None)
    assert refusal(outcome) == "vanished"
    monkeypatch.setattr(online_only, "lies_online_only", lambda _: True)
    outcome, _ = run("a.jpg", None)
    assert refusal(outcome) == "photo_online_only"


def test_progress_counts_from_when_the_queue_was_last_empty(desk: Desk, shelf: ModelShelf) -> None:
    gate = Gate()
    shelf.captioners["small"] = ScriptedCaptioner(before=gate)
    contents = [desk.add(f"{n}.jpg") for n in range(3)]
    desk.queue_captions(contents)
    desk.describer.start()
    gate.enter()
    progress = desk.ears.wait_until(Activity.DESCRIBING)
    assert (progress.activity, progress.done, progress.total) == (Activity.DESCRIBING, 0, 3)
    gate.go.set()
    for _ in contents:
        desk.ears.next()
    assert desk.ears.wait_until(Activity.IDLE).total == 0


def test_no_model_of_the_kind_says_so_for_a_single_file(desk: Desk, shelf: ModelShelf) -> None:
    shelf.captioners.clear()
    answers: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
    desk.add("a.jpg")
    desk.describer.start()
    desk.describer.run_single(
        JobKind.CAPTION,
        params_to_json(CaptionOptions()),
        desk.root / "a.jpg",
        None,
        lambda outcome, _: answers.put(outcome),
    )
    assert isinstance(answers.get(timeout=PATIENCE_S), ModelError)
