"""Run at the start of a worker under test: it finds a captioner that dies of black pictures."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 (runs in every child)


def _run_the_other_one() -> None:
    """Python runs only the first sitecustomize it finds; the network block is another."""
    others = [folder for folder in sys.path if os.path.abspath(folder) != _HERE]  # noqa: PTH100
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


def _script() -> None:
    from photofind.describe.installed import InstalledModels
    from photofind.describe.runner import AvailableModel
    from photofind.domain import ImageGeometry, ResizeMode
    from photofind.inference.describing import Caption

    class Captioner:
        geometry = ImageGeometry(8, ResizeMode.SQUASH)

        def caption(self, tensors, **_):  # type: ignore[no-untyped-def]
            if not tensors[0].any():
                os.abort()
            return [Caption("a colourful picture", 0.5)]

    def find(_self, _key):  # type: ignore[no-untyped-def]
        return AvailableModel("scripted@1", Captioner)

    InstalledModels.find_captioner = find  # type: ignore[method-assign]


if __name__ == "sitecustomize":
    _run_the_other_one()
    if "--worker" in sys.orig_argv:
        _script()
