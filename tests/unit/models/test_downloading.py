from __future__ import annotations

import errno
import hashlib
import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from photofind.domain import ModelError
from photofind.inference.registry_clip import LAION_B32
from photofind.inference.spec import Checkpoint, FileSpec
from photofind.models.downloading import download
from photofind.network import NetworkError
from tests.plugins.local_hub import Fault, LocalHub, Served

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.inference.spec import ModelSpec
    from photofind.models.hub import Hub, RemoteFile

CONTENT = random.Random(0).randbytes(1_000_000)
PATH = "onnx/model.onnx"


@dataclass
class Case:
    """A file on the hub and where it goes."""

    hub: Hub
    local: LocalHub
    served: Served
    remote: RemoteFile
    folder: Path
    waits: list[float] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)

    @property
    def target(self) -> Path:
        return self.folder / PATH

    @property
    def part(self) -> Path:
        return self.folder / f"{PATH}.part"

    @property
    def gets(self) -> list[str]:
        """Ranges of the GET requests that the caches saw."""
        return [
            request.partition("signature=abc")[2].strip()
            for request in self.local.requests
            if "signature" in request
        ]

    def run(self, remote: RemoteFile | None = None) -> Path:
        return download(
            self.hub, remote or self.remote, self.folder, self.seen.append, self.waits.append
        )


def spec_of(*files: FileSpec) -> ModelSpec:
    """A model that is fetched as one file (its checkpoint)."""
    return replace(LAION_B32, checkpoint=Checkpoint(files[0], graphs="none"))


@pytest.fixture
def case(hub: Hub, local_hub: LocalHub, tmp_path: Path) -> Case:
    source = tmp_path / "source"
    source.write_bytes(CONTENT)
    served = local_hub.add(LAION_B32.source, LAION_B32.revision, PATH, source)
    remote = hub.describe(LAION_B32, FileSpec(PATH))
    return Case(hub, local_hub, served, remote, tmp_path / "downloads")


def test_the_hub_says_what_a_file_is(case: Case) -> None:
    assert case.remote.bytes == len(CONTENT)
    assert case.remote.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert case.remote.blob_id is None
    assert [request.split()[0] for request in case.local.requests] == ["HEAD"]


def test_a_file_arrives_over_a_redirect(case: Case) -> None:
    assert case.run() == case.target
    assert case.target.read_bytes() == CONTENT
    assert not case.part.exists()
    assert case.seen[0] == 0
    assert case.seen[-1] == len(CONTENT)
    assert case.seen == sorted(case.seen)
    assert case.gets == [""]
    assert case.waits == []


def test_a_small_file_is_known_by_its_blob_id(
    hub: Hub, local_hub: LocalHub, tmp_path: Path
) -> None:
    source = tmp_path / "vocabulary"
    source.write_bytes(b"some words")
    local_hub.add(LAION_B32.source, LAION_B32.revision, "a b/v.json", source, is_large=False)
    remote = hub.describe(LAION_B32, FileSpec("a b/v.json"))
    assert (remote.sha256, remote.bytes) == (None, 10)
    assert download(hub, remote, tmp_path / "to", print).read_bytes() == b"some words"
    local_hub.faults.append(Fault(content=b"other word"))
    with pytest.raises(ModelError, match="not the published file"):
        download(hub, remote, tmp_path / "again", print)


def test_it_goes_on_after_dropped_connections(case: Case) -> None:
    case.local.faults += [Fault(after=300_000), Fault(after=1), Fault(after=0)]
    case.run()
    assert case.target.read_bytes() == CONTENT
    assert case.gets == ["", "bytes=300000-", "bytes=300001-", "bytes=300001-"]
    assert case.waits == [2.0, 2.0, 4.0]


def test_it_goes_on_in_the_next_run(case: Case) -> None:
    case.local.faults += [Fault(after=400_000), Fault(status=404)]
    with pytest.raises(NetworkError, match="doesn't have this file") as caught:
        case.run()
    assert caught.value.code == "network_refused"
    assert case.part.read_bytes() == CONTENT[:400_000]
    assert not case.target.exists()
    case.run()
    assert case.target.read_bytes() == CONTENT
    assert case.gets[-1] == "bytes=400000-"


