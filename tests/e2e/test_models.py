"""Models by the real program: true architecture and file layout, random weights, a local hub.

Random weights prove the way from the hub to the search, never its quality.
"""

from __future__ import annotations

import re
import signal
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from photofind.inference import registry_clip
from photofind.inference.manifest import read_manifest
from photofind.paths import resources
from tests.e2e.program import Program
from tests.plugins.local_hub import LocalHub
from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import make_photo
from tests.unit.inference.tiny_clip import random_weights, write_safetensors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPEC = registry_clip.TINYCLIP_40M
"""Its sha256 is not established, so that photofind takes what its hub vouches for."""
KEY = SPEC.key
FILE = "model.safetensors"


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file as the authors publish it, 337 MB, but for the numbers in it."""
    assert SPEC.checkpoint is not None
    graphs = resources() / SPEC.checkpoint.graphs
    path = tmp_path_factory.mktemp("hub") / FILE
    yield write_safetensors(path, random_weights(read_manifest(graphs / "manifest.json")))
    path.unlink()


@pytest.fixture
def local_hub(checkpoint: Path) -> Iterator[LocalHub]:
    with LocalHub() as hub:
        hub.add(SPEC.source, SPEC.revision, FILE, checkpoint)
        yield hub


@pytest.fixture
def program(data_dir: Path, local_hub: LocalHub) -> Program:
    return Program(data_dir, environment={"HF_ENDPOINT": local_hub.endpoint})


def model(document: dict[str, list[dict[str, object]]], key: str = KEY) -> dict[str, object]:
    return next(each for each in document["models"] if each["key"] == key)


def test_a_model_is_installed_used_verified_and_removed(program: Program, tmp_path: Path) -> None:
    for seed in range(4):
        make_photo(tmp_path / "photos" / f"{seed}.jpg", seed=seed)
    program.document("index", tmp_path / "photos")
    before = model(program.document("models", "list"))
    assert (before["installed"], before["active"], before["bytes"]) == (False, False, 337_000_000)
    program.document("pause")  # four photos would be indexed before anybody looks
    done = program.run("models", "install", KEY)
    assert done.code == 0, done
    assert done.out.startswith("Installed TinyCLIP")
    said = done.err.splitlines()
    assert said[0] == "Checking what is available"
    assert "Downloading: 337 MB of 337 MB" in said
    assert {"Verifying", "Optimising it", "Testing"} <= set(said)
    assert "can't tell plain colours apart" in said[-1]  # as its weights are random
    after = model(program.document("models", "list"))
    assert (after["installed"], after["chosen"]) == (True, True)
    assert "Search changes to it once all 4 photos are indexed" in done.out
    assert after["notices"]
    assert after["pictures_per_s"]
    assert program.document("models", "verify") == {"verified": ["basic", KEY]}
    _use_it(program)
    _repair_it(program)
    assert model(program.document("models", "remove", KEY))["installed"] is False
    assert not (program.folders.models / KEY).exists()
    assert program.error("models", "remove", KEY, code=1) == "model_missing"


def _use_it(program: Program) -> None:
    """Indexes with it, searches, and goes back and forth."""
    assert program.document("search", "a dog")["model"] == "basic"
    program.document("resume")
    assert model(program.document("models", "use", KEY))["active"] is True
    found = program.document("search", "a dog")
    assert found["model"] == KEY
    assert len(found["hits"]) == 4
    assert program.document("status")["model"] == KEY
    assert program.error("models", "remove", KEY, code=1) == "model_in_use"
    assert model(program.document("models", "use", "basic"))["active"] is False
    assert program.document("search", "a dog")["model"] == "basic"


def _repair_it(program: Program) -> None:
    """What is damaged is found, and would be made anew by the command that made it."""
    intact = program.run("models", "install", KEY, "--offline")
    assert "is installed already, and intact" in intact.out, intact
    weights = program.folders.models / KEY / "visual.bin"
    with weights.open("r+b") as stream:
        stream.seek(1000)
        stream.write(b"damage")
    assert program.error("models", "verify", KEY, code=1) == "model_checksum"
    assert program.error("models", "install", KEY, "--offline", code=1) == "network_forbidden"


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as a POSIX signal")
def test_ctrl_c_keeps_what_has_arrived(program: Program, local_hub: LocalHub) -> None:
    local_hub.pause = threading.Event()
    with program.start("models", "install", KEY) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if re.match(r"Downloading: 1\d\d MB", line):
                running.send_signal(signal.SIGINT)
                break
        _, err = running.communicate(timeout=PATIENCE_S)
    local_hub.pause.set()
    assert running.returncode == 130
    assert "continues from there" in err
    (part,) = program.folders.models.rglob("*.part")
    assert part.stat().st_size > 100_000_000
    program.document("models", "remove", KEY)
    assert not list(program.folders.models.rglob("*.part"))


def test_offline_means_offline(program: Program, local_hub: LocalHub) -> None:
    assert program.error("--offline", "models", "install", KEY, code=1) == "network_forbidden"
    export = ("models", "export", "ViT-B-32", "--pretrained", "openai", "--offline")
    assert program.error(*export, code=1) == "network_forbidden"
    assert local_hub.requests == []


def test_wrong_keys_are_clear_errors(program: Program) -> None:
    assert program.error("models", "install", "clip", code=1) == "model_missing"
    assert program.error("models", "use", KEY, code=1) == "model_missing"
    assert program.error("models", "remove", "basic", code=1) == "model_built_in"
    assert program.error("models", "nonsense", code=2) == "usage"
