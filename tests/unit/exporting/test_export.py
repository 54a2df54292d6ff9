"""Tiny random networks: they prove the path, not what a model is worth."""

from __future__ import annotations

import importlib.util
import json
import pickle
import struct
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from photofind.exporting import export, gates, tools
from photofind.exporting.export import default_name, export_model
from photofind.exporting.request import ExportError, ExportRequest
from photofind.exporting.weights import find_weights
from photofind.inference.clip import ImageEncoder, TextEncoder
from photofind.inference.golden import self_test
from photofind.inference.portable import read_spec
from photofind.inference.records import Precision
from photofind.inference.spec_search import PaddingKind, TextCleaning
from photofind.inference.store import InstalledModel
from photofind.media.decode import decode_photo
from photofind.network import NetworkError
from tests.plugins.pictures import make_photo
from tests.unit.exporting import tiny_networks
from tests.unit.inference.open_clip_reference import import_open_clip

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from photofind.exporting.architectures import Architecture
    from photofind.exporting.export import ExportReport
    from tests.unit.exporting.tiny_networks import Tiny

    Exported = tuple[ExportReport, list[str]]

pytestmark = pytest.mark.pytorch

TEXTS = ["", "a dog", "Two DOGS, playing_in the snow!", "หมาเล่นหิมะ", "狗 👍🏽", "long " * 100]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    import_open_clip()
    return tiny_networks.make_clip(tmp_path_factory.mktemp("clip"))


def request_for(tiny: Tiny, folder: Path, precision: Precision | None = None) -> ExportRequest:
    return ExportRequest(
        str(tiny.architecture),
        str(tiny.checkpoint),
        folder,
        tokenizer=tiny.tokenizer,
        precision=precision,
    )


def run(request: ExportRequest) -> Exported:
    said: list[str] = []
    return export_model(request, lambda line: said.append(str(line))), said


def chain_cosines(report: ExportReport, tiny: Tiny, photo: Path) -> tuple[float, float]:
    """Picture file and texts to vectors, photofind's way and open_clip's."""
    open_clip = import_open_clip()
    import torch
    from PIL import Image

    model = InstalledModel(report.spec, report.folder)
    preprocess = report.spec.preprocess
    tensors = decode_photo(photo, [preprocess.geometry]).tensors
    ours = ImageEncoder(model).encode(tensors).search[0]
    transform = open_clip.image_transform(
        preprocess.geometry.size,
        is_train=False,
        mean=preprocess.mean,
        std=preprocess.std,
        interpolation=preprocess.geometry.interpolation.value,
        resize_mode=preprocess.geometry.mode.value,
    )
    with Image.open(photo) as picture, torch.inference_mode():
        theirs = tiny.model.encode_image(transform(picture)[None]).numpy()[0]
        ids = report_ids(report, tiny)
        words = np.concatenate([tiny.model.encode_text(torch.from_numpy(row)) for row in ids])
    found = TextEncoder(model).encode(TEXTS)
    words = words / np.linalg.norm(words, axis=1, keepdims=True)
    return float(ours @ theirs / np.linalg.norm(theirs)), float((found * words).sum(axis=1).min())


def report_ids(report: ExportReport, tiny: Tiny) -> list[Any]:
    """open_clip's own ids."""
    open_clip = import_open_clip()
    if tiny.tokenizer is None:
        return [open_clip.get_tokenizer("ViT-B-32")([text]).numpy() for text in TEXTS]
    tokenizer = TextEncoder(InstalledModel(report.spec, report.folder))._principal._tokenizer
    # Compared with open_clip's by the export itself.
    return [
        np.pad(
            ids := tokenizer.encode(text)[0],
            ((0, 0), (0, report.spec.context_length - ids.shape[1])),
            constant_values=report.spec.padding.token_id,
        )
        for text in TEXTS
    ]


