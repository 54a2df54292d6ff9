"""`photofind models export` by the real program, on a tiny random network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.exporting import tiny_networks
from tests.unit.inference.open_clip_reference import import_open_clip

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.program import Program


def test_a_checkpoint_becomes_a_folder(program: Program, tmp_path: Path) -> None:
    import_open_clip()
    tiny = tiny_networks.make_clip(tmp_path)
    words = ("models", "export", tiny.architecture, "--pretrained", tiny.checkpoint)
    document = program.document(*words, "--out", tmp_path / "out", "--precision", "fp32")
    assert document["folder"] == str(tmp_path / "out")
    assert (document["image"], document["text"], document["dim"]) == ("fp32", "fp32", 32)
    assert all(gate["passed"] for gate in document["gates"])
    assert (tmp_path / "out" / "photofind-model.json").is_file()
    assert not program.data_dir.exists(), "exporting is no reason to make a catalog"
    assert program.error(*words, "--out", tmp_path / "out", code=1) == "export_folder"


def test_what_can_not_be_exported_is_said(program: Program, tmp_path: Path) -> None:
    words = ("models", "export", "ViT-B-32", "--out", tmp_path / "out", "--pretrained")
    assert program.error(*words, tmp_path / "none.pt", code=1) == "export_weights"
    assert program.error(*words, "a.pt", "--precision", "int4", code=2) == "usage"
    assert not (tmp_path / "out").exists()
