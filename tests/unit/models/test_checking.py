from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from photofind.inference.registry_clip import LAION_B32
from photofind.inference.spec import Checkpoint, FileSpec
from photofind.models.checking import check_sources

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.inference.spec import ModelSpec
    from photofind.models.hub import Hub
    from tests.plugins.local_hub import LocalHub, Served

PATH = "weights.bin"


def spec_of(file: FileSpec) -> ModelSpec:
    return replace(LAION_B32, checkpoint=Checkpoint(file, graphs="none"))


def serve(local_hub: LocalHub, tmp_path: Path) -> Served:
    (tmp_path / PATH).write_bytes(b"numbers")
    return local_hub.add(LAION_B32.source, LAION_B32.revision, PATH, tmp_path / PATH)


def test_agreement(hub: Hub, local_hub: LocalHub, tmp_path: Path) -> None:
    served = serve(local_hub, tmp_path)
    (check,) = check_sources([spec_of(FileSpec(PATH, served.sha256, 7))], hub)
    assert (check.faults, check.news) == ((), False)
    assert all(request.startswith("HEAD") for request in local_hub.requests)


def test_what_is_open_is_news(hub: Hub, local_hub: LocalHub, tmp_path: Path) -> None:
    served = serve(local_hub, tmp_path)
    (check,) = check_sources([spec_of(FileSpec(PATH))], hub)
    assert check.news
    assert check.said is not None
    assert (check.said.sha256, check.said.bytes) == (served.sha256, 7)


def test_differences_are_named(hub: Hub, local_hub: LocalHub, tmp_path: Path) -> None:
    serve(local_hub, tmp_path)
    (check,) = check_sources([spec_of(FileSpec(PATH, "0" * 64, 8))], hub)
    assert len(check.faults) == 2
    assert "7 bytes there and 8 in the registry" in check.faults[1]


def test_a_file_that_is_gone_stops_nothing(hub: Hub, local_hub: LocalHub, tmp_path: Path) -> None:
    serve(local_hub, tmp_path)
    gone, there = spec_of(FileSpec("gone.bin")), spec_of(FileSpec(PATH))
    first, second = check_sources([gone, there], hub)
    assert first.said is None
    assert "does not have this file" in first.faults[0]
    assert second.faults == ()
