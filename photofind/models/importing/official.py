"""Recognises the authors' own files of a model in photofind's list, fetched by other means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from photofind.domain import ModelError
from photofind.inference import registry
from photofind.inference.checkpoints.names import is_checkpoint_name
from photofind.inference.store import hash_model_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from photofind.inference.spec import FileSpec, ModelSpec

_MOST_DEPTH = 3
_MOST_FILES = 2_000
"""Looked at in one folder; a repository has dozens."""


@dataclass(frozen=True, slots=True)
class OfficialFiles:
    """What a model of the list is installed of.

    Attributes:
        spec: as it stands in the list.
        files: where they are, by their path in `spec.downloads`.
    """

    spec: ModelSpec
    files: Mapping[str, Path]


def find_official(source: Path) -> OfficialFiles | None:
    """Looks for a checkpoint whose size and sha256 are those of a model in the list.

    A model whose sha256 is not established can't be recognised: that needs the hub's word.

    Args:
        source: the checkpoint itself, or a folder; what else the model needs lies beside it under
            its own name.

    Returns:
        None when there is no such checkpoint.

    Raises:
        ModelError: model_missing, another file of the model is not there, or something can't be
            read.
    """
    try:
        return _find(source)
    except OSError as error:
        raise ModelError(
            "model_missing",
            "{source} can't be read: {reason}.",
            source=source,
            reason=error.strerror or str(error),
        ) from error


def _find(source: Path) -> OfficialFiles | None:
    hashes: dict[Path, str] = {}
    for path in _checkpoints(source):
        for spec in registry.ALL:
            if spec.checkpoint is not None and _is_it(path, spec.checkpoint.file, hashes):
                return OfficialFiles(spec, dict(_gather(spec, path)))
    return None


def _checkpoints(source: Path, depth: int = 0) -> Iterator[Path]:
    if source.is_file():
        if is_checkpoint_name(source.name):
            yield source
        return
    for inside in sorted(source.iterdir())[:_MOST_FILES]:
        if inside.is_file() or (inside.is_dir() and depth < _MOST_DEPTH):
            yield from _checkpoints(inside, depth + 1)


def _is_it(path: Path, file: FileSpec, hashes: dict[Path, str]) -> bool:
    if file.sha256 is None or file.bytes not in {None, path.stat().st_size}:
        return False
    if path not in hashes:
        hashes[path], _ = hash_model_file(path)
    return hashes[path] == file.sha256


def _gather(spec: ModelSpec, checkpoint: Path) -> Iterator[tuple[str, Path]]:
    assert spec.checkpoint is not None
    for file in spec.downloads:
        if file == spec.checkpoint.file:
            yield file.path, checkpoint
            continue
        beside = checkpoint.parent / file.path.rpartition("/")[2]
        if not beside.is_file():
            raise ModelError(
                "model_missing",
                "That is “{model}”, but {beside} is missing. Put it beside {checkpoint}; it "
                "comes from the same place.",
                model=spec.title,
                beside=beside.name,
                checkpoint=checkpoint.name,
            )
        yield file.path, beside
