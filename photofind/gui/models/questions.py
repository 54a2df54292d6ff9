"""What is asked before a model is downloaded or removed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from photofind.gui.asking import ask, question_box

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from photofind.inference.spec import ModelSpec


@dataclass(frozen=True, slots=True)
class ModelQuestions:
    """Each returns the answer.

    Attributes:
        accept_licence: of a model whose licence is not a free one.
        confirm_removal: of a model.
    """

    accept_licence: Callable[[ModelSpec], bool]
    confirm_removal: Callable[[ModelSpec], bool]


def model_dialogs(parent: QWidget) -> ModelQuestions:
    """The questions as dialogs."""
    return ModelQuestions(partial(_accept_licence, parent), partial(_confirm_removal, parent))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Models", text)


def _accept_licence(parent: QWidget, spec: ModelSpec) -> bool:
    box = question_box(
        parent,
        _tr("Licence"),
        _tr("Do you accept the licence of “{model}”?").format(model=spec.title),
        spec.licence_notice,
    )
    return ask(box, _tr("Accept and download"), _tr("Don't download"))


def _confirm_removal(parent: QWidget, spec: ModelSpec) -> bool:
    box = question_box(
        parent,
        _tr("Remove model"),
        _tr("Remove “{model}”?").format(model=spec.title),
        _tr(
            "Its files and what it found out about your photos are deleted. The photos themselves"
            " are not touched."
        ),
    )
    return ask(box, _tr("Remove"), _tr("Keep"))
