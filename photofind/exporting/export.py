"""Exports one model: graphs, their trial against PyTorch, and a folder only if all is well."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from photofind.exporting import gates
from photofind.exporting.material import Pictures, find_pictures, make_strings
from photofind.exporting.networks import load_network
from photofind.exporting.references import count_different_ids, picture_differences
from photofind.exporting.request import ExportError
from photofind.exporting.specs import TOKENIZER_NAME, describe, describe_file, model_name
from photofind.exporting.towers import TextTower, Tower, VisualTower
from photofind.inference.golden import RECORDED_NAME, write_golden
from photofind.inference.portable import SPEC_NAME, write_spec
from photofind.inference.records import Precision
from photofind.inference.store import InstalledModel
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from photofind.exporting.gates import Gate
    from photofind.exporting.networks import TorchNetwork
    from photofind.exporting.request import ExportRequest
    from photofind.inference.spec_search import DualEncoderSpec

    Say = Callable[[Sentence], None]

REPORT_NAME = "export.txt"


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was made.

    Attributes:
        pictures: where those are from that were compared with.
        gates: all of them passed.
        image, text: precision of each tower.
    """

    folder: Path
    spec: DualEncoderSpec
    pictures: Sentence
    gates: tuple[Gate, ...]
    image: Precision
    text: Precision


