"""What goes over the wire comes back the same."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pytest

from photofind.domain import IndexReport, MediaCode, Problem
from photofind.worker.messages import (
    AddFolders,
    Event,
    Hello,
    JobFinished,
    ModelChanged,
    PhotosRefined,
    Progress,
    Refused,
    Rescan,
    decode_command,
    decode_event,
    encode,
    path_from_wire,
    path_to_wire,
    report_from_wire,
    report_to_wire,
    text_to_wire,
)


@pytest.mark.skipif(sys.platform == "win32", reason="names are UTF-16 there")
def test_a_name_that_is_not_utf8_survives() -> None:
    path = Path("/photos/caf\udce9.jpg")
    command = AddFolders(request_id=3, paths=(path_to_wire(path),))
    decoded = decode_command(encode(command))
    assert isinstance(decoded, AddFolders)
    assert path_from_wire(decoded.paths[0]) == path


@pytest.mark.parametrize(
    "event",
    [
        Hello(version="1", pid=2, model_key="basic", paused=True),
        Progress(activity="indexing", found=3, done=1, total=3, images_per_s=2.5, eta_s=None),
        Progress(activity="building", done=1, total=3, model="basic@12345678.p1.q0"),
        PhotosRefined(content_ids=(3, 1)),
        ModelChanged(key="basic"),
        Refused(request_id=1, code="folder_missing", message="No."),
    ],
)
def test_events_survive(event: Event) -> None:
    assert decode_event(encode(event)) == event


@pytest.mark.parametrize("odd", ["\udce9", "\udc00\ud800"])
def test_a_sentence_may_name_a_path_that_is_not_utf8(odd: str) -> None:
    message = text_to_wire(f"There is no folder caf{odd} 😀.")
    event = decode_event(encode(Refused(request_id=1, code="folder_missing", message=message)))
    assert isinstance(event, Refused)
    assert event.message.replace("\ufffd", "") == "There is no folder caf 😀."


def test_a_report_survives() -> None:
    problem = Problem(Path("/a/b.jpg"), MediaCode.TOO_LARGE, "Too large.", 2)
    report = IndexReport(new=1, copies=2, ignored=3, elapsed_s=1.5, problems=(problem,))
    event = decode_event(encode(JobFinished(request_id=9, report=report_to_wire(report))))
    assert isinstance(event, JobFinished)
    assert report_from_wire(event.report) == report


@pytest.mark.parametrize(
    "raw", [b"", b"\xc1", encode(Hello(version="", pid=0, model_key="", paused=False))]
)
def test_what_is_no_command_is_refused(raw: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_command(raw)
    assert isinstance(decode_command(encode(Rescan())), Rescan)
