"""What a model of strangers can do when it is imported, by the real program."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from photofind.domain import PhotofindError
from photofind.models import trial_limits
from photofind.models.process import Installation
from photofind.models.tasks import Import
from tests.unit.models.importing import toy_graphs

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.paths import AppFolders
    from tests.e2e.program import Program


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """In transformers.js's layout."""
    folder = tmp_path / "clip"
    toy_graphs.make_xenova(folder, toy_graphs.make_toy())
    return folder


def test_a_sound_model_is_taken_within_the_limits(program: Program, model: Path) -> None:
    assert program.document("models", "import", model)["imported"].startswith("imported-clip-")


@pytest.mark.parametrize("part", ["vision_model", "text_model"])
def test_a_graph_that_never_ends_is_ended(
    program: Program, model: Path, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_limits, "MOST_PROCESSOR_S", 3.0)
    _append_loop(model / "onnx" / f"{part}_quantized.onnx")
    _require_refused(program.folders, model, "without finishing")


def test_a_graph_that_takes_all_memory_is_ended(
    program: Program, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_limits, "_LEAST_BYTES", 600 << 20)
    monkeypatch.setattr(trial_limits, "MOST_OF_FREE_MEMORY", 0.0)
    _append_loop(model / "onnx" / "vision_model_quantized.onnx", doubles=True)
    _require_refused(program.folders, model, "more memory|graph for pictures fails")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"pre_tokenizer": {"type": "Split", "pattern": {"Regex": r"(?:a|a|ab|(?:.|.)*)*(?<=zz)$"},
                            "behavior": "Isolated", "invert": False}}, "tokenizer can't read"),
        ({"pre_tokenizer": {"type": "Split", "pattern": {"Regex": r"(\w+\s?)+$!"},
                            "behavior": "Isolated", "invert": False}}, "tokenizer"),
        ({"normalizer": None}, "tokenizer.json"),
    ],
)  # fmt: skip
def test_a_tokenizer_that_is_a_bomb_is_named(
    program: Program, model: Path, change: dict[str, Any], said: str
) -> None:
    file = model / "tokenizer.json"
    text = json.dumps(json.loads(file.read_text()) | change)
    if change == {"normalizer": None}:
        nested = '{"type":"Sequence","normalizers":[' * 20_000 + "]}" * 20_000
        text = text.replace('"normalizer": null', f'"normalizer": {nested}')
    file.write_text(text)
    done = program.run("models", "import", model)
    assert done.code == 1
    assert said in done.err
    assert "memory" not in done.err


def test_a_tokenizer_of_a_gigabyte_is_not_read(program: Program, model: Path) -> None:
    with (model / "tokenizer.json").open("r+b") as stream:
        stream.truncate(1 << 30)
    done = program.run("models", "import", model)
    assert (done.code, "tokenizer.json" in done.err) == (1, True)


def _append_loop(path: Path, *, doubles: bool = False) -> None:
    """Puts a loop without an end behind a graph's last node.

    Args:
        doubles: its value gets twice as large each time.
    """
    onnx = toy_graphs.onnx()
    model = onnx.load(str(path))
    help_, types = onnx.helper, onnx.TensorProto
    step = (
        help_.make_node("Concat", ["v", "v"], ["v_next"], axis=0)
        if doubles
        else help_.make_node("Identity", ["v"], ["v_next"])
    )
    body = help_.make_graph(
        [help_.make_node("Identity", ["c"], ["c_next"]), step],
        "body",
        [
            help_.make_tensor_value_info("i", types.INT64, []),
            help_.make_tensor_value_info("c", types.BOOL, []),
            help_.make_tensor_value_info("v", types.FLOAT, None),
        ],
        [
            help_.make_tensor_value_info("c_next", types.BOOL, []),
            help_.make_tensor_value_info("v_next", types.FLOAT, None),
        ],
    )
    last = model.graph.node[-1]
    name = last.output[0]
    last.output[0] = "before_the_loop"
    model.graph.initializer.append(help_.make_tensor("yes", types.BOOL, [], [True]))
    model.graph.node.append(
        help_.make_node("Loop", ["", "yes", "before_the_loop"], [name], body=body)
    )
    path.write_bytes(model.SerializeToString())


def _require_refused(folders: AppFolders, model: Path, said: str) -> None:
    with pytest.raises(PhotofindError, match=said) as caught:
        Installation(folders, Import(model)).run(lambda _: None)
    assert caught.value.code == "model_incompatible"
    left = [path for path in folders.models.rglob("*") if path.is_file() and path.suffix != ".lock"]
    assert left == []
