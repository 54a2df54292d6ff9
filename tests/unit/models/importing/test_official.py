"""The authors' own files of a model in the list, brought by a person."""

from __future__ import annotations

import hashlib
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from photofind.domain import ModelError
from photofind.inference import registry
from photofind.inference.installing import shipped_file
from photofind.inference.spec import Checkpoint, FileSpec
from photofind.inference.store import ModelStore
from photofind.models.importing.installation import import_model
from tests.unit.inference import tiny_clip

if TYPE_CHECKING:
    from photofind.paths import AppFolders

CHECKPOINT, TOKENIZER = "open_clip_model.safetensors", "tokenizer.json"


@pytest.fixture
def brought(tmp_path: Path, repo_root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stick with the two files of a tiny model, which the list pins."""
    manifest = tiny_clip.build_resources(tmp_path / "resources", monkeypatch)
    basic = tmp_path / "resources" / "models" / "basic"
    shutil.copytree(repo_root / "resources" / "models" / "basic", basic)
    stick = tmp_path / "stick"
    stick.mkdir()
    weights = tiny_clip.write_safetensors(stick / CHECKPOINT, tiny_clip.random_weights(manifest))
    shutil.copyfile(shipped_file("tokenizers/clip.json"), stick / TOKENIZER)
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    file = FileSpec(CHECKPOINT, sha256=digest, bytes=weights.stat().st_size)
    only = frozenset({"visual", "textual"})  # quick: nothing to choose from
    spec = replace(
        tiny_clip.SPEC,
        source="somebody/tiny",
        revision="1" * 40,
        tokenizer=FileSpec(TOKENIZER),
        checkpoint=Checkpoint(file, tiny_clip.GRAPHS, float32_only=only),
    )
    monkeypatch.setattr(registry, "ALL", (registry.BASIC, spec))
    return stick


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {path.name: (path.read_bytes(), path.stat().st_nlink) for path in folder.iterdir()}


@pytest.mark.parametrize("shape", ["folder", "file", "archive"])
def test_it_becomes_the_model_of_the_list(
    folders: AppFolders, brought: Path, tmp_path: Path, shape: str
) -> None:
    before = contents(brought)
    (brought.parent / "around").mkdir()
    inside = brought.rename(brought.parent / "around" / "snapshots")
    sources = {
        "folder": inside.parent,
        "file": inside / CHECKPOINT,
        "archive": Path(shutil.make_archive(str(tmp_path / "brought"), "zip", inside)),
    }
    model = import_model(sources[shape], folders, lambda _: None)
    assert model.spec.key == "tiny"
    assert ModelStore(folders).verify("tiny").spec.source == "somebody/tiny"
    assert contents(inside) == before, "the person's files stay theirs, and are not lent"
    left = {path.name for path in folders.models.iterdir() if path.is_dir()}
    assert left - {".downloads"} == {"tiny"}


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_to_nothing_is_passed_over(folders: AppFolders, brought: Path) -> None:
    """The hub's own cache consists of links."""
    (brought / "a link").symlink_to(brought / "nothing")
    assert import_model(brought, folders, lambda _: None).spec.key == "tiny"


def test_what_is_missing_beside_it_is_named(folders: AppFolders, brought: Path) -> None:
    (brought / TOKENIZER).unlink()
    with pytest.raises(ModelError, match=r"tokenizer\.json is missing\. Put it beside"):
        import_model(brought, folders, lambda _: None)


@pytest.mark.parametrize("alone", [True, False])
def test_one_that_is_not_the_published_one_is_not_taken_for_it(
    folders: AppFolders, brought: Path, alone: bool
) -> None:
    content = bytearray((brought / CHECKPOINT).read_bytes())
    content[-1] ^= 1
    (brought / CHECKPOINT).write_bytes(content)
    said = "nor the official file" if alone else "There is no model"
    with pytest.raises(ModelError, match=said):
        import_model(brought / CHECKPOINT if alone else brought, folders, lambda _: None)
    assert not (folders.models / "tiny").exists()
