"""`photofind models export`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.cli.arguments import UsageError, absolute_path
from photofind.exporting.export import default_name, export_model
from photofind.exporting.request import ExportRequest
from photofind.inference.checkpoints.names import is_checkpoint_name
from photofind.inference.records import Precision
from photofind.models.permission import allowed_network

if TYPE_CHECKING:
    from photofind.cli.documents import Document
    from photofind.cli.session import Session
    from photofind.exporting.export import ExportReport

_PRECISIONS = {"auto": None, "int8": Precision.INT8, "fp32": Precision.FP32}


def export_model_folder(
    session: Session,
    architecture: str,
    pretrained: str,
    *,
    out: str | None,
    tokenizer: str | None,
    like: str | None,
    pictures: str | None,
    precision: str,
) -> None:
    """Exports a model and prints how it compares with the original.

    Raises:
        UsageError: the precision is none of the three.
        PhotofindError: the model can't be exported, or isn't good enough.
    """
    if precision not in _PRECISIONS:
        raise UsageError(f"--precision is auto, int8 or fp32, not {precision}.")
    is_file = is_checkpoint_name(pretrained)
    if not is_file:
        allowed_network(session.folders).require_allowed()
    request = ExportRequest(
        str(absolute_path(architecture)) if architecture.endswith(".json") else architecture,
        str(absolute_path(pretrained)) if is_file else pretrained,
        absolute_path(out or default_name(architecture, pretrained)),
        tokenizer=None if tokenizer is None else absolute_path(tokenizer),
        like=like,
        pictures=None if pictures is None else absolute_path(pictures),
        require_network=allowed_network(session.folders).require_allowed,
        precision=_PRECISIONS[precision],
    )
    output = session.output
    is_watched = output.progress_on_terminal and not output.as_json
    report = export_model(request, lambda line: output.remark(str(line)) if is_watched else None)
    if output.as_json:
        output.document(_document(report))
        return
    if not (is_watched and output.on_terminal):  # else it has just been said
        for gate in report.gates:
            output.line(f"passed: {gate.name}: {gate.figures}")
    output.line(f"{report.folder}: pictures {report.image}, words {report.text}")
    output.line(f"To use it: photofind models import {report.folder}")


def _document(report: ExportReport) -> Document:
    return {
        "folder": str(report.folder),
        "key": report.spec.key,
        "title": report.spec.title,
        "dim": report.spec.dim,
        "image": report.image.value,
        "text": report.text.value,
        "pictures": str(report.pictures),
        "gates": [
            {"name": str(gate.name), "figures": str(gate.figures), "passed": gate.passed}
            for gate in report.gates
        ],
    }
