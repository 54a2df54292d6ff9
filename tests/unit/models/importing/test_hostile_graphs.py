"""Graphs that want to do harm: what onnxruntime refuses by itself, and what our own bounds do.

If a release of onnxruntime lets one of the first kind through, it is not to be allowed in
pyproject.toml.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from photofind.domain import ModelError
from photofind.inference.session import create_session
from photofind.models.importing import graph_bounds
from photofind.models.importing.graph_bounds import check_bounds
from photofind.models.importing.graphs import check_graph
from tests.unit.models.importing import toy_graphs
from tests.unit.models.importing.opening import open_here

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET = np.ones(1, np.float32).tobytes()
"""Would pass for weights."""


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


def external(location: str, **more: int) -> Any:
    """One number, in another file."""
    onnx = toy_graphs.onnx()
    tensor = onnx.numpy_helper.from_array(np.zeros(1, np.float32), "w")
    onnx.external_data_helper.set_external_data(tensor, location, **more)
    tensor.ClearField("raw_data")
    return tensor


def sum_of_weights() -> Any:
    return toy_graphs.onnx().helper.make_node("Add", ["x", "w"], ["y"])


def node(kind: str = "Relu", domain: str = "", **attributes: Any) -> Any:
    make = toy_graphs.onnx().helper.make_node
    return make(kind, ["x"], ["y"], domain=domain, **attributes)


def run(path: Path) -> float:
    (found,) = create_session(path).run(None, {"x": np.ones(1, np.float32)})
    return float(found[0])


def refused(path: Path) -> None:
    """By onnxruntime alone, as by an import."""
    with pytest.raises(ModelError) as caught:
        create_session(path)
    assert caught.value.code == "model_incompatible"
    with pytest.raises(ModelError, match=r"a\.onnx can't be used") as caught:
        check_graph(path)
    assert caught.value.code == "model_incompatible"


def test_plain_graphs_are_read(tmp_path: Path) -> None:
    path = save(tmp_path / "a.onnx", graph_with([node()]))
    check_graph(path)
    assert run(path) == 1
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "w.bin").write_bytes(SECRET)
    path = save(tmp_path / "a.onnx", graph_with([sum_of_weights()], [external("more/w.bin")]))
    check_graph(path)
    assert run(path) == 2


def branches(inner: Any, other: Any = None) -> Any:
    """Graphs in attributes of a node."""
    make = toy_graphs.onnx().helper.make_node
    return make("If", ["yes"], ["y"], then_branch=inner, else_branch=other or inner)


def branch(nodes: list[Any], weights: list[Any] | None = None) -> Any:
    helper, types = toy_graphs.onnx().helper, toy_graphs.onnx().TensorProto
    outputs = [helper.make_tensor_value_info("y", types.FLOAT, [1])]
    return helper.make_graph(nodes, "branch", [], outputs, weights or [])


def yes() -> Any:
    return toy_graphs.onnx().numpy_helper.from_array(np.asarray(True), "yes")


def function(nodes: list[Any]) -> Any:
    helper = toy_graphs.onnx().helper
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("evil", 1)]
    return helper.make_function("own", "F", ["x"], ["y"], nodes, opsets)


def with_function(path: Path, inside: Any) -> Path:
    onnx = toy_graphs.onnx()
    helper = onnx.helper
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    model = helper.make_model(
        graph_with([node("F", "own")]), opset_imports=opsets, functions=[inside], ir_version=8
    )
    path.write_bytes(model.SerializeToString())
    return path


def test_functions_made_of_plain_operators(tmp_path: Path) -> None:
    path = with_function(tmp_path / "a.onnx", function([node()]))
    check_graph(path)
    assert run(path) == 1


def test_operators_of_others(tmp_path: Path) -> None:
    evil = node("Run", "evil")
    refused(save(tmp_path / "a.onnx", graph_with([evil])))
    refused(save(tmp_path / "a.onnx", graph_with([branches(branch([evil]))], [yes()])))
    refused(with_function(tmp_path / "a.onnx", function([evil])))


@pytest.mark.parametrize(
    "location",
    [
        *("../secret", "sub/../../secret", "..\\secret", "/proc/self/environ", "ABSOLUTE"),
        *("file:///etc/passwd", "", ".", "w\0.bin", "missing.bin", "\udcff"),
    ],
)
def test_weights_from_elsewhere(tmp_path: Path, location: str) -> None:
    (tmp_path / "secret").write_bytes(SECRET)
    folder = tmp_path / "model"
    (folder / "sub").mkdir(parents=True)
    location = str(tmp_path / "secret") if location == "ABSOLUTE" else location
    if location == "\udcff":  # no UTF-8
        tensor = external("?")
        graph = save(folder / "a.onnx", graph_with([sum_of_weights()], [tensor]))
        graph.write_bytes(graph.read_bytes().replace(b"\x12\x01?", b"\x12\x01\xff"))
    else:
        graph = save(folder / "a.onnx", graph_with([sum_of_weights()], [external(location)]))
    refused(graph)


def test_weights_in_the_memory_of_the_process(tmp_path: Path) -> None:
    """onnxruntime's own mark for an address, which only it may write."""
    tensor = external("*/_ORT_MEM_ADDR_/*", offset=4096, length=4)
    refused(save(tmp_path / "a.onnx", graph_with([sum_of_weights()], [tensor])))


