from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import pytest

from photofind.paths import resources

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_shipped_is_what_is_built(tmp_path: Path) -> None:
    if importlib.util.find_spec("onnx") is None:
        pytest.skip("needs the extra `export` (onnx)")
    from shipped_graphs import architectures
    from shipped_graphs.build import build

    for architecture in architectures.ALL:
        built, shipped = tmp_path / architecture.folder, resources() / architecture.folder
        build(architecture.network, architecture.layout, built)
        names = {path.name for path in built.iterdir()}
        assert names == {path.name for path in shipped.iterdir()}
        for name in names:
            assert (built / name).read_bytes() == (shipped / name).read_bytes(), name
