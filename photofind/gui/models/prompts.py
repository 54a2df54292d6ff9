"""What is asked before a model is downloaded, imported, exported or removed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from photofind.gui.confirmation import ask, question_box
from photofind.gui.models.export_dialog import choose_checkpoint
from photofind.gui.translation import Context, known_in_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from photofind.inference.spec import ModelSpec
    from photofind.models.tasks import Export

Models = Context("Models")


@dataclass(frozen=True, slots=True)
class ModelPrompts:
    """Each returns the answer.

    Attributes:
        accept_licence: of a model whose licence is not a free one.
        confirm_removal: of a model.
        choose_source: where the model lies that is to be imported: a folder (False) or a file
            (True); None when they would rather not.
        choose_checkpoint: what to make a model of; None when they would rather not.
    """

    accept_licence: Callable[[ModelSpec], bool]
    confirm_removal: Callable[[ModelSpec], bool]
    choose_source: Callable[[bool], Path | None]
    choose_checkpoint: Callable[[], Export | None]


def model_dialogs(parent: QWidget) -> ModelPrompts:
    """The questions as dialogs."""
    return ModelPrompts(
        partial(_accept_licence, parent),
        partial(_confirm_removal, parent),
        partial(_choose_source, parent),
        partial(choose_checkpoint, parent),
    )


def _accept_licence(parent: QWidget, spec: ModelSpec) -> bool:
    box = question_box(
        parent,
        Models.tr("Licence"),
        Models.tr("Do you accept the licence of “{model}”?").format(model=spec.title),
        known_in_words(spec.licence_notice),
    )
    return ask(box, Models.tr("Accept and download"), Models.tr("Don't download"))


def _confirm_removal(parent: QWidget, spec: ModelSpec) -> bool:
    box = question_box(
        parent,
        Models.tr("Remove model"),
        Models.tr("Remove “{model}”?").format(model=spec.title),
        Models.tr(
            "Its files and its results for your photos are deleted. The photos "
            "themselves are not touched."
        ),
    )
    return ask(box, Models.tr("Remove"), Models.tr("Keep"))


def _choose_source(parent: QWidget, is_file: bool) -> Path | None:
    start = str(Path.home())
    if is_file:
        suffixes = "*.zip *.tar *.tar.gz *.tgz *.tar.bz2 *.tar.xz *.safetensors *.bin *.pt *.pth"
        kinds = Models.tr("Archives and weights") + f" ({suffixes})"
        title = Models.tr("Import a model from a file")
        chosen, _ = QFileDialog.getOpenFileName(parent, title, start, kinds)
    else:
        title = Models.tr("Import a model from a folder")
        chosen = QFileDialog.getExistingDirectory(parent, title, start)
    return Path(chosen) if chosen else None
