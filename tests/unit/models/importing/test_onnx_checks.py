"""One hostile graph for every rule."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from photofind.domain import ModelError
from photofind.inference.session import create_session
from photofind.models.importing import onnx_wire
from photofind.models.importing.onnx_checks import find_external_files
from photofind.models.importing.onnx_wire import OnnxFormatError
from photofind.models.importing.splitting import split
from tests.unit.models.importing import toy_graphs
from tests.unit.models.importing.toy_graphs import make_toy

if TYPE_CHECKING:
    from pathlib import Path


def graph_with(nodes: list[Any], weights: list[Any] | None = None) -> Any:
    helper, types = toy_graphs.onnx().helper, toy_graphs.onnx().TensorProto
    info = helper.make_tensor_value_info
    return helper.make_graph(
        nodes,
        "g",
        [info("x", types.FLOAT, [1])],
        [info("y", types.FLOAT, [1])],
        weights or [],
    )


def save(path: Path, graph: Any, functions: Any = ()) -> Path:
    helper = toy_graphs.onnx().helper
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("evil", 1)]
    model = helper.make_model(graph, opset_imports=opsets, functions=list(functions), ir_version=8)
    path.write_bytes(model.SerializeToString())
    return path


def external(location: str) -> Any:
    onnx = toy_graphs.onnx()
    tensor = onnx.numpy_helper.from_array(np.zeros(1, np.float32), "w")
    onnx.external_data_helper.set_external_data(tensor, location)
    tensor.ClearField("raw_data")
    return tensor


def node(kind: str = "Relu", domain: str = "", **attributes: Any) -> Any:
    make = toy_graphs.onnx().helper.make_node
    return make(kind, ["x"], ["y"], domain=domain, **attributes)


def refused(path: Path, words: str) -> None:
    with pytest.raises(ModelError, match=words) as caught:
        find_external_files(path)
    assert caught.value.code == "model_incompatible"


def test_plain_graphs_want_nothing(tmp_path: Path) -> None:
    assert find_external_files(save(tmp_path / "a.onnx", graph_with([node()]))) == frozenset()
    toy_graphs.save_combined(tmp_path / "b.onnx", make_toy())
    assert find_external_files(tmp_path / "b.onnx") == frozenset()


def test_onnxruntimes_own_operators_are_no_strangers(tmp_path: Path) -> None:
    path = save(tmp_path / "a.onnx", graph_with([node("FastGelu", "com.microsoft")]))
    assert find_external_files(path) == frozenset()


def nested(inner: Any) -> Any:
    """A graph in an attribute of a node."""
    make = toy_graphs.onnx().helper.make_node
    return make("If", ["x"], ["y"], then_branch=inner, else_branch=inner)


def test_operators_of_others(tmp_path: Path) -> None:
    evil = node("Run", "evil")
    words = "needs the operator 'Run' of 'evil'"
    refused(save(tmp_path / "a.onnx", graph_with([evil])), words)
    refused(save(tmp_path / "b.onnx", graph_with([nested(graph_with([evil]))])), words)
    helper = toy_graphs.onnx().helper
    opsets = [helper.make_opsetid("", 17)]
    function = helper.make_function("own", "F", ["x"], ["y"], [evil], opsets)
    refused(save(tmp_path / "c.onnx", graph_with([node("F", "own")]), [function]), words)


def test_functions_made_of_plain_operators(tmp_path: Path) -> None:
    helper = toy_graphs.onnx().helper
    function = helper.make_function(
        "own", "F", ["x"], ["y"], [node()], [helper.make_opsetid("", 17)]
    )
    path = save(tmp_path / "a.onnx", graph_with([node("F", "own")]), [function])
    assert find_external_files(path) == frozenset()
    refused(save(tmp_path / "b.onnx", graph_with([node("G", "own")]), [function]), "operator 'G'")


@pytest.mark.parametrize(
    "location",
    ["/etc/passwd", "../weights", "a/../../weights", "..\\weights", "C:weights", "", "w\0.bin"],
)
def test_weights_from_outside(tmp_path: Path, location: str) -> None:
    path = save(tmp_path / "a.onnx", graph_with([node()], [external(location)]))
    refused(path, "weights from outside its folder")


def test_weights_from_outside_in_hidden_places(tmp_path: Path) -> None:
    evil = external("../weights")
    words = "weights from outside"
    constant = node("Constant", value=evil)
    refused(save(tmp_path / "a.onnx", graph_with([constant])), words)
    inner = graph_with([node()], [evil])
    refused(save(tmp_path / "b.onnx", graph_with([nested(inner)])), words)
    graph = graph_with([node()])
    graph.sparse_initializer.add().values.CopyFrom(evil)
    refused(save(tmp_path / "c.onnx", graph), words)


def test_weights_beside_the_graph(tmp_path: Path) -> None:
    path = save(tmp_path / "a.onnx", graph_with([node()], [external("more/w.bin")]))
    with pytest.raises(ModelError, match="is missing beside it") as caught:
        find_external_files(path)
    assert caught.value.code == "model_missing"
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "w.bin").write_bytes(b"\0" * 4)
    assert find_external_files(path) == {PurePosixPath("more/w.bin")}


def test_of_several_locations_none_is_overlooked(tmp_path: Path) -> None:
    """A reader may take the first or the last one."""
    tensor = external("w.bin")
    (tmp_path / "w.bin").write_bytes(b"\0" * 4)
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../evil"
    for order in (1, -1):
        entries = list(tensor.external_data)[::order]
        del tensor.external_data[:]
        tensor.external_data.extend(entries)
        refused(save(tmp_path / "a.onnx", graph_with([node()], [tensor])), "outside its folder")


def test_graphs_in_graphs_in_graphs(tmp_path: Path) -> None:
    graph = graph_with([node()])
    for _ in range(12):
        graph = graph_with([nested(graph)])
    refused(save(tmp_path / "a.onnx", graph), "too deep")


def test_more_parts_than_any_model_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / "a.onnx", graph_with([node() for _ in range(100)]))
    monkeypatch.setattr(onnx_wire, "MOST_FIELDS", 200)
    refused(path, "too many parts")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00",
        b"x" * 100,
        b"\x3a\xff\xff\xff\x7f",
        b"\xff" * 20,
        b"\x08\x08",
        b"\x80\x02cposix",
    ],
)
def test_what_is_no_graph(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.onnx").write_bytes(content)
    refused(tmp_path / "a.onnx", "damaged or no model")


def test_every_prefix_of_a_graph_is_refused_or_harmless(tmp_path: Path) -> None:
    whole = save(tmp_path / "a.onnx", graph_with([node()], [external("../w")])).read_bytes()
    for length in range(len(whole)):
        (tmp_path / "b.onnx").write_bytes(whole[:length])
        with pytest.raises(ModelError):
            find_external_files(tmp_path / "b.onnx")


def test_a_half_is_all_that_its_output_needs(tmp_path: Path) -> None:
    toy = make_toy()
    toy_graphs.save_combined(tmp_path / "both.onnx", toy)
    split(tmp_path / "both.onnx", tmp_path / "text.onnx", "text_embeds")
    session = create_session(tmp_path / "text.onnx")
    assert [value.name for value in session.get_inputs()] == ["input_ids"]
    assert [value.name for value in session.get_outputs()] == ["text_embeds"]
    ids = np.asarray([[1, 2, 3]], np.int64)
    (found,) = session.run(None, {"input_ids": ids})
    assert np.allclose(found, toy.table[ids[0]].sum(axis=0), atol=1e-5)
    toy_graphs.onnx().checker.check_model(str(tmp_path / "text.onnx"))
    with pytest.raises(OnnxFormatError, match="no output nothing"):
        split(tmp_path / "both.onnx", tmp_path / "none.onnx", "nothing")


def test_what_an_inner_graph_reads_is_kept(tmp_path: Path) -> None:
    """A branch reads values of the graph around it."""
    onnx = toy_graphs.onnx()
    helper, types = onnx.helper, onnx.TensorProto
    info = helper.make_tensor_value_info

    def branch(name: str) -> Any:
        inner = helper.make_node("Add", ["doubled", "one"], [name])
        return helper.make_graph([inner], name, [], [info(name, types.FLOAT, [1])])

    nodes = [
        helper.make_node("Add", ["x", "x"], ["doubled"]),
        helper.make_node("If", ["yes"], ["y"], then_branch=branch("a"), else_branch=branch("b")),
        helper.make_node("Neg", ["z"], ["other"]),
    ]
    one = onnx.numpy_helper.from_array(np.ones(1, np.float32), "one")
    yes = onnx.numpy_helper.from_array(np.asarray(True), "yes")
    inputs = [info("x", types.FLOAT, [1]), info("z", types.FLOAT, [1])]
    outputs = [info("y", types.FLOAT, [1]), info("other", types.FLOAT, [1])]
    toy_graphs.save(tmp_path / "a.onnx", nodes, inputs, outputs, [one, yes])
    split(tmp_path / "a.onnx", tmp_path / "b.onnx", "y")
    session = create_session(tmp_path / "b.onnx")
    assert [value.name for value in session.get_inputs()] == ["x"]
    (found,) = session.run(None, {"x": np.asarray([3], np.float32)})
    assert found == 7
