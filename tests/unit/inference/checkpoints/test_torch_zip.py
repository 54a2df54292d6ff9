"""The reader of PyTorch's zip files. The pickles are written here, opcode by opcode or by pickle
itself; torch is not needed."""

from __future__ import annotations

import os
import pickle
import struct
import zipfile
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from photofind.domain import ModelError
from photofind.inference.checkpoints import torch_zip
from photofind.inference.checkpoints.opening import open_checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROWS = np.arange(6, dtype=np.float32).reshape(2, 3)


@dataclass(frozen=True)
class Global:
    """Pickled as a reference to module.name, without importing it."""

    module: str
    name: str


@dataclass(frozen=True)
class Called:
    """Pickled as a call."""

    function: Global
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Storage:
    """Pickled as a persistent id."""

    identity: Any


def pickled(value: Any) -> bytes:
    return b"\x80\x02" + opcodes(value) + b"."


def opcodes(value: Any) -> bytes:
    """Instructions that build a value; unlike pickle's own, of anything that can be named."""
    match value:
        case Global(module, name):
            return f"c{module}\n{name}\n".encode()
        case Called(function, arguments):
            return opcodes(function) + opcodes(arguments) + b"R"
        case Storage(identity):
            return opcodes(identity) + b"Q"
        case dict():
            items = b"".join(opcodes(key) + opcodes(item) for key, item in value.items())
            return b"}(" + items + b"u"
        case tuple():
            return b"(" + b"".join(map(opcodes, value)) + b"t"
        case _:
            return pickle.dumps(value, protocol=2)[2:-1]


FLOATS = Global("torch", "FloatStorage")
REBUILD = Global("torch._utils", "_rebuild_tensor_v2")


def storage(key: Any = "0", kind: Any = FLOATS, count: Any = 6) -> Storage:
    return Storage(("storage", kind, key, "cpu", count))


def tensor(place: Any = None, first: Any = 0, shape: Any = (2, 3), strides: Any = (3, 1)) -> Called:
    hooks = Called(Global("collections", "OrderedDict"), ())
    return Called(REBUILD, (place or storage(), first, shape, strides, False, hooks))


def write(
    path: Path,
    index: Any,
    members: dict[str, bytes] | None = None,
    *,
    method: int = zipfile.ZIP_STORED,
) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("model/data.pkl", index if isinstance(index, bytes) else pickled(index))
        members = {"data/0": ROWS.tobytes()} if members is None else members
        for name, content in members.items():
            archive.writestr(f"model/{name}", content)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pytorch_model.bin"


def test_reads_tensors(path: Path) -> None:
    checkpoint = open_checkpoint(write(path, {"rows": tensor()}))
    np.testing.assert_array_equal(checkpoint.read("rows"), ROWS)