def test_weights_from_elsewhere_in_hidden_places(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(SECRET)
    path = tmp_path / "model" / "a.onnx"
    path.parent.mkdir()
    evil = external("../secret")
    make = toy_graphs.onnx().helper.make_node
    constant = make("Constant", [], ["w"], value=evil)
    refused(save(path, graph_with([constant, sum_of_weights()])))
    inner = branch([sum_of_weights()], [evil])
    refused(save(path, graph_with([branches(inner)], [yes()])))
    inner = branch([constant, sum_of_weights()])
    refused(save(path, graph_with([branches(inner)], [yes()])))
    refused(with_function(path, function([constant, sum_of_weights()])))
    graph = graph_with([sum_of_weights()])
    sparse = graph.sparse_initializer.add()
    sparse.values.CopyFrom(evil)
    sparse.indices.CopyFrom(toy_graphs.onnx().numpy_helper.from_array(np.zeros(1, np.int64), "i"))
    sparse.dims.append(1)
    refused(save(path, graph))


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
@pytest.mark.parametrize("way", ["absolute", "relative", "folder"])
def test_linked_weights(tmp_path: Path, way: str) -> None:
    (tmp_path / "secret").write_bytes(SECRET)
    folder = tmp_path / "model"
    folder.mkdir()
    if way == "folder":
        (folder / "sub").symlink_to(tmp_path)
    else:
        (folder / "w").symlink_to(tmp_path / "secret" if way == "absolute" else "../secret")
    location = "sub/secret" if way == "folder" else "w"
    refused(save(folder / "a.onnx", graph_with([sum_of_weights()], [external(location)])))


def test_of_several_locations_none_outside_is_read(tmp_path: Path) -> None:
    """A reader may take the first or the last one."""
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "secret").write_bytes(SECRET)
    (folder / "w").write_bytes(np.zeros(1, np.float32).tobytes())
    for order in (1, -1):
        tensor = external("w")
        entry = tensor.external_data.add()
        entry.key, entry.value = "location", "../secret"
        entries = list(tensor.external_data)[::order]
        del tensor.external_data[:]
        tensor.external_data.extend(entries)
        path = save(folder / "a.onnx", graph_with([sum_of_weights()], [tensor]))
        try:
            assert run(path) == 1, "it added the secret"
        except ModelError:
            continue


@pytest.mark.parametrize("dims", [(2**40,), (2**33, 2**33), (-1,), (2**31,)])
def test_weights_larger_than_their_numbers(tmp_path: Path, dims: tuple[int, ...]) -> None:
    tensor = toy_graphs.onnx().numpy_helper.from_array(np.zeros(1, np.float32), "w")
    for is_outside in (False, True):
        if is_outside:
            tensor = external("w.bin")
            (tmp_path / "w.bin").write_bytes(SECRET)
        del tensor.dims[:]
        tensor.dims.extend(dims)
        refused(save(tmp_path / "a.onnx", graph_with([sum_of_weights()], [tensor])))


def test_weights_beyond_the_end_of_their_file(tmp_path: Path) -> None:
    (tmp_path / "w.bin").write_bytes(SECRET)
    for more in ({"offset": 2**40}, {"offset": -4}, {"length": 2**32}):
        tensor = external("w.bin", **more)
        refused(save(tmp_path / "a.onnx", graph_with([sum_of_weights()], [tensor])))


def bomb(path: Path, part: bytes, count: int) -> Path:
    """A small graph, and the same field many times."""
    onnx = toy_graphs.onnx()
    model = onnx.helper.make_model(graph_with([node()]), ir_version=8)
    graph = model.graph.SerializeToString() + part * count
    model.ClearField("graph")
    length, size = bytearray(), len(graph)
    while size > 127:
        length.append(size & 127 | 128)
        size >>= 7
    length.append(size)
    path.write_bytes(model.SerializeToString() + b"\x3a" + bytes(length) + graph)
    return path


EMPTY_INITIALISER, EMPTY_NODE, EMPTY_VALUE = b"\x2a\x00", b"\x0a\x00", b"\x6a\x00"


