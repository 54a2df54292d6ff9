"""Toy graphs in the true layouts: names, types and files are others', the weights random."""

from __future__ import annotations

import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from photofind.domain import Interpolation, ModelError, ResizeMode
from photofind.inference import weight_fingerprints
from photofind.inference.registry_clip import OPENAI_B32
from photofind.inference.spec_search import PaddingKind, TextCleaning
from photofind.inference.store import hash_model_file
from photofind.models.importing.layouts import find_layout
from tests.unit.models.importing import toy_graphs
from tests.unit.models.importing.opening import check_vectors, open_here
from tests.unit.models.importing.toy_graphs import DIM, Toy, make_toy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="module")
def toy() -> Toy:
    return make_toy()


def test_immich(tmp_path: Path, toy: Toy) -> None:
    toy_graphs.make_immich(tmp_path / "ViT-B-32__openai", toy)
    model = open_here(tmp_path / "ViT-B-32__openai", tmp_path)
    check_vectors(model, toy)
    spec = model.spec
    assert spec.key.startswith("imported-vit-b-32-openai-")
    assert spec.image_batch == 1
    assert spec.text_input == "text"
    assert spec.padding.kind is PaddingKind.TO_CONTEXT
    assert spec.preprocess == OPENAI_B32.preprocess.__class__(
        spec.preprocess.geometry, OPENAI_B32.preprocess.mean, OPENAI_B32.preprocess.std
    )
    assert spec.preprocess.geometry.mode is ResizeMode.SHORTEST


def test_transformers_js(tmp_path: Path, toy: Toy) -> None:
    toy_graphs.make_xenova(tmp_path / "clip", toy)
    model = open_here(tmp_path / "clip", tmp_path)
    check_vectors(model, toy)
    assert model.spec.padding.kind is PaddingKind.NONE
    assert model.spec.cleaning is TextCleaning.CLIP
    assert model.spec.image_batch == 4


def test_siglip_is_always_filled_up(tmp_path: Path) -> None:
    toy = toy_graphs.make_onnx_siglip(tmp_path / "siglip2-ONNX")
    model = open_here(tmp_path / "siglip2-ONNX", tmp_path)
    check_vectors(model, toy)
    spec = model.spec
    assert (spec.padding.kind, spec.padding.token_id) == (PaddingKind.TO_CONTEXT, 0)
    assert spec.context_length == 64
    assert spec.cleaning is TextCleaning.LOWER
    assert spec.preprocess.geometry.mode is ResizeMode.SQUASH
    assert spec.preprocess.geometry.interpolation is Interpolation.BILINEAR
    assert spec.cuts.text_gap == pytest.approx(0.08)


def test_a_text_tower_that_looks_at_its_filling_is_filled_up(tmp_path: Path) -> None:
    """As MobileCLIP's in the layout of CLIP."""
    toy = make_toy(sees_filling=True)
    toy_graphs.make_xenova(tmp_path / "clip", toy)
    model = open_here(tmp_path / "clip", tmp_path)
    assert model.spec.padding.kind is PaddingKind.TO_CONTEXT
    check_vectors(model, toy)


def test_rclip(tmp_path: Path, toy: Toy) -> None:
    toy_graphs.make_rclip(tmp_path / "ViT-B-32-256-datacomp", toy)
    model = open_here(tmp_path / "ViT-B-32-256-datacomp", tmp_path)
    check_vectors(model, toy)
    assert model.spec.preprocess.mean == OPENAI_B32.preprocess.mean


def test_mobileclip(tmp_path: Path, toy: Toy) -> None:
    toy_graphs.make_mobileclip(tmp_path / "mobileclip2-onnx", toy)
    model = open_here(tmp_path / "mobileclip2-onnx", tmp_path)
    check_vectors(model, toy)
    preprocess = model.spec.preprocess
    assert (preprocess.mean, preprocess.std) == ((0, 0, 0), (1, 1, 1))
    assert preprocess.geometry.interpolation is Interpolation.BILINEAR
    assert preprocess.geometry.mode is ResizeMode.SHORTEST


def test_several_models_are_not_chosen_from(tmp_path: Path, toy: Toy) -> None:
    for size in ("s0", "s2"):
        toy_graphs.make_mobileclip(tmp_path / "repository", toy, size)
    with pytest.raises(ModelError, match="several models in repository: onnx/s0, onnx/s2"):
        open_here(tmp_path / "repository", tmp_path)
    assert open_here(tmp_path / "repository" / "onnx" / "s2", tmp_path).spec.dim == DIM


def test_a_variant_that_does_not_run_is_passed_over(tmp_path: Path, toy: Toy) -> None:
    folder = tmp_path / "clip"
    toy_graphs.make_xenova(folder, toy, "")
    names = toy_graphs.Names()
    infos = toy_graphs.value_infos(names)
    node = toy_graphs.onnx().helper.make_node("NoSuchOperator", ["pixel_values"], ["image_embeds"])
    quantised = folder / "onnx" / "vision_model_quantized.onnx"
    toy_graphs.save(quantised, [node], [infos["image"]], [infos["image_vector"]], [])
    model = open_here(folder, tmp_path)
    assert model.spec.image.path == "visual/vision_model.onnx"
    check_vectors(model, toy)


def external_data(folder: Path, toy: Toy) -> None:
    """The layout of transformers.js with weights in files of their own."""
    toy_graphs.make_xenova(folder, toy, "")
    onnx = toy_graphs.onnx()
    for name in ("vision_model", "text_model"):
        path = folder / "onnx" / f"{name}.onnx"
        model = onnx.load(str(path))
        path.unlink()
        onnx.save_model(
            model,
            str(path),
            save_as_external_data=True,
            location=f"{name}.onnx_data",
            size_threshold=1024,
        )