def test_an_ordered_dictionary_with_attributes_is_one_too(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/data/0", ROWS.tobytes())
        archive.writestr("model/byteorder", b"little")
        # OrderedDict(), one item, then __dict__ = {"_metadata": None} as torch writes it
        body = pickled(Called(Global("collections", "OrderedDict"), ()))[2:-1]
        item = b"(X\x04\x00\x00\x00rows" + pickled(tensor())[2:-1] + b"u"
        state = b"}X\x09\x00\x00\x00_metadataNsb"
        archive.writestr("model/data.pkl", b"\x80\x02" + body + item + state + b".")
    np.testing.assert_array_equal(open_checkpoint(path).read("rows"), ROWS)


def test_a_training_checkpoint_is_looked_into(path: Path) -> None:
    index = {"epoch": 3, "name": "x", "state_dict": {"rows": tensor()}}
    assert open_checkpoint(write(path, index)).tensors.keys() == {"rows"}


def test_views_share_numbers(path: Path) -> None:
    index = {
        "turned": tensor(shape=(3, 2), strides=(1, 3)),
        "last": tensor(first=3, shape=(3,), strides=(1,)),
        "one": tensor(first=5, shape=(), strides=()),
        "none": tensor(first=6, shape=(0, 3), strides=(3, 1)),
        "parameter": Called(
            Global("torch._utils", "_rebuild_parameter"),
            (tensor(), True, Called(Global("collections", "OrderedDict"), ())),
        ),
    }
    checkpoint = open_checkpoint(write(path, index))
    np.testing.assert_array_equal(checkpoint.read("turned"), ROWS.T)
    np.testing.assert_array_equal(checkpoint.read("last"), ROWS[1])
    assert checkpoint.read("one") == 5
    assert checkpoint.read("none").shape == (0, 3)
    np.testing.assert_array_equal(checkpoint.read("parameter"), ROWS)


def test_halves_become_float32(path: Path) -> None:
    index = {"a": tensor(storage(kind=Global("torch", "HalfStorage")))}
    members = {"data/0": ROWS.astype("<f2").tobytes()}
    np.testing.assert_array_equal(open_checkpoint(write(path, index, members)).read("a"), ROWS)


class Evil:
    def __init__(self, call: tuple[Callable[..., Any], tuple[Any, ...]]) -> None:
        self._call = call

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self._call


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_with_a_command_runs_nothing(path: Path, tmp_path: Path, protocol: int) -> None:
    trace = tmp_path / "was-here"
    index = pickle.dumps({"a": Evil((os.mkdir, (str(trace),)))}, protocol=protocol)
    with pytest.raises(ModelError, match=r"names (posix|nt)\.mkdir"):
        open_checkpoint(write(path, index))
    assert not trace.exists()


FORBIDDEN = {
    "a function": Called(Global("builtins", "eval"), ("1",)),
    "a class": Global("torch", "UntypedStorage"),
    "another rebuild": Called(Global("torch._utils", "_rebuild_device_tensor_from_numpy"), ()),
    "a name of a known module": Global("collections", "Counter"),
    "a dotted name": Global("torch._utils", "_rebuild_tensor_v2.__globals__"),
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_other_names_are_refused(path: Path, name: str) -> None:
    with pytest.raises(ModelError, match="its index names "):
        open_checkpoint(write(path, {"a": FORBIDDEN[name]}))


DAMAGED = {
    "numbers beyond their end": tensor(shape=(2, 4), strides=(4, 1)),
    "a first element beyond the end": tensor(first=1),
    "a negative first element": tensor(first=-1),
    "strides beyond the end": tensor(strides=(4, 1)),
    "negative strides": tensor(strides=(-3, 1)),
    "one number, shown endlessly": tensor(shape=(2**40, 2**40), strides=(0, 0)),
    "too many dimensions": tensor(shape=(1,) * 9, strides=(1,) * 9),
    "more strides than sizes": tensor(strides=(3, 1, 1)),
    "a size that is a text": tensor(shape=("2", 3)),
    "sizes that are none": tensor(shape=None),
    "True for a size": tensor(shape=(True, 3)),
    "more numbers than the part has": tensor(storage(count=7), shape=(7,), strides=(1,)),
    "a part that is missing": tensor(storage("1")),
    "a part outside its folder": tensor(storage("../data.pkl")),
    "an absolute part": tensor(storage("/etc/passwd")),
    "a key that is a number": tensor(storage(0)),
    "a storage that is a text": tensor("storage"),
    "a storage that is a function": tensor(storage(kind=REBUILD)),
    "a negative count": tensor(storage(count=-6)),
    "a call without arguments": Called(REBUILD, ()),
    "a call of a storage": Called(FLOATS, ()),
    "a parameter of nothing": Called(Global("torch._utils", "_rebuild_parameter"), (1,)),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_tensors_that_cannot_be_are_refused(path: Path, name: str) -> None:
    with pytest.raises(ModelError, match="is damaged or not a model") as caught:
        open_checkpoint(write(path, {"a": DAMAGED[name]}))
    assert caught.value.code == "model_incompatible"


BROKEN_PICKLES = {
    "empty": b"",
    "cut off": pickled({"rows": tensor()})[:40],
    "nothing on the stack": b"\x80\x02.",
    "a list": pickled([1, 2]),
    "two results": b"\x80\x02}}.",
    "a value for no key": b"\x80\x02}(X\x01\x00\x00\x00au.",
    "no mark": b"\x80\x02}u.",
    "memory that was never written": b"\x80\x02h\x05.",
    "an object that is built by its class": b"\x80\x02ctorch\nFloatStorage\n)\x81.",
    "an instance": b"\x80\x02(itorch\nFloatStorage\n.",
    "attributes of a function": b"\x80\x02ctorch\nFloatStorage\n}b.",
    "an extension": b"\x80\x02\x82\x01.",
    "a key that can't be one": b"\x80\x02}]Ns.",
    "a number of a million digits": b"\x80\x02}X\x01\x00\x00\x00a\x8b\x00\x00\x10\x00",
    "a text longer than the file": b"\x80\x04}\x8d\xff\xff\xff\xff\xff\xff\xff\x00a.",
    "a dictionary within itself": b"\x80\x02}q\x00X\x0a\x00\x00\x00state_dicth\x00s.",
}


@pytest.mark.parametrize("name", BROKEN_PICKLES)
def test_a_broken_index_is_refused_or_empty(path: Path, name: str) -> None:
    write(path, BROKEN_PICKLES[name])
    if name in {"a dictionary within itself", "two results"}:
        assert open_checkpoint(path).tensors == {}
        return
    with pytest.raises(ModelError, match="is damaged or not a model"):
        open_checkpoint(path)


def test_a_compressed_part_is_refused(path: Path) -> None:
    with pytest.raises(ModelError, match="is compressed"):
        open_checkpoint(write(path, {"a": tensor()}, method=zipfile.ZIP_DEFLATED))


def test_two_parts_of_one_name_are_refused(path: Path) -> None:
    write(path, {"a": tensor()})
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("model/data/0", bytes(24))
    with pytest.raises(ModelError, match="have one name"):
        open_checkpoint(path)


def test_an_index_that_is_far_too_long_is_not_read(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch_zip, "LARGEST_INDEX", 10)
    with pytest.raises(ModelError, match="far too long"):
        open_checkpoint(write(path, {"a": tensor()}))


@pytest.mark.parametrize("place", [b"r\xff\xff\xff\x7f", b"p2147483647\n"])
def test_memory_that_is_far_away_is_not_allocated(path: Path, place: bytes) -> None:
    """Unpickling such an index takes 32 GB."""
    with pytest.raises(ModelError, match="far too long"):
        open_checkpoint(write(path, b"\x80\x02}" + place + b"."))


def test_far_too_many_instructions_are_not_followed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch_zip, "MOST_INSTRUCTIONS", 10)
    with pytest.raises(ModelError, match="far too long"):
        open_checkpoint(write(path, {"a": tensor()}))


def test_what_one_pickle_changes_the_next_does_not_see(path: Path) -> None:
    """BUILD sets attributes of anything, here the defaults of a function's arguments."""
    function = opcodes(Global("torch._utils", "_rebuild_tensor_v2"))
    state = opcodes((None, {"__defaults__": (1, 2, 3, 4)}))
    with pytest.raises(ModelError, match="is damaged or not a model"):
        open_checkpoint(write(path, b"\x80\x02" + function + state + b"b."))
    index = {"rows": tensor(), "short": Called(REBUILD, ())}
    with pytest.raises(ModelError, match="is damaged or not a model"):
        open_checkpoint(write(path, index))


def test_far_too_many_parts_are_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_zip, "MOST_MEMBERS", 1)
    with pytest.raises(ModelError, match="it has 2 parts"):
        open_checkpoint(write(path, {"a": tensor()}))


@pytest.mark.parametrize("name", ["data.pkl", "../../data.pkl", "a/b/data.pkl", "/data.pkl"])
def test_an_index_elsewhere_is_not_looked_for(path: Path, name: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, pickled({"a": tensor()}))
    if name == "/data.pkl":
        with pytest.raises(ModelError, match="is missing"):
            open_checkpoint(path)
        return
    with pytest.raises(ModelError, match="no index"):
        open_checkpoint(path)


def test_two_indexes_are_refused(path: Path) -> None:
    write(path, {"a": tensor()})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("other/data.pkl", pickled({}))
    with pytest.raises(ModelError, match="no index, or several"):
        open_checkpoint(path)


def test_a_part_that_lies_elsewhere_is_refused(path: Path) -> None:
    """The directory says one place, the bytes there say another name."""
    write(path, {"a": tensor()})
    content = bytearray(path.read_bytes())
    at = content.index(b"model/data/0")
    content[at : at + 12] = b"model/data/9"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"is not where it says|not a whole zip"):
        open_checkpoint(path)


