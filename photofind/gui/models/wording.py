"""What the Models dialog says about a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.gui.translation import Context, in_words, known_in_words
from photofind.gui.wording import count, describe_size
from photofind.inference.spec import SourceKind, TaskKind
from photofind.inference.steps import Step

if TYPE_CHECKING:
    from photofind.inference.spec import Figures, ModelSpec
    from photofind.inference.store import InstalledModel
    from photofind.models.messages import InstallProgress
    from photofind.models.overview import ModelState

Models = Context("Models")


_FEW_LANGUAGES = 3


def state_line(state: ModelState) -> str:
    """A few words below a model's name in the list."""
    if state.active:
        return Models.tr("Search uses it")
    index = state.index
    if index is not None and index.chosen and not index.complete:
        done, total = count(index.embedded), count(index.photos)
        return Models.tr("Indexing: {done} of {total}").format(done=done, total=total)
    if state.installed is not None:
        return Models.tr("Installed")
    if state.arrived:
        return Models.tr("Downloaded in part")
    if state.spec.recommended_for:
        people = known_in_words(state.spec.recommended_for)
        return Models.tr("First choice for {people}").format(people=people)
    return Models.tr("Not installed")


def purpose(task: TaskKind) -> str:
    match task:
        case TaskKind.SEARCH:
            return Models.tr("Searches photos")
        case TaskKind.CAPTION:
            return Models.tr("Describes photos")
        case TaskKind.ANSWER:
            return Models.tr("Answers questions about photos")
        case TaskKind.TEXT:
            return Models.tr("Reads text in photos")


def facts(state: ModelState) -> list[tuple[str, str]]:
    """Name and value of what matters in choosing a model."""
    spec = state.spec
    rows = [
        (Models.tr("Purpose"), purpose(spec.task)),
        (Models.tr("Languages"), _languages(spec.languages)),
    ]
    if state.disk_bytes is not None:
        rows.append((Models.tr("Size on disk"), describe_size(state.disk_bytes)))
    elif spec.download_bytes is not None:
        rows.append((Models.tr("Download"), describe_size(spec.download_bytes)))
    if state.installed is not None and state.installed.pictures_per_s is not None:
        rows.append((Models.tr("Speed"), _measured(spec.task, state.installed)))
    elif spec.relative_speed is not None:
        speed = Models.tr("{n} × that of CLIP ViT-B/32")
        rows.append((Models.tr("Speed"), speed.format(n=f"{spec.relative_speed:g}")))
    if spec.memory_mb is not None:
        rows.append(
            (Models.tr("Memory"), Models.tr("about {n} MB while in use").format(n=spec.memory_mb))
        )
    if quality := _quality(spec.figures):
        rows.append((Models.tr("Quality"), quality))
    if spec.figures.thai is not None:
        thai = Models.tr(
            "{n} of 100, where English has {m} (mean recall on Crossmodal-3600, published)"
        )
        figures = spec.figures
        rows.append(
            (Models.tr("Thai"), thai.format(n=f"{figures.thai:g}", m=f"{figures.english:g}"))
        )
    rows.append((Models.tr("Licence"), spec.licence))
    if spec.source_kind is not SourceKind.BUILT_IN:
        rows.append((Models.tr("From"), spec.source))
    return rows


def _measured(task: TaskKind, model: InstalledModel[ModelSpec]) -> str:
    pictures_per_s = model.pictures_per_s
    assert pictures_per_s is not None
    if task is TaskKind.SEARCH:
        speed = Models.tr("{n} photos a second on one core, measured here")
        if model.accelerator is not None:
            speed = Models.tr("{n} photos a second on {accelerator}, measured here")
        return speed.format(n=f"{pictures_per_s:.0f}", accelerator=model.accelerator)
    speed = Models.tr("{n} s for a caption, measured here")
    if task is TaskKind.ANSWER:
        speed = Models.tr("{n} s for an answer, measured here")
    return speed.format(n=f"{1 / pictures_per_s:.1f}")


def _quality(figures: Figures) -> str:
    """The published figure that says most about search; "" where none is known."""
    if figures.coco is not None:
        found = Models.tr(
            "{n} of 100 COCO captions find their own photo among 5,000 first (published)"
        )
        return found.format(n=f"{figures.coco:g}")
    if figures.imagenet is not None:
        named = Models.tr("{n} of 100 ImageNet photos get the right one of 1,000 names (published)")
        return named.format(n=f"{figures.imagenet:g}")
    return ""


def progress_line(progress: InstallProgress) -> str:
    """What an installation is doing."""
    match Step(progress.step):
        case Step.EXPORTING:
            if progress.detail is None:
                return Models.tr("Exporting…")
            return Models.tr("Exporting: {what}").format(what=in_words(progress.detail))
        case Step.ASKING:
            return Models.tr("Checking what is available…")
        case Step.DOWNLOADING:
            text = Models.tr("Downloading: {done} of {total}")
            return text.format(
                done=describe_size(progress.done), total=describe_size(progress.total)
            )
        case Step.VERIFYING:
            return Models.tr("Verifying every byte…")
        case Step.BINDING:
            return Models.tr("Installing the weights…")
        case Step.QUANTISING:
            return Models.tr("Optimising it…")
        case Step.TESTING:
            return Models.tr("Testing it on this computer…")
        case Step.TRYING:
            return Models.tr("Trying it out…")


def _languages(tags: tuple[str, ...]) -> str:
    if len(tags) > _FEW_LANGUAGES:
        if "th" in tags:
            return Models.tr("%Ln language(s), including Thai", "", len(tags))
        return Models.tr("%Ln language(s)", "", len(tags))
    return ", ".join(Models.tr("English") if tag == "en" else tag for tag in tags)
