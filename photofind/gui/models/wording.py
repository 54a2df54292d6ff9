"""What the Models dialog says about a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from photofind.gui.wording import count, describe_size
from photofind.inference.spec import SourceKind, TaskKind
from photofind.inference.steps import Step

if TYPE_CHECKING:
    from photofind.inference.spec import Figures, ModelSpec
    from photofind.inference.store import InstalledModel
    from photofind.models.messages import Progress
    from photofind.models.overview import ModelState

_FEW_LANGUAGES = 3


def _tr(text: str) -> str:
    return QCoreApplication.translate("Models", text)


def state_line(state: ModelState) -> str:
    """A few words below a model's name in the list."""
    if state.active:
        return _tr("Search uses it")
    index = state.index
    if index is not None and index.chosen and not index.complete:
        done, total = count(index.embedded), count(index.photos)
        return _tr("Indexing: {done} of {total}").format(done=done, total=total)
    if state.installed is not None:
        return _tr("Installed")
    if state.arrived:
        return _tr("Downloaded in part")
    if state.spec.recommended_for:
        return _tr("First choice for {people}").format(people=state.spec.recommended_for)
    return _tr("Not installed")


def purpose(task: TaskKind) -> str:
    match task:
        case TaskKind.SEARCH:
            return _tr("Searches photos")
        case TaskKind.CAPTION:
            return _tr("Describes photos")
        case TaskKind.ANSWER:
            return _tr("Answers questions about photos")
        case TaskKind.TEXT:
            return _tr("Reads text in photos")


def facts(state: ModelState) -> list[tuple[str, str]]:
    """Name and value of what matters in choosing a model."""
    spec = state.spec
    rows = [(_tr("Purpose"), purpose(spec.task)), (_tr("Languages"), _languages(spec.languages))]
    if state.disk_bytes is not None:
        rows.append((_tr("Size on disk"), describe_size(state.disk_bytes)))
    elif spec.download_bytes is not None:
        rows.append((_tr("Download"), describe_size(spec.download_bytes)))
    if state.installed is not None and state.installed.pictures_per_s is not None:
        rows.append((_tr("Speed"), _measured(spec.task, state.installed)))
    elif spec.relative_speed is not None:
        speed = _tr("{n} × that of CLIP ViT-B/32")
        rows.append((_tr("Speed"), speed.format(n=f"{spec.relative_speed:g}")))
    if spec.memory_mb is not None:
        rows.append((_tr("Memory"), _tr("about {n} MB at work").format(n=spec.memory_mb)))
    if quality := _quality(spec.figures):
        rows.append((_tr("Quality"), quality))
    if spec.figures.thai is not None:
        thai = _tr("{n} of 100, where English has {m} (mean recall on Crossmodal-3600, published)")
        figures = spec.figures
        rows.append((_tr("Thai"), thai.format(n=f"{figures.thai:g}", m=f"{figures.english:g}")))
    rows.append((_tr("Licence"), spec.licence))
    if spec.source_kind is not SourceKind.BUILT_IN:
        rows.append((_tr("From"), spec.source))
    return rows


def _measured(task: TaskKind, model: InstalledModel[ModelSpec]) -> str:
    pictures_per_s = model.pictures_per_s
    assert pictures_per_s is not None
    if task is TaskKind.SEARCH:
        speed = _tr("{n} photos a second on one core, measured here")
        if model.accelerator is not None:
            speed = _tr("{n} photos a second on {accelerator}, measured here")
        return speed.format(n=f"{pictures_per_s:.0f}", accelerator=model.accelerator)
    speed = _tr("{n} s for a caption, measured here")
    if task is TaskKind.ANSWER:
        speed = _tr("{n} s for an answer, measured here")
    return speed.format(n=f"{1 / pictures_per_s:.1f}")


def _quality(figures: Figures) -> str:
    """The published figure that says most about search; "" where none is known."""
    if figures.coco is not None:
        found = _tr("{n} of 100 COCO captions find their own photo among 5,000 first (published)")
        return found.format(n=f"{figures.coco:g}")
    if figures.imagenet is not None:
        named = _tr("{n} of 100 ImageNet photos get the right one of 1,000 names (published)")
        return named.format(n=f"{figures.imagenet:g}")
    return ""


def progress_line(progress: Progress) -> str:
    """What an installation is doing."""
    match Step(progress.step):
        case Step.EXPORTING:
            text = _tr("Exporting: {what}")
            return text.format(what=progress.detail)
        case Step.ASKING:
            return _tr("Asking what there is…")
        case Step.DOWNLOADING:
            text = _tr("Downloading: {done} of {total}")
            return text.format(
                done=describe_size(progress.done), total=describe_size(progress.total)
            )
        case Step.VERIFYING:
            return _tr("Verifying every byte…")
        case Step.BINDING:
            return _tr("Putting the weights in place…")
        case Step.QUANTISING:
            return _tr("Making it small and fast…")
        case Step.TESTING:
            return _tr("Testing it on this computer…")


def _languages(tags: tuple[str, ...]) -> str:
    if len(tags) > _FEW_LANGUAGES:
        thai = _tr(", Thai among them") if "th" in tags else ""
        return _tr("{n} languages").format(n=len(tags)) + thai
    return ", ".join(_tr("English") if tag == "en" else tag for tag in tags)