@pytest.fixture(scope="module")
def exported(clip: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    folder = tmp_path_factory.mktemp("exported") / "model"
    return run(request_for(clip, folder, Precision.INT8))


def test_the_folder_is_complete_and_described(exported: Exported) -> None:
    report, said = exported
    names = sorted(path.name for path in report.folder.iterdir())
    assert names == [
        "export.txt",
        "golden.json",
        "photofind-model.json",
        "textual.onnx",
        "tokenizer.json",
        "visual.onnx",
    ]
    assert list(report.folder.parent.iterdir()) == [report.folder]
    assert read_spec(report.folder) == report.spec
    assert report.spec.key == "tiny-clip-tiny-clip"
    assert report.spec.padding.kind is PaddingKind.NONE
    assert report.spec.cleaning is TextCleaning.CLIP
    assert self_test(InstalledModel(report.spec, report.folder)) > 0.9999
    assert all(gate.passed for gate in report.gates)
    assert len(report.gates) == len([line for line in said if line.startswith("passed: ")]) == 7
    assert str(report.gates[0].figures) in (report.folder / "export.txt").read_text()


def test_int8_is_smaller_and_as_good(exported: Exported, clip: Tiny, tmp_path: Path) -> None:
    report, _ = exported
    assert (report.image, report.text) == (Precision.INT8, Precision.INT8)
    weights = sum(p.numel() for p in clip.model.visual.parameters())
    assert (report.folder / "visual.onnx").stat().st_size < 3.6 * weights
    image, text = chain_cosines(report, clip, make_photo(tmp_path / "a.png"))
    assert image > 0.997
    assert text > 0.997


def test_sigmoid_networks_are_filled_up_and_squashed(tmp_path: Path) -> None:
    import_open_clip()
    tiny = tiny_networks.make_siglip(tmp_path)
    report, _ = run(request_for(tiny, tmp_path / "out", Precision.FP32))
    assert report.spec.padding.kind is PaddingKind.TO_CONTEXT
    assert report.spec.padding.token_id == 0
    assert report.spec.cleaning is TextCleaning.CANONICAL
    assert report.spec.preprocess.mean == (0.5, 0.5, 0.5)
    assert report.spec.cuts.text_gap == pytest.approx(0.08)
    image, text = chain_cosines(report, tiny, make_photo(tmp_path / "a.png"))
    assert image > 0.9999
    assert text > 0.9999


def test_a_masked_mean_takes_any_length(tmp_path: Path) -> None:
    import_open_clip()
    if importlib.util.find_spec("transformers") is None:
        pytest.skip("needs transformers, which builds this network")
    tiny = tiny_networks.make_xlm_roberta(tmp_path)
    report, _ = run(request_for(tiny, tmp_path / "out", Precision.FP32))
    assert report.spec.padding.kind is PaddingKind.NONE
    assert report.spec.padding.token_id == 1
    assert report.spec.languages == ("mul",)
    image, text = chain_cosines(report, tiny, make_photo(tmp_path / "a.png"))
    assert image > 0.9999
    assert text > 0.9999


def refused(request: ExportRequest, code: str) -> str:
    with pytest.raises(ExportError) as caught:
        run(request)
    assert caught.value.code == code
    assert not request.folder.exists()
    assert not list(request.folder.parent.glob(".*"))
    return caught.value.user_message


def test_a_gate_that_is_not_passed_leaves_nothing(
    clip: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "make_strings", lambda: ["a dog"])
    monkeypatch.setattr(gates, "MOST_PICTURE_DIFFERENCE", 0.0)
    message = refused(request_for(clip, tmp_path / "out"), "export_gate")
    assert "pictures prepared as open_clip does" in message


def test_a_folder_that_exists_is_not_touched(clip: Tiny, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(ExportError, match="exists already") as caught:
        run(request_for(clip, tmp_path / "mine"))
    assert caught.value.code == "export_folder"
    assert (tmp_path / "mine").read_text() == "mine"


class Hostile:
    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str, str]]:
        return open, (self.path, "w")


@pytest.mark.parametrize("name", ["plain.pt", "zipped.pt", "script.bin"])
def test_nothing_in_a_checkpoint_is_executed(clip: Tiny, tmp_path: Path, name: str) -> None:
    import torch

    traced, checkpoint = tmp_path / "executed", tmp_path / name
    content = {"state_dict": Hostile(str(traced))}
    if name == "plain.pt":
        checkpoint.write_bytes(pickle.dumps(content))
    else:
        torch.save(content, checkpoint)
    request = replace(request_for(clip, tmp_path / "out"), pretrained=str(checkpoint))
    assert "can't be used as weights" in refused(request, "export_weights")
    assert not traced.exists()


def test_a_safetensors_file_is_looked_at_first(clip: Tiny, tmp_path: Path) -> None:
    checkpoint = tmp_path / "long.safetensors"
    checkpoint.write_bytes(struct.pack("<Q", 25_000_001) + b"{}")
    request = replace(request_for(clip, tmp_path / "out"), pretrained=str(checkpoint))
    assert "header has 25000001 bytes" in refused(request, "export_weights")


