from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from check_sources import check_sources, main

from photofind.inference import registry
from photofind.inference.registry_clip import LAION_B32
from photofind.inference.spec import Checkpoint, FileSpec
from photofind.models.hub import Hub
from photofind.network import Network

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.inference.spec import ModelSpec
    from tests.plugins.local_hub import LocalHub, Served

PATH = "weights.bin"


@pytest.fixture
def hub(local_hub: LocalHub) -> Hub:
    return Hub(Network(), local_hub.endpoint)


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
    assert "doesn't have this file" in first.faults[0]
    assert second.faults == ()


@pytest.mark.parametrize(("size", "code"), [(7, 0), (8, 1)])
def test_the_script_prints_what_it_finds(
    local_hub: LocalHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    size: int,
    code: int,
) -> None:
    served = serve(local_hub, tmp_path)
    spec = spec_of(FileSpec(PATH, served.sha256, size))
    monkeypatch.setattr(registry, "ALL", (spec,))
    monkeypatch.setenv("HF_ENDPOINT", local_hub.endpoint)
    assert main([]) == code
    said = "as in the registry" if code == 0 else "It has 7 bytes there and 8 in the registry."
    assert capsys.readouterr().out.startswith(f"{spec.key}  {PATH}: {said}")


def test_without_a_network_it_says_so(
    local_hub: LocalHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PHOTOFIND_OFFLINE", "1")
    monkeypatch.setenv("HF_ENDPOINT", local_hub.endpoint)
    assert main([LAION_B32.key]) == 1
    assert capsys.readouterr().err
    assert local_hub.requests == []
