"""A recogniser is installed as any model; one that comes with RapidOCR stands in for the Thai one,
whose file is only on its hub."""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from photofind.describe.text_reading import find_reader
from photofind.domain import ModelError
from photofind.inference import reading, registry, registry_ocr
from photofind.inference.golden import RECORDED_NAME
from photofind.inference.installing import install_files
from photofind.inference.store import ModelStore
from photofind.inference.trials import trial_of
from photofind.models.hub import Hub
from photofind.paths import AppFolders, app_folders

if TYPE_CHECKING:
    from photofind.inference.spec_texts import RecogniserSpec
    from photofind.network import Network

pytestmark = pytest.mark.skipif(
    not reading.is_installed(), reason="needs the extra `ocr` (rapidocr)"
)


@pytest.fixture
def recogniser() -> Path:
    package = importlib.util.find_spec("rapidocr")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "models" / "PP-OCRv6_rec_small.onnx"


@pytest.fixture
def spec(recogniser: Path, monkeypatch: pytest.MonkeyPatch) -> RecogniserSpec:
    content = recogniser.read_bytes()
    lines = replace(
        registry_ocr.THAI.lines, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content)
    )
    found = replace(registry_ocr.THAI, lines=lines)
    monkeypatch.setattr(registry, "ALL", (registry.BASIC, found))
    return found


@pytest.fixture
def folders(tmp_path: Path) -> AppFolders:
    return app_folders(tmp_path / "data")


def test_an_installed_recogniser_is_used_beside_the_first(
    spec: RecogniserSpec, recogniser: Path, folders: AppFolders
) -> None:
    store = ModelStore(folders)
    assert "+" not in find_reader(store).catalog_key
    installed = install_files(spec, {spec.lines.path: recogniser}, folders)
    trial_of(spec).self_test(installed.folder)
    assert find_reader(store).catalog_key.endswith("+th_PP-OCRv5_rec_mobile")


def test_another_result_than_at_the_installation_is_noticed(
    spec: RecogniserSpec, recogniser: Path, folders: AppFolders
) -> None:
    installed = install_files(spec, {spec.lines.path: recogniser}, folders)
    recorded = installed.folder / RECORDED_NAME
    values = msgspec.json.decode(recorded.read_bytes())["characters"]
    recorded.write_bytes(msgspec.json.encode({"characters": values[::-1]}))
    with pytest.raises(ModelError, match="doesn't give what it should"):
        trial_of(spec).self_test(installed.folder)


def test_it_is_asked_for_where_it_is_whatever_the_mirror() -> None:
    asked: list[str] = []

    class Refusing:
        def head(self, url: str) -> None:
            asked.append(url)
            raise ModelError("model_missing", "nothing here")

    network: Network = Refusing()  # type: ignore[assignment]
    hub = Hub(network, "https://mirror.example")
    with pytest.raises(ModelError):
        hub.describe(registry_ocr.THAI, registry_ocr.THAI.lines)
    assert asked == [
        f"{registry_ocr.THAI.hub}/RapidAI/RapidOCR/resolve/v3.10.0/{registry_ocr.THAI.lines.path}"
    ]
