"""Networks of their true size that take a fraction of their memory.

Weights of one shape are views of one supply of random numbers, each beginning elsewhere: all
differ, so a mix-up shows, and a network of 428 million weights takes 200 MB instead of 1.7 GB.
"""

from __future__ import annotations

import json
import struct
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, BinaryIO, ParamSpec, TypeVar

from photofind.inference.checkpoints.opening import open_checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

P = ParamSpec("P")
T = TypeVar("T")

SHARED_FROM = 2**19
"""Weights with fewer numbers are as they would be."""
_TABLE_FROM = 2**26
"""A larger one is the table of a multilingual vocabulary."""
_STEP, _SPARE = 8191, 2**20
_ROW_STEP = 64
_ROWS = 4096
"""Of a tensor that are written at once."""


class Supplies:
    """Where large weights come from."""

    def __init__(self) -> None:
        self._supplies: dict[tuple[int, ...], Any] = {}
        self._taken: dict[tuple[int, ...], int] = {}

    def take(self, shape: tuple[int, ...], fill: Callable[[Any], object] | None = None) -> Any:
        """A view of the supply of this shape: float32, contiguous.

        Args:
            fill: sets a new supply's numbers.
        """
        import torch

        shape = tuple(shape)
        count = torch.Size(shape).numel()
        if shape not in self._supplies:
            self._supplies[shape] = torch.empty(count + _SPARE, device="cpu")
            if fill is not None:
                fill(self._supplies[shape])
        taken = self._taken.get(shape, 0)
        self._taken[shape] = taken + 1
        start = taken * _STEP % _SPARE
        return self._supplies[shape][start : start + count].view(shape)


@contextmanager
def sharing_weights(*, visual: bool) -> Iterator[None]:
    """Networks that are built inside have the large weights of a tower share supplies by shape.

    How a weight is initialised stays: the weights of one shape in a tower all are in one way. The
    rows of a multilingual vocabulary's table overlap: each begins 64 numbers after the one before.

    Args:
        visual: share the weights of the picture tower, which is built first, too.
    """
    import torch

    supplies = [Supplies()]
    made: dict[int, Any] = {}
    fill_normal = torch.Tensor.normal_

    def share(_module: Any, _name: str, parameter: Any) -> Any:
        if parameter is None or id(parameter) in made or parameter.numel() < SHARED_FROM:
            return None
        if not visual and len(supplies) == 1 and parameter.numel() < _TABLE_FROM:
            return None
        with torch.no_grad():
            if parameter.numel() < _TABLE_FROM:
                values = supplies[-1].take(parameter.shape).copy_(parameter)
            else:
                rows, width = parameter.shape
                numbers = torch.empty((rows - 1) * _ROW_STEP + width)
                values = numbers.as_strided((rows, width), (_ROW_STEP, 1))
            shared = torch.nn.Parameter(values)
        made[id(shared)] = shared
        return shared

    def begin_tower(_module: Any, name: str, _tower: Any) -> None:
        if name == "visual":  # it is complete, and the other one is initialised otherwise
            supplies.append(Supplies())

    def normal(tensor: Any, *args: Any, **kwargs: Any) -> Any:
        if _is_table(tensor):
            spanned = (len(tensor) - 1) * _ROW_STEP + tensor.shape[1]
            fill_normal(tensor.as_strided((spanned,), (1,)), *args, **kwargs)
            return tensor
        return fill_normal(tensor, *args, **kwargs)

    modules = torch.nn.modules.module
    hooks = (
        modules.register_module_parameter_registration_hook(share),
        modules.register_module_module_registration_hook(begin_tower),
    )
    torch.Tensor.normal_ = normal
    try:
        yield
    finally:
        torch.Tensor.normal_ = fill_normal
        for hook in hooks:
            hook.remove()


def _is_table(tensor: Any) -> bool:
    strides = (_ROW_STEP, 1)
    return bool(tensor.ndim == 2 and tensor.stride() == strides and tensor.shape[1] > _ROW_STEP)


def save_torch(state: Mapping[str, Any], path: Path) -> None:
    """Writes tensors as PyTorch does, in a ZIP archive, but one after the other."""
    import torch

    with torch.serialization.skip_data():
        torch.save({name: torch.empty(value.shape) for name, value in state.items()}, path)
    stored = open_checkpoint(path).tensors
    with path.open("r+b") as stream:
        for name, value in state.items():
            stream.seek(stored[name].offset)
            _write(value, stream)


def save_safetensors(state: Mapping[str, Any], path: Path) -> None:
    """Writes tensors one after the other; the library's own function needs a copy of them all."""
    header, end = {}, 0
    for name, value in state.items():
        begin, end = end, end + value.numel() * value.element_size()
        dtype = {"float32": "F32", "int64": "I64"}[str(value.dtype).removeprefix("torch.")]
        header[name] = {"dtype": dtype, "shape": list(value.shape), "data_offsets": [begin, end]}
    encoded = json.dumps(header).encode()
    encoded += b" " * (-len(encoded) % 8)
    with path.open("wb") as stream:
        stream.write(struct.pack("<Q", len(encoded)) + encoded)
        for value in state.values():
            _write(value, stream)


def _write(value: Any, stream: BinaryIO) -> None:
    parts = value.detach().split(_ROWS) if value.ndim else (value.detach(),)
    stream.writelines(part.contiguous().numpy().tobytes() for part in parts)


def run_alone(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Calls a function in a process that has not imported PyTorch, and takes its memory along."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *args, **kwargs).result()