def export_model(request: ExportRequest, say: Say) -> ExportReport:
    """Exports a model. The folder appears when it is complete and every gate is passed.

    Args:
        say: told what is being done and what was found, a line at a time.

    Raises:
        ExportError: it can't be exported, or is not good enough; nothing is left behind then.
    """
    target = request.folder
    if target.exists():
        raise ExportError(
            "export_folder",
            "{target} exists already. Give another folder with --out.",
            target=target,
        )
    work = target.with_name(f".{target.name}.partial")
    try:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        report = _export(request, work, say)
        (work / "model").rename(target)
    except OSError as error:
        raise ExportError(
            "export_folder",
            "The folder {target} can't be written: {reason}. Free some space or give "
            "another one with --out.",
            target=target,
            reason=error.strerror or str(error),
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return report


def _export(request: ExportRequest, work: Path, say: Say) -> ExportReport:
    say(
        Sentence(
            "loading {architecture} with {weights}",
            architecture=request.architecture,
            weights=request.pretrained,
        )
    )
    network = load_network(request, work)
    pictures = find_pictures(request.pictures, work)
    compared = Sentence(
        "compared with pictures ({pictures}), 32 texts and 3,000 strings",
        pictures=pictures.description,
    )
    say(compared)
    judge = _Judge(say)
    judge.demand(_token_gate(network, say))
    judge.demand(gates.picture_gate(picture_differences(network, pictures.paths)))
    towers = (VisualTower(network, pictures.paths, work), TextTower(network, work))
    for tower in towers:
        say(Sentence("writing the graph for {what}", what=tower.what))
        tower.write()
        name = Sentence("{what}, float32 graph", what=tower.what)
        judge.demand(gates.float_gate(name, tower.exact, tower.reference))
    chosen = _choose(towers, request.precision, judge, say)
    folder = work / "model"
    folder.mkdir()
    towers[0].move(chosen[0], folder)
    towers[1].move(chosen[1], folder)
    spec = _complete(network, towers, folder)
    lines = [f"{gate.name}: {gate.figures}" for gate in judge.passed]
    lines.append(str(compared))
    (folder / REPORT_NAME).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return _report(request, spec, pictures, judge, chosen)


def _report(
    request: ExportRequest,
    spec: DualEncoderSpec,
    pictures: Pictures,
    judge: _Judge,
    chosen: tuple[Precision, Precision],
) -> ExportReport:
    return ExportReport(
        request.folder, spec, pictures.description, tuple(judge.passed), chosen[0], chosen[1]
    )


def _complete(
    network: TorchNetwork, towers: tuple[VisualTower, TextTower], folder: Path
) -> DualEncoderSpec:
    """Adds what belongs beside the graphs."""
    shutil.copyfile(network.texts.path, folder / TOKENIZER_NAME)
    draft = describe(network, towers[0].reference.shape[1], towers[1].padding)
    write_golden(InstalledModel(draft, folder))
    named = {name: describe_file(folder, file.path) for name, file in draft.named_files.items()}
    others = {path.name for path in folder.iterdir()} - {RECORDED_NAME, SPEC_NAME}
    others -= {file.path for file in named.values()}
    weights = tuple(describe_file(folder, name) for name in sorted(others))
    spec = replace(draft, weights=weights, **named)  # type: ignore[arg-type]
    write_spec(spec, folder)
    return spec


class _Judge:
    """Ends an export at the first gate that is not passed."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self.passed: list[Gate] = []

    def demand(self, gate: Gate | None) -> None:
        if gate is None:
            return
        if not gate.passed:
            raise ExportError(
                "export_gate",
                "Not exported: {gate}: {figures}. What would be given out is not what was trained.",
                gate=gate.name,
                figures=gate.figures,
            )
        self.accept(gate)

    def accept(self, gate: Gate) -> None:
        self._say(Sentence("passed: {gate}: {figures}", gate=gate.name, figures=gate.figures))
        self.passed.append(gate)


def _token_gate(network: TorchNetwork, say: Say) -> Gate | None:
    strings = make_strings()
    different = count_different_ids(network.texts, strings)
    if different is None:
        reason = network.texts.no_reference
        say(Sentence("not compared: token ids ({reason})", reason=reason))
        return None
    return gates.token_gate(different, len(strings))


def _choose(
    towers: tuple[VisualTower, TextTower], wanted: Precision | None, judge: _Judge, say: Say
) -> tuple[Precision, Precision]:
    """Makes int8 graphs where they are wanted, quicker and as good; else keeps float32."""
    if wanted is Precision.FP32:
        return Precision.FP32, Precision.FP32
    found = [_try_int8(tower, wanted, judge, say) for tower in towers]
    if Precision.INT8 not in found:
        return Precision.FP32, Precision.FP32
    image, text = found
    order = _order(towers, image, text)
    if not order.passed and wanted is None and image is text:
        # The index is what takes long: it keeps the quick tower.
        say(_not_good_enough(order))
        text = Precision.FP32
        order = _order(towers, image, text)
    if not order.passed and wanted is None:
        say(_not_good_enough(order))
        return Precision.FP32, Precision.FP32
    judge.demand(order)
    return image, text


def _order(towers: tuple[VisualTower, TextTower], image: Precision, text: Precision) -> Gate:
    visual, textual = towers
    exact = (visual.vectors(Precision.FP32), textual.vectors(Precision.FP32))
    return gates.order_gate(exact, (visual.vectors(image), textual.vectors(text)))


def _try_int8(tower: Tower, wanted: Precision | None, judge: _Judge, say: Say) -> Precision:
    say(Sentence("making int8 for {what}", what=tower.what))
    tower.quantise()
    if wanted is None and (reason := tower.why_int8_does_not_pay()):
        say(Sentence("float32 is kept for {what}: {reason}", what=tower.what, reason=reason))
        return Precision.FP32
    name = Sentence("{what}, int8 graph", what=tower.what)
    gate = gates.int8_gate(name, tower.small, tower.exact)
    if gate.passed:
        judge.accept(gate)
        return Precision.INT8
    if wanted is Precision.INT8:
        judge.demand(gate)
    say(_not_good_enough(gate))
    return Precision.FP32


def _not_good_enough(gate: Gate) -> Sentence:
    return Sentence(
        "not good enough: {gate}: {figures}; float32 is kept", gate=gate.name, figures=gate.figures
    )


def default_name(architecture: str, pretrained: str) -> str:
    """The folder's name when the person gives none."""
    words = [word.replace("\\", "/").rpartition("/")[2] for word in (architecture, pretrained)]
    return model_name(words[0], words[1].rpartition(".")[0] or words[1])
