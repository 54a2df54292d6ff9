"""What goes over the wire comes back the same."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pytest

from photofind.domain import (
    Activity,
    ContentId,
    IndexReport,
    MediaCode,
    Problem,
    Tried,
    WorkProgress,
)
from photofind.sentences import Sentence
from photofind.settings import OnBattery, Settings
from photofind.worker.messages import (
    AddFolders,
    Event,
    Hello,
    IndexingProgress,
    ModelChanged,
    PhotosRefined,
    Rescan,
    SettingsChanged,
    decode_command,
    decode_event,
    encode,
)
from photofind.worker.wire import JobFinished, Refused


@pytest.mark.skipif(sys.platform == "win32", reason="names are UTF-16 there")
def test_a_name_that_is_not_utf8_survives() -> None:
    path = Path("/photos/caf\udce9.jpg")
    command = AddFolders(request_id=3, paths=(path,))
    assert decode_command(encode(command)) == command
    problem = Problem(path, MediaCode.DENIED, Sentence("No."), 1)
    finished = JobFinished(request_id=3, report=IndexReport(problems=(problem,)))
    assert decode_event(encode(finished)) == finished


@pytest.mark.parametrize(
    "event",
    [
        Hello(version="1", pid=2, model_key="basic", settings=Settings(paused=True)),
        SettingsChanged(settings=Settings(on_battery=OnBattery.PAUSE, last_query="été")),
        IndexingProgress(
            progress=WorkProgress(
                activity=Activity.INDEXING, found=3, done=1, total=3, images_per_s=2.5, eta_s=None
            )
        ),
        IndexingProgress(
            progress=WorkProgress(
                activity=Activity.BUILDING, done=1, total=3, model="basic@12345678.p1.q0"
            )
        ),
        PhotosRefined(content_ids=(ContentId(3), ContentId(1))),
        ModelChanged(key="basic"),
        Refused(request_id=1, code="folder_missing", sentence=Sentence("No.")),
    ],
)
def test_events_survive(event: Event) -> None:
    assert decode_event(encode(event)) == event


@pytest.mark.parametrize("odd", ["\udce9", "\udc00\ud800"])
def test_a_sentence_may_name_a_path_that_is_not_utf8(odd: str) -> None:
    path = Path("/photos/a.jpg") if sys.platform == "win32" else Path("/photos/caf\udce9.jpg")
    sentence = Sentence("There is no folder {folder}.", folder=f"caf{odd} 😀")
    refused = Refused(request_id=1, code="folder_missing", sentence=sentence)
    assert decode_event(encode(refused)) == refused
    report = IndexReport(new=2, problems=(Problem(path, MediaCode.DENIED, sentence, 1),))
    finished = decode_event(encode(JobFinished(request_id=1, report=report)))
    assert isinstance(finished, JobFinished)
    (problem,) = finished.report.problems
    assert (problem.path, problem.reason, finished.report.new) == (path, sentence, 2)


def test_a_report_survives() -> None:
    problem = Problem(
        Path("/a/b.jpg"), MediaCode.TOO_LARGE, Sentence("Too large."), 2, Tried.ASK, "Who?"
    )
    report = IndexReport(new=1, copies=2, ignored=3, elapsed_s=1.5, problems=(problem,))
    event = JobFinished(request_id=9, report=report)
    assert decode_event(encode(event)) == event


def test_a_path_is_bytes_on_the_wire() -> None:
    raw = msgspec.msgpack.encode({"type": "RemoveFolder", "path": "/photos"})
    with pytest.raises(msgspec.ValidationError):
        decode_command(raw)


@pytest.mark.parametrize(
    "raw", [b"", b"\xc1", encode(Hello(version="", pid=0, model_key="", settings=Settings()))]
)
def test_what_is_no_command_is_refused(raw: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_command(raw)
    assert isinstance(decode_command(encode(Rescan())), Rescan)
