"""Where a network's weights come from, and how they want pictures to be prepared."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photofind.exporting.request import ExportError
from photofind.exporting.tools import quiet
from photofind.inference.checkpoints import safetensors
from photofind.inference.checkpoints.names import is_checkpoint_name
from photofind.inference.checkpoints.tensors import CheckpointFormatError
from photofind.inference.spec import FileSpec
from photofind.inference.store import hash_model_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from photofind.exporting.architectures import Architecture
    from photofind.exporting.request import ExportRequest

_SAFETENSORS = ".safetensors"
_HUB_CONFIG = "open_clip_config.json"
_DEFAULTS = {
    "mean": (0.48145466, 0.4578275, 0.40821073),
    "std": (0.26862954, 0.26130258, 0.27577711),
    "interpolation": "bicubic",
    "resize_mode": "shortest",
}
"""open_clip's PreprocessCfg."""
_PREPROCESS_KEYS = tuple(_DEFAULTS)


@dataclass(frozen=True, slots=True)
class Weights:
    """A checkpoint file.

    Attributes:
        name: for people: open_clip's tag, or the file's name without suffix.
        file: its name, hash and size.
        preprocess: mean, std, interpolation, resize_mode, in open_clip's words.
        quick_gelu: they were trained with that activation, whatever the architecture says.
    """

    path: Path
    name: str
    file: FileSpec
    preprocess: Mapping[str, Any]
    quick_gelu: bool = False


def find_weights(open_clip: Any, architecture: Architecture, request: ExportRequest) -> Weights:
    """Finds a checkpoint file, or fetches the published one that a tag means.

    Raises:
        ExportError: export_unknown, there is no such tag, or it isn't clear how pictures are
            prepared; export_weights, there is no such file, or it can't be fetched or trusted.
    """
    published, pretrained = open_clip.pretrained, request.pretrained
    if is_checkpoint_name(pretrained):
        path, name = Path(pretrained).expanduser(), Path(pretrained).stem
        preprocess = _preprocess_of_file(published, architecture, path, request.like)
        quick_gelu = False
    else:
        tag = _tag(published, architecture, pretrained)
        request.require_network()
        path, name = _fetch(published, tag, pretrained), pretrained
        preprocess, quick_gelu = _from_tag(tag), bool(tag.get("quick_gelu"))
    return Weights(path, name, _check(path), preprocess, quick_gelu)


def _check(path: Path) -> FileSpec:
    """Looks at a file before any library does."""
    if not path.is_file():
        raise ExportError("export_weights", "There is no file {path}. Check its name.", path=path)
    if path.suffix.lower() == _SAFETENSORS:
        try:
            safetensors.read_index(path)
        except (CheckpointFormatError, OSError) as error:
            raise ExportError(
                "export_weights",
                "The file {file} is damaged: {reason}. Get it again.",
                file=path.name,
                reason=str(error),
            ) from error
    sha256, size = hash_model_file(path)
    return FileSpec(path.name, sha256, size)


def _tag(published: Any, architecture: Architecture, tag: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = published.get_pretrained_cfg(architecture.name, tag)
    if not found:
        known = published.list_pretrained_tags_by_model(architecture.name)
        names = ", ".join(known) or "–"
        raise ExportError(
            "export_unknown",
            "There are no published weights called {tag} for {architecture}. Published: {names}. A "
            "checkpoint file can be given instead (.safetensors, .pt).",
            tag=tag,
            architecture=architecture.name,
            names=names,
        )
    return found


def _fetch(published: Any, tag: Mapping[str, Any], name: str) -> Path:
    try:
        with quiet():
            return Path(published.download_pretrained(tag))
    except Exception as error:  # whatever a network, a proxy or a hub can come up with
        raise ExportError(
            "export_weights",
            "The weights {name} can't be fetched. Check the connection, or fetch the "
            "file elsewhere and give it instead of the tag.",
            name=name,
        ) from error


def _from_tag(tag: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tag.get(key) or _DEFAULTS[key] for key in _PREPROCESS_KEYS}


def _preprocess_of_file(
    published: Any, architecture: Architecture, path: Path, like: str | None
) -> dict[str, Any]:
    """A checkpoint doesn't say how pictures were prepared; what lies around it may."""
    if like is not None:
        return _from_tag(_tag(published, architecture, like))
    for stated in (architecture.preprocess, _beside(path)):
        if stated is not None:
            return {key: stated.get(key, _DEFAULTS[key]) for key in _PREPROCESS_KEYS}
    tags = published.list_pretrained_tags_by_model(architecture.name)
    ways = {tag: _from_tag(published.get_pretrained_cfg(architecture.name, tag)) for tag in tags}
    different = {json.dumps(way) for way in ways.values()}
    if len(different) > 1:
        raise ExportError(
            "export_unknown",
            "Weights of {architecture} want their pictures prepared in different ways. "
            "Say which are like yours with --like TAG ({tags}).",
            architecture=architecture.name,
            tags=", ".join(tags),
        )
    return next(iter(ways.values()), dict(_DEFAULTS))


def _beside(path: Path) -> Mapping[str, Any] | None:
    """What the configuration says that repositories of the hub keep beside their weights."""
    try:
        content = json.loads((path.parent / _HUB_CONFIG).read_bytes())
        preprocess: Mapping[str, Any] | None = content.get("preprocess_cfg")
    except (OSError, ValueError, AttributeError, RecursionError):
        return None
    return preprocess
