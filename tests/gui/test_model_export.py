"""A checkpoint becomes a model in the window: the dialog that asks for it, and what follows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from photofind.exporting.available import known_architectures
from photofind.gui.models.export_dialog import ExportDialog
from photofind.models.tasks import Export
from photofind.worker.messages import UseInstalledModel
from tests.gui.driver import Driver
from tests.plugins.local_hub import LocalHub
from tests.unit.exporting import tiny_networks
from tests.unit.inference.open_clip_reference import import_open_clip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from photofind.gui.models.dialog import ModelsDialog
    from photofind.paths import AppFolders

pytestmark = pytest.mark.pytorch

ARCHITECTURES = ("MobileCLIP2-S0", "ViT-B-32", "ViT-B-32-SigLIP2-256", "ViT-L-14")


@pytest.fixture
def local_hub() -> Iterator[LocalHub]:
    with LocalHub() as hub:
        yield hub


def test_the_architectures_are_those_of_open_clip() -> None:
    open_clip = import_open_clip()
    found = known_architectures()
    assert set(found) <= set(open_clip.list_models())
    assert set(ARCHITECTURES) <= set(found)
    assert "coca_ViT-B-32" not in found


def test_a_checkpoint_is_chosen_with_the_keyboard(qtbot: QtBot) -> None:
    dialog = ExportDialog(ARCHITECTURES, [])
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.begin.isEnabled()
    QTest.keyClicks(dialog.weights, " siglip.pt ")
    dialog.architecture.setFocus()
    line = dialog.architecture.lineEdit()
    assert line is not None
    line.selectAll()
    QTest.keyClicks(line, "ViT-B-32-SigLIP2-256")
    QTest.keyClicks(dialog.tokenizer, "tokenizer.json")
    assert dialog.begin.isEnabled()
    with qtbot.waitSignal(dialog.accepted):
        QTest.keyClick(dialog.weights, Qt.Key.Key_Return)
    assert dialog.chosen == Export("ViT-B-32-SigLIP2-256", "siglip.pt", Path("tokenizer.json"))


def test_the_keyboard_goes_down_the_fields(qtbot: QtBot) -> None:
    dialog = ExportDialog(ARCHITECTURES, [])
    qtbot.addWidget(dialog)
    with qtbot.waitActive(dialog):
        dialog.show()
    dialog.weights.setText("weights.pt")
    passed = []
    for _ in range(7):
        passed.append(dialog.focusWidget())
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    named = [each.text() if isinstance(each, QPushButton) else each for each in passed]
    fields = [dialog.weights, "Choose…", dialog.architecture, dialog.tokenizer, "Choose…"]
    assert named == [*fields, "Export and install", "Cancel"]


def test_a_file_is_looked_for(qtbot: QtBot) -> None:
    asked: list[str] = []

    def choose(_title: str, kinds: str) -> str:
        asked.append(kinds)
        return "" if len(asked) > 1 else "weights.safetensors"

    dialog = ExportDialog(ARCHITECTURES, [], choose_file=choose)
    qtbot.addWidget(dialog)
    weights, _ = (b for b in dialog.findChildren(QPushButton) if b.text() == "Choose…")
    weights.click()
    weights.click()  # and thinks better of it
    assert dialog.weights.text() == "weights.safetensors"
    assert "*.safetensors" in asked[0]
    dialog.reject()
    assert dialog.chosen is None


def test_what_is_missing_is_said_before_anything_is_filled_in(qtbot: QtBot) -> None:
    dialog = ExportDialog([], ["torch", "onnx"])
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.weights.setText("weights.pt")
    assert not dialog.begin.isEnabled()
    assert dialog.needs.isVisible()
    assert "torch, onnx not found" in dialog.needs.text()


def open_models(driver: Driver) -> ModelsDialog:
    driver.program.models.show()
    dialog = driver.program.models.dialog
    assert dialog is not None
    driver.until(lambda: dialog.list.count() > 0)
    return dialog


def test_a_checkpoint_becomes_a_model(qtbot: QtBot, folders: AppFolders, tmp_path: Path) -> None:
    import_open_clip()
    tiny = tiny_networks.make_clip(tmp_path)
    export = Export(str(tiny.architecture), str(tiny.checkpoint))
    driver = Driver(qtbot, folders, checkpoint=export)
    dialog = open_models(driver)
    dialog.from_checkpoint.trigger()
    driver.until(lambda: dialog.progress_text.text().startswith("Exporting: "))
    assert not dialog.bring.isEnabled()
    driver.click(dialog.cancel)
    driver.until(dialog.bring.isEnabled)
    assert not [path for path in folders.models.iterdir() if path.is_dir()]
    dialog.from_checkpoint.trigger()
    driver.until(lambda: "passed: " in dialog.progress_text.text())
    driver.until(lambda: dialog.chosen.startswith("imported-tiny-clip"))
    assert dialog.said.text().startswith("It is installed: photos and words get the same numbers")
    driver.until(lambda: any(isinstance(e, UseInstalledModel) for e in driver.worker.commands))
    driver.close()


def test_a_checkpoint_that_is_none_is_refused(
    qtbot: QtBot, folders: AppFolders, tmp_path: Path
) -> None:
    import_open_clip()
    driver = Driver(qtbot, folders, checkpoint=Export("ViT-B-32", str(tmp_path / "none.pt")))
    dialog = open_models(driver)
    dialog.from_checkpoint.trigger()
    driver.until(dialog.problem.isVisible)
    assert "none.pt" in dialog.problem.text()
    assert dialog.bring.isEnabled()
    driver.close()


def test_going_offline_ends_an_export_that_fetches_weights(
    qtbot: QtBot, folders: AppFolders, local_hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", local_hub.endpoint)
    driver = Driver(qtbot, folders, checkpoint=Export("ViT-B-32", "openai"))
    dialog = open_models(driver)
    dialog.from_checkpoint.trigger()
    driver.until(dialog.cancel.isVisible)
    driver.click(dialog.offline)
    driver.until(lambda: not driver.program.model_install.is_running)
    assert dialog.problem.text() == "The export was stopped, because it downloads the weights."
    dialog.from_checkpoint.trigger()
    driver.until(lambda: dialog.problem.text().startswith("Nothing is downloaded"))
    assert local_hub.requests == []
    driver.close()
