"""PyTorch, open_clip and ONNX: imported here alone, and only when a model is exported."""

from __future__ import annotations

import importlib
import logging
import os
import warnings
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from photofind.exporting.available import NEEDED, missing_tools, say_missing
from photofind.exporting.request import ExportError

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPERATORS: list[Any] = []


def import_open_clip() -> Any:
    """Imports open_clip.

    Raises:
        ExportError: export_tools_missing.
    """
    return import_library("open_clip", NEEDED)


@cache
def import_library(name: str, needed: tuple[str, ...]) -> Any:
    """Imports a library that is built on torchvision.

    Args:
        needed: the packages without which nothing can be exported.

    Raises:
        ExportError: export_tools_missing.
    """
    if missing := missing_tools(needed):
        raise ExportError("export_tools_missing", say_missing(missing))
    # Both are read when the hub's library is imported.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    _define_vision_operators()
    with quiet():
        return importlib.import_module(name)


@cache
def _define_vision_operators() -> None:
    """Lets torchvision be imported beside a CPU build of torch that it was not built for."""
    import torch

    if "+cpu" in torch.__version__ and "+cpu" not in version("torchvision"):
        # This build's own operators don't load beside a CPU build of torch; nothing here calls
        # them, but torchvision wants them to be known when it is imported.
        library = torch.library.Library("torchvision", "DEF")
        library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _OPERATORS.append(library)  # they are gone when it is


@contextmanager
def quiet() -> Iterator[None]:
    """Keeps the libraries from talking to the person: what matters becomes an error of ours."""
    root = logging.getLogger()
    handlers = list(root.handlers)
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
        root.handlers[:] = handlers  # logging.warning() adds one where there is none