@pytest.mark.parametrize("part", [EMPTY_INITIALISER, EMPTY_NODE, EMPTY_VALUE])
def test_a_bomb_of_parts(tmp_path: Path, part: bytes) -> None:
    """Two bytes each; onnxruntime would make hundreds of them, and takes the nodes."""
    path = bomb(tmp_path / "a.onnx", part, graph_bounds.MOST_PARTS)
    with pytest.raises(ModelError, match="more parts than any model") as caught:
        check_graph(path)
    assert caught.value.code == "model_incompatible"


HIDDEN: dict[str, Callable[[list[Any]], Any]] = {
    "nodes of a branch": lambda nodes: graph_with([branches(branch(nodes))]),
    "weights of a branch": lambda nodes: graph_with(
        [branches(branch([], [external("w") for _ in nodes]))]
    ),
    "weights of an attribute": lambda nodes: graph_with(
        [node(values=[external("w") for _ in nodes])]
    ),
    "names": lambda nodes: graph_with(
        [toy_graphs.onnx().helper.make_node("Sum", ["x"] * len(nodes), ["y"])]
    ),
    "sizes of a shape": lambda nodes: toy_graphs.onnx().helper.make_graph(
        [],
        "g",
        [toy_graphs.onnx().helper.make_tensor_value_info("x", 1, [1] * len(nodes))],
        [],
    ),
}


@pytest.mark.parametrize("place", HIDDEN)
def test_parts_are_counted_wherever_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    path = save(tmp_path / "a.onnx", HIDDEN[place]([node() for _ in range(300)]))
    check_bounds(path)
    monkeypatch.setattr(graph_bounds, "MOST_PARTS", 290)
    with pytest.raises(ModelError, match="more parts than any model"):
        check_bounds(path)


def test_graphs_in_graphs_in_graphs(tmp_path: Path) -> None:
    graph, leaf = branch([node()]), branch([node()])
    for depth in range(12):
        path = save(tmp_path / "a.onnx", graph_with([branches(graph, leaf)], [yes()]))
        if depth < 6:
            check_bounds(path)
        graph = branch([branches(graph, leaf)])
    with pytest.raises(ModelError, match="nested too deeply"):
        check_graph(path)


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
        b"\x3b\x3c",
    ],
)
def test_what_is_no_graph(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.onnx").write_bytes(content)
    refused(tmp_path / "a.onnx")


def test_a_truncated_file(tmp_path: Path) -> None:
    (tmp_path / "w").write_bytes(SECRET)
    whole = save(tmp_path / "b.onnx", graph_with([sum_of_weights()], [external("w")])).read_bytes()
    assert run(tmp_path / "b.onnx") == 2
    for length in range(0, len(whole) - 30, 5):  # at its end are the versions of the operators
        (tmp_path / "a.onnx").write_bytes(whole[:length])
        refused(tmp_path / "a.onnx")


def hostile_import(tmp_path: Path, location: str) -> Path:
    """A folder of transformers.js's layout whose graph for pictures adds weights from elsewhere."""
    folder = tmp_path / "clip"
    toy_graphs.make_xenova(folder, toy_graphs.make_toy())
    onnx = toy_graphs.onnx()
    path = folder / "onnx" / "vision_model_quantized.onnx"
    model = onnx.load(str(path))
    model.graph.initializer.append(external(location))
    last = model.graph.node[-1]
    last.output[0] = "before"
    model.graph.node.append(onnx.helper.make_node("Add", ["before", "w"], ["image_embeds"]))
    path.write_bytes(model.SerializeToString())
    return folder


@pytest.mark.parametrize("location", ["../../secret", "ABSOLUTE"])
def test_an_import_takes_nothing_from_outside_the_folder(tmp_path: Path, location: str) -> None:
    (tmp_path / "secret").write_bytes(SECRET)
    location = str(tmp_path / "secret") if location == "ABSOLUTE" else location
    folder = hostile_import(tmp_path, location)
    with pytest.raises(ModelError, match="wants weights from outside its folder") as caught:
        open_here(folder, tmp_path)
    assert caught.value.code == "model_incompatible"
    assert not list((tmp_path / "work").rglob("secret"))


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_links_in_a_persons_own_folder_are_copied(tmp_path: Path) -> None:
    """The hub's own cache is made of them. What is installed holds none."""
    (tmp_path / "blob").write_bytes(SECRET)
    folder = hostile_import(tmp_path, "w.data")
    (folder / "onnx" / "w.data").symlink_to("../../blob")
    model = open_here(folder, tmp_path)
    assert [file.path for file in model.spec.weights] == ["visual/w.data"]
    assert not any(path.is_symlink() for path in model.files.values())
