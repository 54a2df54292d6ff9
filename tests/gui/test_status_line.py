"""What the line at the bottom says of the model that search uses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from photofind.inference import registry
from photofind.inference.spec import ModelSpec
from photofind.models.importing.installation import import_model
from tests.unit.models.importing.toy_graphs import make_rclip, make_toy

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.paths import AppFolders
    from tests.gui.driver import Driver

TINY = registry.find_spec("tinyclip-40m", ModelSpec)


def test_the_status_line_names_the_model_and_leads_to_it(
    window: Driver, folders: AppFolders, tmp_path: Path
) -> None:
    window.until(lambda: window.program.state.status is not None)
    status = window.program.state.status
    assert status is not None
    window.program.state.status_read.emit(replace(status, model=f"{TINY.key}@0.p1.q1"))
    window.click(window.button(window.window.status_line, TINY.title))
    dialog = window.program.models.dialog
    assert dialog is not None
    window.until(lambda: dialog.chosen == TINY.key)
    line = window.window.status_line
    window.program.state.status_read.emit(replace(status, model="mine-of-vit-h@0.p1.q0"))
    window.until(lambda: window.button(line, "mine-of-vit-h") is not None)  # its files are gone
    make_rclip(tmp_path / "ViT-B-32-mine", make_toy())
    spec = import_model(tmp_path / "ViT-B-32-mine", folders, lambda _: None).spec
    window.program.state.status_read.emit(replace(status, model=f"{spec.key}@0.p1.q0"))
    window.until(lambda: window.button(line, spec.title) is not None)