def test_a_server_that_begins_anew_is_followed(case: Case) -> None:
    case.local.faults += [Fault(after=400_000), Fault(whole=True)]
    case.run()
    assert case.target.read_bytes() == CONTENT
    assert case.gets == ["", "bytes=400000-"]


def test_it_gives_up_when_nothing_comes(case: Case) -> None:
    case.local.faults += [Fault(after=0)] * 9
    with pytest.raises(NetworkError, match=r"ended too early\. Try again"):
        case.run()
    assert case.waits == [2.0, 4.0, 8.0, 16.0]


def test_a_wrong_file_is_deleted(case: Case) -> None:
    case.local.faults.append(Fault(content=bytes(len(CONTENT))))
    with pytest.raises(ModelError, match="not the published file") as caught:
        case.run()
    assert caught.value.code == "model_checksum"
    assert not list(case.target.parent.iterdir())


@pytest.mark.parametrize("change", [-1, 1])
def test_a_file_of_another_length_is_never_taken(case: Case, change: int) -> None:
    """Cut short by the server, it is asked for the rest; longer than it should be, it is wrong."""
    other = CONTENT[:change] if change < 0 else CONTENT + b"x"
    case.local.faults += [Fault(content=other)] * 9
    with pytest.raises(ModelError, match="not the published file"):
        case.run()
    assert not list(case.target.parent.iterdir())


def test_a_damaged_beginning_is_fetched_again(case: Case) -> None:
    case.part.parent.mkdir(parents=True)
    case.part.write_bytes(bytes(500_000))
    case.run()
    assert case.target.read_bytes() == CONTENT
    assert case.gets == ["bytes=500000-", ""]


@pytest.mark.parametrize("left", [CONTENT + b"more", CONTENT])
def test_what_was_there_already_is_looked_at(case: Case, left: bytes) -> None:
    case.part.parent.mkdir(parents=True)
    case.part.write_bytes(left)
    case.run()
    assert case.target.read_bytes() == CONTENT
    assert case.gets == ([] if left == CONTENT else [""])


def test_a_complete_file_of_an_earlier_run_is_checked_and_kept(case: Case) -> None:
    case.run()
    case.run()
    assert case.gets == [""]
    case.target.write_bytes(bytes(len(CONTENT)))
    case.run()
    assert case.target.read_bytes() == CONTENT
    assert case.gets == ["", ""]


def test_a_busy_server_is_left_alone_for_a_while(case: Case) -> None:
    case.local.faults += [
        Fault(status=429, headers={"Retry-After": "7"}),
        Fault(status=503),
        Fault(status=500),
    ]
    case.run()
    assert case.waits == [7.0, 4.0, 8.0]


def test_a_server_that_is_busy_for_long_is_left_to_the_person(case: Case) -> None:
    case.local.faults.append(Fault(status=429, headers={"Retry-After": "600"}))
    with pytest.raises(NetworkError, match="again in 10 minutes") as caught:
        case.run()
    assert caught.value.code == "network_busy"
    assert caught.value.retry_after_s == 600
    assert case.waits == []


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "withdrawn, or needs an account"),
        (403, "withdrawn"),
        (404, "doesn't have"),
        (418, "HTTP 418"),
    ],
)
def test_a_refusal_is_final(case: Case, status: int, said: str) -> None:
    case.local.faults.append(Fault(status=status))
    with pytest.raises(NetworkError, match=said) as caught:
        case.run()
    assert caught.value.status == status
    assert len(case.gets) == 1


def test_a_full_disk_keeps_what_has_arrived(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(ModelError, match="The disk is full") as caught:
            case.run()
    assert caught.value.code == "disk_full"
    assert not case.target.exists()
    case.run()
    assert case.target.read_bytes() == CONTENT


def test_a_folder_that_cannot_be_written(case: Case) -> None:
    case.folder.write_bytes(b"a file")
    with pytest.raises(ModelError, match="can't be written") as caught:
        case.run()
    assert caught.value.code == "disk_failed"
