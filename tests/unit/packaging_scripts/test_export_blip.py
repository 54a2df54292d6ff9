"""A tiny random BLIP from a file as its authors publish it, compared with transformers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import export_blip as exporting
import pytest
from export_blip import export_blip, main
from transformers_blip import measure_blip

from photofind import paths
from photofind.domain import ModelError
from photofind.exporting.request import ExportError
from photofind.inference import registry_blip
from photofind.inference.blip.models import BlipAnswerer, BlipCaptioner
from photofind.inference.precision_check import draw_pictures
from photofind.inference.spec_texts import AnswererSpec, CaptionerSpec
from photofind.inference.store import ModelStore
from photofind.paths import AppFolders, app_folders
from tests.unit.inference.blip import tiny
from tests.unit.inference.blip.reference import (
    BASE,
    LARGE,
    STOP_BIAS,
    TINY,
    TINY_VQA,
    Sizes,
    make_network,
)
from tests.unit.inference.transformers_reference import import_transformers

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.inference.checkpoints.tensors import TensorFile
    from photofind.inference.spec import ModelSpec

pytestmark = pytest.mark.pytorch


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppFolders:
    import_transformers()
    tiny.build_resources(tmp_path / "resources", monkeypatch)
    return app_folders(tmp_path / "data")


def save(tmp_path: Path, *, answers: bool, sizes: Sizes = TINY_VQA) -> Path:
    import torch

    network = make_network(sizes, answers=answers, stop_bias=STOP_BIAS)
    path = tmp_path / "pytorch_model.bin"
    torch.save(network.state_dict(), path)
    return path


def test_a_captioner_is_compared_and_installed(folders: AppFolders, tmp_path: Path) -> None:
    said: list[str] = []
    checkpoint = save(tmp_path, answers=False)
    key, out = tiny.CAPTIONER.key, tmp_path / "graphs"
    report = export_blip(key, checkpoint, folders, out=out, say=said.append)
    assert [gate.passed for gate in report.gates] == [True, True]
    assert "8 of 8 the same" in str(report.gates[1].figures)
    assert any(line.startswith("passed: logits") for line in said)
    model = ModelStore(folders).find(key, CaptionerSpec)
    assert BlipCaptioner(model).caption(draw_pictures(tiny.SIDE)[:1])

    assert tiny.CAPTIONER.checkpoint is not None
    shipped = paths.resources() / tiny.CAPTIONER.checkpoint.graphs
    assert report.as_shipped
    assert contents(out) == contents(shipped)
    with pytest.raises(ExportError, match="exists already"):
        export_blip(key, checkpoint, folders, out=out)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_graphs_are_written_anew(
    folders: AppFolders, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is checked, installed and given out is what was just written, not what was shipped."""
    checkpoint = save(tmp_path, answers=False)
    assert tiny.CAPTIONER.checkpoint is not None
    shipped = paths.resources() / tiny.CAPTIONER.checkpoint.graphs
    before = contents(shipped)
    for name in ("vision.fp32.onnx", "vision.int8.onnx", "decoder.fp32.onnx", "decoder.int8.onnx"):
        (shipped / name).write_bytes(b"no graph")
    words = [tiny.CAPTIONER.key, str(checkpoint), "--data-dir", str(folders.data)]
    assert main([*words, "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "they are not those shipped" in said
    assert said[-1] == f"Installed {tiny.CAPTIONER.title}."
    assert contents(tmp_path / "out") == before
    model = ModelStore(folders).find(tiny.CAPTIONER.key, CaptionerSpec)
    assert BlipCaptioner(model).caption(draw_pictures(tiny.SIDE)[:1])


def test_a_file_of_other_sizes_is_refused(folders: AppFolders, tmp_path: Path) -> None:
    checkpoint = save(tmp_path, answers=False, sizes=TINY)
    with pytest.raises(ExportError, match="of other sizes") as caught:
        export_blip(tiny.CAPTIONER.key, checkpoint, folders)
    assert caught.value.code == "export_weights"


def test_an_answerer_is_compared_and_installed(folders: AppFolders, tmp_path: Path) -> None:
    report = export_blip(tiny.ANSWERER.key, save(tmp_path, answers=True), folders)
    assert all(gate.passed for gate in report.gates)
    model = ModelStore(folders).find(tiny.ANSWERER.key, AnswererSpec)
    assert BlipAnswerer(model).answer(draw_pictures(tiny.SIDE)[:1], "how many?")


def test_graphs_that_compute_something_else_are_not_installed(
    folders: AppFolders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = save(tmp_path, answers=False)
    monkeypatch.setattr(
        exporting,
        "load_blip",
        lambda *_: make_network(TINY_VQA, answers=False, seed=1),
    )
    with pytest.raises(ExportError, match="logits, float32 graphs") as caught:
        export_blip(tiny.CAPTIONER.key, checkpoint, folders)
    assert caught.value.code == "export_gate"
    with pytest.raises(ModelError):
        ModelStore(folders).find(tiny.CAPTIONER.key, CaptionerSpec)


def test_a_file_of_another_kind_is_refused(folders: AppFolders, tmp_path: Path) -> None:
    checkpoint = save(tmp_path, answers=False)
    with pytest.raises(ExportError, match="does not hold a BLIP of this kind") as caught:
        export_blip(tiny.ANSWERER.key, checkpoint, folders)
    assert caught.value.code == "export_weights"
    assert "text_decoder" not in caught.value.user_message  # a library's own words
    with pytest.raises(ExportError, match="no file"):
        export_blip(tiny.ANSWERER.key, tmp_path / "none.bin", folders)


@pytest.mark.parametrize(
    ("spec", "sizes", "answers"),
    [
        (registry_blip.BASE, BASE, False),
        (registry_blip.LARGE, LARGE, False),
        (registry_blip.VQA_BASE, BASE, True),
    ],
    ids=["base", "large", "vqa"],
)
def test_the_shapes_of_a_file_tell_the_network_that_is_shipped(
    spec: ModelSpec, sizes: Sizes, answers: bool
) -> None:
    """So an official file's graphs are those of the resources, which are built and compared too."""
    transformers = import_transformers()
    import torch
    from shipped_graphs import architectures

    assert spec.checkpoint is not None
    folder = spec.checkpoint.graphs
    (expected,) = (each.network for each in architectures.ALL if each.folder == folder)
    kind = "BlipForQuestionAnswering" if answers else "BlipForConditionalGeneration"
    with torch.device("meta"):
        state = getattr(transformers, kind)(sizes.configuration()).state_dict()
    file = SimpleNamespace(
        tensors={name: SimpleNamespace(shape=tuple(each.shape)) for name, each in state.items()}
    )
    assert measure_blip(cast("TensorFile", file), answers=answers) == expected


def test_a_model_of_another_kind_is_refused(folders: AppFolders, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="neither describes photos") as caught:
        export_blip("basic", tmp_path, folders)
    assert caught.value.code == "export_unknown"


def test_what_is_wrong_is_said(
    folders: AppFolders, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [tiny.CAPTIONER.key, str(tmp_path / "none.bin"), "--data-dir", str(folders.data)]
    assert main(words) == 1
    assert "There is no file" in capsys.readouterr().err
