from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.domain import ModelError
from photofind.inference.session import create_session

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.inference.clip import DualEncoder


def test_one_thread_on_the_cpu_unless_told_otherwise(
    basic: DualEncoder,
) -> None:
    path = basic.file(basic.spec.image)
    session = create_session(path)
    assert session.get_providers() == ["CPUExecutionProvider"]
    assert session.get_session_options().intra_op_num_threads == 1
    assert create_session(path, threads=2).get_session_options().intra_op_num_threads == 2


@pytest.mark.parametrize("kept", [0, 1000, 5_000_000])
def test_a_damaged_graph_is_a_clear_error(basic: DualEncoder, tmp_path: Path, kept: int) -> None:
    path = tmp_path / "visual.onnx"
    path.write_bytes(basic.file(basic.spec.image).read_bytes()[:kept])
    with pytest.raises(ModelError, match=r"visual\.onnx can't be used") as caught:
        create_session(path)
    assert caught.value.code == "model_incompatible"


def test_a_missing_graph_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"gone\.onnx can't be used"):
        create_session(tmp_path / "gone.onnx")
