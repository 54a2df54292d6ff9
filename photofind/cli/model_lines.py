"""How a model is described to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.inference.spec import TaskKind

if TYPE_CHECKING:
    from photofind.inference.spec import ModelSpec
    from photofind.inference.store import InstalledModel
    from photofind.models.overview import ModelState

_FEW_LANGUAGES = 3


def describe_model(state: ModelState) -> list[str]:
    """A line with the key and what matters most, and a sentence or two below it."""
    spec = state.spec
    mark = "*" if state.active else "+" if state.installed is not None else " "
    facts = [spec.licence, _languages(spec), _size(state)]
    if spec.relative_speed is not None:
        facts.append(f"speed {spec.relative_speed:g}")
    if state.installed is not None and state.installed.pictures_per_s is not None:
        facts.append(_measured(spec.task, state.installed))
    if spec.memory_mb is not None:
        facts.append(f"{spec.memory_mb} MB of memory")
    lines = [f"{mark} {spec.key:<26} {', '.join(fact for fact in facts if fact)}"]
    if spec.recommended_for:
        lines.append(f"    The first choice for {spec.recommended_for}.")
    lines.append(f"    {spec.title}. {spec.notice}".rstrip())
    if state.index is not None and not state.index.complete:
        done = f"{state.index.embedded:,} of {state.index.photos:,} photos are indexed."
        then = " Search changes to it when all are." if state.index.chosen else ""
        lines.append(f"    {done}{then}")
    if state.installed is not None:
        lines += [f"    {notice}" for notice in state.installed.notices]
    return lines


def megabytes(size: int) -> str:
    """A number of bytes as a person says it."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{max(1, round(size / 1e6))} MB"


def _measured(task: TaskKind, model: InstalledModel[ModelSpec]) -> str:
    assert model.pictures_per_s is not None
    if task is TaskKind.SEARCH:
        return f"{model.pictures_per_s:.0f} pictures/s here on {model.accelerator or 'one core'}"
    return f"{1 / model.pictures_per_s:.1f} s a picture here"


def _size(state: ModelState) -> str:
    if state.disk_bytes is not None:
        return f"{megabytes(state.disk_bytes)} on disk"
    size = state.spec.download_bytes
    return "download of unknown size" if size is None else f"download of {megabytes(size)}"


def _languages(spec: ModelSpec) -> str:
    if len(spec.languages) > _FEW_LANGUAGES:
        return f"{len(spec.languages)} languages"
    return ", ".join("English" if tag == "en" else tag for tag in spec.languages)
