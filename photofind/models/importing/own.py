"""A folder of photofind's own export. What its description says is checked like a stranger's."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from photofind.domain import ModelError
from photofind.inference.golden import RECORDED_NAME
from photofind.inference.portable import read_spec
from photofind.inference.spec import FileSpec, SourceKind
from photofind.inference.spec_search import ImageOutputs
from photofind.inference.store import hash_model_file
from photofind.models.importing.describing import imported_key
from photofind.models.importing.graphs import check_graph
from photofind.models.importing.preparation import check_preparation

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.inference.spec_search import DualEncoderSpec
    from photofind.models.importing.layouts import Layout

_LONGEST_TEXT, _MOST_SENTENCES = 300, 10
_LANGUAGE = re.compile("[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
"""A BCP 47 tag."""
_LONGEST_CONTEXT = 1024
_LARGEST_DIM = 8192


def take_own(layout: Layout, target: Path) -> DualEncoderSpec:
    """Copies the files that the description names and checks them.

    Raises:
        ModelError: model_checksum, a file is not the one that was exported; model_missing, one is
            missing; model_incompatible, the description can't be true.
    """
    # What an export of ours never has is not taken from a file either: nobody checked it.
    stated = replace(
        read_spec(layout.folder),
        labels=None,
        objects=None,
        background=None,
        further_text=(),
        text_objects=None,
    )
    _check_numbers(stated)
    for file in stated.files:
        _take(file, layout.folder, target)
    for graph in (stated.image, stated.text):
        check_graph(target / graph.path)
    if (layout.folder / RECORDED_NAME).is_file():
        shutil.copyfile(layout.folder / RECORDED_NAME, target / RECORDED_NAME)
    sha256, _ = hash_model_file(target / stated.image.path)
    return replace(
        stated,
        key=imported_key(stated.key, sha256),
        title=_short(stated.title),
        notice=_short(stated.notice),
        recommended_for="",
        languages=tuple(tag for tag in stated.languages if _LANGUAGE.fullmatch(tag)),
        not_established=tuple(map(_short, stated.not_established[:_MOST_SENTENCES])),
        licence=_short(stated.licence),
        source=_short(stated.source),
        revision=_short(stated.revision),
        source_kind=SourceKind.IMPORTED,
        checkpoint=None,
        tag_cuts=None,
        golden=None,
        similar_dim=None,
        image_outputs=ImageOutputs(stated.image_outputs.search),
        image_batch=max(1, min(stated.image_batch, 4)),
        accept_licence=False,
        preprocess_revision=1,
        quantiser_revision=0,
    )


def _check_numbers(stated: DualEncoderSpec) -> None:
    check_preparation(stated.preprocess)
    is_sane = (
        1 <= stated.dim <= _LARGEST_DIM
        and 2 <= stated.context_length <= _LONGEST_CONTEXT
        and 0 <= stated.padding.token_id < 2**31
    )
    if not is_sane:
        raise ModelError("model_incompatible", "What the model says about itself can't be true.")


def _take(file: FileSpec, folder: Path, target: Path) -> None:
    place = PurePosixPath(file.path)
    if not place.parts or place.is_absolute() or ".." in place.parts or "\\" in file.path:
        raise ModelError(
            "model_incompatible",
            "The model's description names a file outside its folder ({value}).",
            value=f"{file.path[:100]!r}",
        )
    source, copy = folder / place, target / place
    if not source.is_file():
        raise ModelError("model_missing", "The model's file {file} is missing.", file=file.path)
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, copy)
    if file.sha256 is not None and hash_model_file(copy)[0] != file.sha256:
        raise ModelError(
            "model_checksum",
            "The model's file {file} is damaged: it is not the one that was exported. "
            "Copy the folder again.",
            file=file.path,
        )


def _short(text: str) -> str:
    """For people: one line, of printable characters."""
    return "".join(c if c.isprintable() else " " for c in text[:_LONGEST_TEXT])
