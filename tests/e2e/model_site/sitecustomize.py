"""Run at the start of a photofind under test: its registry knows the tiny CLIP as well."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 (runs in every child)
_SPEC = os.path.join(_HERE, "..", "..", "unit", "inference", "tiny_spec.py")  # noqa: PTH118


def _run_the_other_one() -> None:
    """Python runs only the first sitecustomize it finds; the network block is another."""
    others = [folder for folder in sys.path if os.path.abspath(folder) != _HERE]  # noqa: PTH100
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


def _register() -> None:
    from photofind.inference import registry

    spec = importlib.util.spec_from_file_location("tiny_spec", _SPEC)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    registry.ALL = (*registry.ALL, module.SPEC)


if __name__ == "sitecustomize":
    _run_the_other_one()
    if any("photofind" in word for word in sys.orig_argv):
        _register()
