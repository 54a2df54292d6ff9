"""`photofind models export KEY --checkpoint FILE`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.cli.arguments import absolute_path
from photofind.exporting.blip import export_blip

if TYPE_CHECKING:
    from photofind.cli.session import Session


_OTHER_NAMES = {"blip-vqa": "blip-vqa-base"}


def export_blip_model(
    session: Session, key: str, checkpoint: str, *, out: str | None, pictures: str | None
) -> None:
    """Writes the graphs of a BLIP, compares them with transformers, installs the model and prints
    the findings.

    Raises:
        PhotofindError: it is no such model, the file is another's, or it can't be installed.
    """
    output = session.output
    is_watched = output.progress_on_terminal and not output.as_json
    report = export_blip(
        _OTHER_NAMES.get(key, key),
        absolute_path(checkpoint),
        session.folders,
        out=None if out is None else absolute_path(out),
        pictures=None if pictures is None else absolute_path(pictures),
        say=output.remark if is_watched else lambda _: None,
    )
    spec = report.model.spec
    if output.as_json:
        gates = [
            {"name": gate.name, "figures": gate.figures, "passed": gate.passed}
            for gate in report.gates
        ]
        output.document(
            {
                "key": spec.key,
                "title": spec.title,
                "pictures": report.pictures,
                "gates": gates,
                "as_shipped": report.as_shipped,
            }
        )
        return
    if not (is_watched and output.on_terminal):  # else it has just been said
        for gate in report.gates:
            output.line(f"passed: {gate.name}: {gate.figures}")
    output.line(f"Installed {spec.title}.")