def test_weights_of_another_shape_are_a_clear_error(clip: Tiny, tmp_path: Path) -> None:
    wide = tmp_path / "tiny-wide.json"
    config = tiny_networks.CLIP | {"embed_dim": 64}
    wide.write_text(json.dumps(config), encoding="utf-8")
    request = replace(request_for(clip, tmp_path / "out"), architecture=str(wide))
    message = refused(request, "export_weights")
    assert message.startswith("tiny-clip.safetensors can't be used as weights of tiny-wide.")
    assert "state_dict" not in message  # PyTorch's own words


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"architecture": "ViT-B-33"}, "export_unknown", "for example ViT-B-32"),
        ({"architecture": "vit-b-32"}, "export_unknown", "did you mean ViT-B-32?"),
        ({"architecture": "coca_ViT-B-32"}, "export_unknown", "also writes captions"),
        ({"architecture": "none.json"}, "export_unknown", "can't be read"),
        ({"pretrained": "nobody"}, "export_unknown", "A checkpoint file can be given"),
        ({"pretrained": "none.pt"}, "export_weights", "There is no file"),
        (
            {"architecture": "ViT-B-32", "pretrained": "nobody"},
            "export_unknown",
            "laion2b_s34b_b79k",
        ),
        ({"architecture": "ViT-L-14", "like": None}, "export_unknown", "--like TAG"),
        ({"architecture": "ViT-L-14-CLIPA"}, "export_tokenizer", "strip_sep_token"),
    ],
)
def test_what_is_unknown_is_said(
    clip: Tiny, tmp_path: Path, change: dict[str, Any], code: str, words: str
) -> None:
    request = replace(request_for(clip, tmp_path / "out"), **change)
    assert words in refused(request, code)


def test_published_weights_say_how_pictures_are_prepared(tmp_path: Path) -> None:
    open_clip = import_open_clip()
    checkpoint = tmp_path / "a.safetensors"
    checkpoint.write_bytes(struct.pack("<Q", 2) + b"{}")

    def mean(architecture: str, like: str | None = None) -> float:
        config = open_clip.get_model_config(architecture)
        found: Architecture = export_architecture(architecture, config)
        request = ExportRequest(architecture, str(checkpoint), tmp_path / "out", like=like)
        return float(find_weights(open_clip, found, request).preprocess["mean"][0])

    assert mean("MobileCLIP2-S0") == 0.0
    assert mean("ViT-B-32-SigLIP2-256") == pytest.approx(0.5)
    assert mean("ViT-B-32") == pytest.approx(0.48145466)
    assert mean("ViT-L-14", "laion2b_s32b_b82k") == pytest.approx(0.5)
    config = '{"preprocess_cfg": {"mean": [0.1, 0.1, 0.1]}}'
    (tmp_path / "open_clip_config.json").write_text(config)
    assert mean("ViT-B-32") == pytest.approx(0.1)


def test_a_tag_fetches_and_says_which_activation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_clip = import_open_clip()
    checkpoint = tmp_path / "fetched.safetensors"
    checkpoint.write_bytes(struct.pack("<Q", 2) + b"{}")
    monkeypatch.setattr(open_clip.pretrained, "download_pretrained", lambda tag: str(checkpoint))
    found = export_architecture("ViT-B-32", open_clip.get_model_config("ViT-B-32"))
    request = ExportRequest("ViT-B-32", "openai", tmp_path / "out")
    weights = find_weights(open_clip, found, request)
    assert (weights.path, weights.name, weights.quick_gelu) == (checkpoint, "openai", True)
    assert weights.file.bytes == checkpoint.stat().st_size
    other = replace(request, pretrained="laion2b_s34b_b79k")
    assert find_weights(open_clip, found, other).quick_gelu is False

    def fail(tag: object) -> str:
        raise OSError("no route")

    monkeypatch.setattr(open_clip.pretrained, "download_pretrained", fail)
    with pytest.raises(ExportError, match=r"can't be fetched\. Check the connection"):
        find_weights(open_clip, found, request)


def export_architecture(name: str, config: Any) -> Architecture:
    from photofind.exporting.architectures import Architecture

    return Architecture(name, config)


@pytest.mark.parametrize(
    "change",
    [
        {"architecture": "ViT-B-32", "pretrained": "openai"},
        {"architecture": "ViT-B-32-SigLIP2-256"},
        {"architecture": "xlm-roberta-base-ViT-B-32"},
    ],
)
def test_nothing_is_fetched_where_that_is_forbidden(
    clip: Tiny, tmp_path: Path, change: dict[str, Any]
) -> None:
    def forbid() -> None:
        raise NetworkError("network_forbidden", "Nothing is downloaded.")

    request = replace(request_for(clip, tmp_path / "out"), require_network=forbid, **change)
    with pytest.raises(NetworkError, match="Nothing is downloaded"):
        run(request)
    assert list(tmp_path.iterdir()) == []


def test_missing_tools_are_named_with_the_way_to_install_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools, "missing_tools", lambda _: ["torch"])
    monkeypatch.setattr(tools, "import_library", tools.import_library.__wrapped__)
    message = refused(ExportRequest("ViT-B-32", "openai", tmp_path / "out"), "export_tools_missing")
    assert 'pip install -e ".[export]"' in message


@pytest.mark.parametrize(
    ("architecture", "pretrained", "name"),
    [
        ("ViT-B-32", "laion2b_s34b_b79k", "vit-b-32-laion2b-s34b-b79k"),
        ("/a/My Model.json", "/b/weights v2.safetensors", "my-model-weights-v2"),
    ],
)
def test_names_are_short_and_plain(architecture: str, pretrained: str, name: str) -> None:
    assert default_name(architecture, pretrained) == name