def test_a_part_that_reaches_past_the_file_is_refused(path: Path) -> None:
    write(path, {"a": tensor(storage(count=10**6), shape=(10**6,), strides=(1,))})
    content = bytearray(path.read_bytes())
    directory = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4)
    struct.pack_into("<II", content, directory + 20, 4 * 10**6, 4 * 10**6)
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"is not where it says|not a whole zip"):
        open_checkpoint(path)


def test_big_endian_numbers_are_refused(path: Path) -> None:
    members = {"data/0": ROWS.tobytes(), "byteorder": b"big"}
    with pytest.raises(ModelError, match="little-endian"):
        open_checkpoint(write(path, {"a": tensor()}, members))


@pytest.mark.parametrize("keep", [4, 60, 0.5, 0.99])
def test_a_truncated_file_is_refused(path: Path, keep: float) -> None:
    content = write(path, {"a": tensor()}).read_bytes()
    path.write_bytes(content[: keep if isinstance(keep, int) else int(len(content) * keep)])
    with pytest.raises(ModelError, match="not a whole zip"):
        open_checkpoint(path)


@pytest.mark.pytorch
def test_what_torch_itself_writes(path: Path) -> None:
    torch = pytest.importorskip("torch", reason="needs the extra `export` (torch)")
    weight = torch.arange(6, dtype=torch.float32).reshape(2, 3)
    state = OrderedDict(
        a=weight,
        turned=weight.T,
        half=weight.to(torch.float16),
        brain=weight.to(torch.bfloat16),
        places=torch.arange(4),
        parameter=torch.nn.Parameter(weight),
    )
    torch.save(state, path)
    checkpoint = open_checkpoint(path)
    assert checkpoint.tensors.keys() == state.keys()
    for name, value in state.items():
        np.testing.assert_array_equal(checkpoint.read(name), value.detach().float().numpy())