def test_weights_beside_the_graph_come_along(tmp_path: Path, toy: Toy) -> None:
    external_data(tmp_path / "clip", toy)
    model = open_here(tmp_path / "clip", tmp_path)
    check_vectors(model, toy)
    assert [file.path for file in model.spec.weights] == [
        "textual/text_model.onnx_data",
        "visual/vision_model.onnx_data",
    ]


def test_missing_weights_are_named(tmp_path: Path, toy: Toy) -> None:
    external_data(tmp_path / "clip", toy)
    (tmp_path / "clip" / "onnx" / "text_model.onnx_data").unlink()
    with pytest.raises(ModelError, match=r"text_model\.onnx_data, which holds weights") as caught:
        open_here(tmp_path / "clip", tmp_path)
    assert caught.value.code == "model_missing"


@pytest.mark.parametrize("pack", ["zip", "tar", "tar.gz", "tar.xz"])
def test_archives_with_a_folder_around(tmp_path: Path, toy: Toy, pack: str) -> None:
    folder = tmp_path / "ViT-B-32__openai"
    toy_graphs.make_immich(folder, toy)
    archive = tmp_path / f"stick.{pack}"
    if pack == "zip":
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as written:
            for path in folder.rglob("*"):
                written.write(path, path.relative_to(tmp_path))
    else:
        mode: str = "w:" + pack.partition(".")[2]
        with tarfile.open(archive, mode) as tar:  # type: ignore[call-overload]
            tar.add(folder, folder.name)
    model = open_here(archive, tmp_path)
    check_vectors(model, toy)
    assert model.spec.source == "ViT-B-32__openai"
    assert not (tmp_path / "work" / "archive").exists()


def test_known_weights_bring_what_the_registry_says(
    tmp_path: Path, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy_graphs.make_xenova(tmp_path / "whatever", toy)
    sha256, _ = hash_model_file(tmp_path / "whatever" / "onnx" / "vision_model_quantized.onnx")
    monkeypatch.setitem(weight_fingerprints._CONVERTED, sha256, OPENAI_B32.key)
    spec = open_here(tmp_path / "whatever", tmp_path).spec
    assert spec.key == f"imported-{OPENAI_B32.key}-{sha256[:8]}"
    assert spec.title == f"{OPENAI_B32.title} (imported)"
    assert (spec.licence, spec.cuts, spec.figures) == (
        OPENAI_B32.licence,
        OPENAI_B32.cuts,
        OPENAI_B32.figures,
    )


def test_every_known_conversion_is_of_a_registered_model() -> None:
    for sha256, key in weight_fingerprints._CONVERTED.items():
        assert len(bytes.fromhex(sha256)) == 32
        found = weight_fingerprints.find_by_weights(sha256)
        assert found is not None
        assert found.key == key
    assert weight_fingerprints.find_by_weights("0" * 64) is None
    assert weight_fingerprints.find_by_weights(None) is None


def without(path: str) -> Callable[[Path], None]:
    return lambda folder: (folder / path).unlink()


def with_json(path: str, content: object) -> Callable[[Path], None]:
    return lambda folder: toy_graphs.write_json(folder / path, content)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without("onnx/text_model_quantized.onnx"), "no model"),
        (without("preprocessor_config.json"), "no file says how"),
        (with_json("preprocessor_config.json", {"size": 32}), "shortest side"),
        (with_json("preprocessor_config.json", [1]), "no file says how"),
        (
            with_json("preprocessor_config.json", {**toy_graphs.SIGLIP_PICTURES, "size": 64}),
            "shortest side",
        ),
        (
            with_json(
                "preprocessor_config.json",
                {**toy_graphs.SIGLIP_PICTURES, "size": {"height": 64, "width": 64}},
            ),
            "takes pictures of 32 pixels, the file beside it says 64",
        ),
        (
            with_json(
                "preprocessor_config.json", {**toy_graphs.CLIP_PICTURES, "image_std": [0, 1, 1]}
            ),
            "can't be true",
        ),
        (
            with_json(
                "config.json",
                {"model_type": "clip", "text_config": {"max_position_embeddings": 10**9}},
            ),
            "can't have",
        ),
        (with_json("tokenizer.json", {}), "can't be used"),
    ],
)
def test_incomplete_and_contradictory_folders(
    tmp_path: Path, toy: Toy, change: Callable[[Path], None], words: str
) -> None:
    folder = tmp_path / "clip"
    toy_graphs.make_xenova(folder, toy)
    change(folder)
    with pytest.raises(ModelError, match=words):
        open_here(folder, tmp_path)


def test_what_is_not_there(tmp_path: Path) -> None:
    for name in ("none", "none.zip"):
        with pytest.raises(ModelError, match="There is no file or folder") as caught:
            open_here(tmp_path / name, tmp_path)
        assert caught.value.code == "model_missing"


@pytest.mark.parametrize("name", ["model.onnx", "model.safetensors", "model.pt"])
def test_a_file_that_is_no_model_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(ModelError, match="alone is not a whole model"):
        open_here(tmp_path / name, tmp_path)


def test_nothing_is_written_beside_what_is_brought(tmp_path: Path, toy: Toy) -> None:
    folder = tmp_path / "clip"
    toy_graphs.make_xenova(folder, toy)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    model = open_here(folder, tmp_path)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    for path in model.files.values():
        assert path.is_relative_to(tmp_path / "work")
        assert path.stat().st_nlink == 1


def test_layouts_below_the_models_own_folder_are_its_parts(tmp_path: Path, toy: Toy) -> None:
    toy_graphs.make_xenova(tmp_path / "clip", toy)
    toy_graphs.make_rclip(tmp_path / "clip" / "other", toy)
    assert find_layout(tmp_path / "clip").folder == tmp_path / "clip"
