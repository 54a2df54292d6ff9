"""A whole installation from a hub on this machine: nothing may be left half-done."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from photofind.domain import ModelError
from photofind.inference import registry
from photofind.inference.installing import shipped_file
from photofind.inference.spec import Checkpoint, FileSpec, ModelSpec, SourceKind
from photofind.inference.spec_search import DualEncoderSpec
from photofind.inference.steps import Step
from photofind.inference.store import ModelStore
from photofind.models.installation import install_model
from photofind.models.places import give_up_downloads, installing_alone
from photofind.network import NetworkError
from tests.plugins.local_hub import Fault, LocalHub
from tests.unit.inference import tiny_clip

if TYPE_CHECKING:
    from photofind.models.hub import Hub
    from photofind.paths import AppFolders

CHECKPOINT = "tiny.safetensors"
TOKENIZER = "tokenizer.json"
SPEC = replace(
    tiny_clip.SPEC,
    source="somebody/tiny",
    revision="1" * 40,
    tokenizer=FileSpec(TOKENIZER),
    # quick: nothing to choose from
    checkpoint=Checkpoint(
        FileSpec(CHECKPOINT), tiny_clip.GRAPHS, float32_only=frozenset({"visual", "textual"})
    ),
)


@dataclass
class Case:
    """A hub that holds the tiny model, and a place to install it."""

    hub: Hub
    local: LocalHub
    folders: AppFolders
    spec: DualEncoderSpec = SPEC

    def install(self) -> list[tuple[Step, int, int]]:
        """Installs it; returns what was reported."""
        seen: list[tuple[Step, int, int]] = []
        install_model(
            self.spec, self.folders, self.hub, lambda *told: seen.append((*told, 0, 0)[:3])
        )
        return seen

    def is_installed(self) -> bool:
        return [m.spec.key for m in ModelStore(self.folders).installed(ModelSpec)] != ["basic"]


@pytest.fixture
def case(
    hub: Hub,
    local_hub: LocalHub,
    folders: AppFolders,
    repo_root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Case:
    manifest = tiny_clip.build_resources(tmp_path / "resources", monkeypatch)
    source = tiny_clip.write_safetensors(tmp_path / CHECKPOINT, tiny_clip.random_weights(manifest))
    local_hub.add(SPEC.source, SPEC.revision, CHECKPOINT, source)
    words = tmp_path / TOKENIZER
    shutil.copyfile(shipped_file("tokenizers/clip.json"), words)
    local_hub.add(SPEC.source, SPEC.revision, TOKENIZER, words, is_large=False)
    basic = tmp_path / "resources" / "models" / "basic"
    shutil.copytree(repo_root / "resources" / "models" / "basic", basic)
    monkeypatch.setattr(registry, "ALL", (registry.BASIC, SPEC))
    return Case(hub, local_hub, folders)


def served(case: Case, path: str = CHECKPOINT) -> Path:
    return case.local.files[SPEC.source, SPEC.revision, path].content


def test_a_model_arrives_and_nothing_else_is_left(case: Case) -> None:
    seen = case.install()
    steps = list(dict.fromkeys(step for step, _, _ in seen))
    assert steps == [Step.ASKING, Step.DOWNLOADING, Step.VERIFYING, Step.BINDING, Step.TESTING]
    downloading = [told for told in seen if told[0] is Step.DOWNLOADING]
    total = served(case).stat().st_size + served(case, TOKENIZER).stat().st_size
    assert {told[2] for told in downloading} == {total}
    assert downloading[-1][1] == total
    model = ModelStore(case.folders).verify("tiny")
    assert model.spec.checkpoint is not None
    assert (
        model.spec.checkpoint.file.sha256 == hashlib.sha256(served(case).read_bytes()).hexdigest()
    )
    assert sorted(
        path.name for path in case.folders.models.iterdir() if path.suffix != ".lock"
    ) == [
        ".downloads",
        "first-use.json",
        "tiny",
    ]
    assert list((case.folders.models / ".downloads").iterdir()) == []


def test_what_was_taken_at_first_holds_from_then_on(case: Case) -> None:
    case.install()
    changed = bytearray(served(case).read_bytes())
    changed[-1] ^= 1
    served(case).write_bytes(changed)
    with pytest.raises(ModelError, match=r"has a different tiny\.safetensors") as caught:
        case.install()
    assert caught.value.code == "model_checksum"
    assert case.is_installed()


@pytest.mark.parametrize(
    "file",
    [FileSpec(CHECKPOINT, sha256="0" * 64), FileSpec(CHECKPOINT, bytes=12)],
    ids=["hash", "size"],
)
def test_what_the_hub_says_must_fit_the_registry(case: Case, file: FileSpec) -> None:
    assert case.spec.checkpoint is not None
    case.spec = replace(case.spec, checkpoint=replace(case.spec.checkpoint, file=file))
    with pytest.raises(ModelError, match=r"has a different tiny\.safetensors"):
        case.install()
    assert not case.is_installed()
    assert all(request.startswith("HEAD") for request in case.local.requests)


def test_a_hub_that_lies_is_found_out(case: Case) -> None:
    """What arrives is compared with the registry, whatever the hub says."""
    assert case.spec.checkpoint is not None
    sha256 = "0" * 64
    case.local.files[SPEC.source, SPEC.revision, CHECKPOINT].says_sha256 = sha256
    pinned = replace(case.spec.checkpoint, file=FileSpec(CHECKPOINT, sha256))
    case.spec = replace(case.spec, checkpoint=pinned)
    with pytest.raises(ModelError, match="not the published file"):
        case.install()
    assert not case.is_installed()


def test_a_mirror_that_says_nothing_is_enough_for_pinned_files_alone(case: Case) -> None:
    case.local.is_bare = True
    with pytest.raises(ModelError, match=r"does not say what tiny\.safetensors") as caught:
        case.install()
    assert caught.value.code == "model_unverifiable"
    assert case.spec.checkpoint is not None
    content = served(case).read_bytes()
    file = FileSpec(CHECKPOINT, hashlib.sha256(content).hexdigest(), len(content))
    case.spec = replace(case.spec, checkpoint=replace(case.spec.checkpoint, file=file))
    case.install()
    assert case.is_installed()


def test_a_full_disk_is_seen_before_the_first_byte(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(case.folders.data.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=50_000_000))
    with pytest.raises(ModelError, match=r"needs 0\.\d GB of free space .* has 0\.1 GB") as caught:
        case.install()
    assert caught.value.code == "disk_full"
    assert all(request.startswith("HEAD") for request in case.local.requests)
    assert not case.is_installed()


def test_an_interrupted_download_goes_on_next_time(case: Case) -> None:
    case.local.faults += [Fault(after=100_000), Fault(status=404)]
    with pytest.raises(NetworkError, match="doesn't have this file"):
        case.install()
    assert not case.is_installed()
    case.install()
    assert case.is_installed()
    assert any("bytes=100000-" in request for request in case.local.requests)


def test_half_a_download_can_be_given_up(case: Case) -> None:
    case.local.faults += [Fault(after=100_000), Fault(status=404)]
    with pytest.raises(NetworkError):
        case.install()
    give_up_downloads(case.folders, "tiny")
    assert not list(case.folders.models.rglob("*.part"))


def test_half_a_download_that_is_forgotten_goes_away(case: Case) -> None:
    stale = case.folders.models / ".downloads" / "other" / "2" / "x.part"
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"half")
    long_ago = time.time() - 30 * 24 * 3600
    os.utime(stale, (long_ago, long_ago))
    fresh = case.folders.models / ".downloads" / "third" / "3" / "x.part"
    fresh.parent.mkdir(parents=True)
    fresh.write_bytes(b"half")
    with installing_alone(case.folders):
        pass
    assert not stale.exists()
    assert fresh.exists()


@pytest.mark.parametrize("name", [".downloads", ".downloads/other", ".downloads/other/2"])
def test_nothing_behind_a_link_is_tidied_up(case: Case, tmp_path: Path, name: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    theirs = elsewhere / Path("other/2").relative_to(Path(name).relative_to(".downloads")) / "x"
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b"somebody's")
    os.utime(theirs, (0, 0))
    link = case.folders.models / name
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(elsewhere, target_is_directory=True)
    with installing_alone(case.folders):
        pass
    give_up_downloads(case.folders, "other")
    assert theirs.read_bytes() == b"somebody's"


def test_weights_of_another_model_leave_nothing_behind(case: Case) -> None:
    import numpy as np

    tiny_clip.write_safetensors(served(case), {"a": np.zeros(3, np.float32)})
    with pytest.raises(ModelError, match="belongs to another model"):
        case.install()
    assert not case.is_installed()
    assert not list(case.folders.models.glob(".tiny.*"))


def test_one_installation_at_a_time(case: Case) -> None:
    with (
        installing_alone(case.folders),
        pytest.raises(ModelError, match="Another model is being installed") as caught,
    ):
        case.install()
    assert caught.value.code == "model_busy"


def test_finished_graphs_are_taken_as_they_are(case: Case) -> None:
    case.install()
    made = ModelStore(case.folders).find("tiny", DualEncoderSpec)
    hosted = replace(
        SPEC,
        key="hosted",
        source_kind=SourceKind.ONNX,
        checkpoint=None,
        image=FileSpec("visual.onnx", made.spec.image.sha256),
        text=FileSpec("textual.onnx"),
        weights=(FileSpec("visual.bin"), FileSpec("textual.bin")),
    )
    for file in hosted.files:
        case.local.add(SPEC.source, SPEC.revision, file.path, made.file(file))
    registry_before = registry.ALL
    try:
        registry.ALL = (*registry_before, hosted)
        case.spec = hosted
        case.install()
        model = ModelStore(case.folders).verify("hosted")
    finally:
        registry.ALL = registry_before
    assert made.spec.image.sha256 is not None
    assert model.spec.catalog_key == f"hosted@{made.spec.image.sha256[:8]}.p1.q1"
