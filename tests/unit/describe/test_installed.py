"""The queue with real BLIP graphs: tiny, with random weights, so what they say is nonsense."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.catalog.jobs import Priority, add_jobs
from photofind.catalog.texts import FoundAnswer, FoundText
from photofind.describe.installed import InstalledModels
from photofind.describe.job_params import AnswerParams, params_to_json
from photofind.describe.runner import RunnersModel
from photofind.describe.writing import AnswerRunner, CaptionRunner, ServerWriter
from photofind.domain import ModelError
from photofind.inference.store import ModelStore
from photofind.paths import app_folders
from photofind.settings import Settings
from tests.plugins.catalog import write
from tests.unit.describe.made_up import Desk, ModelShelf
from tests.unit.inference.blip import tiny

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.describe.runner import Runner


def test_without_models_it_is_said_which_to_install(tmp_path: Path) -> None:
    models = InstalledModels(ModelStore(app_folders(tmp_path)))
    with pytest.raises(ModelError, match="photofind models install blip-base") as caught:
        models.find_captioner("")
    assert caught.value.code == "captioner_missing"
    assert "(a download of 990 MB, licence BSD-3-Clause)" in caught.value.user_message
    with pytest.raises(ModelError, match="photofind models install blip-vqa-base") as caught:
        models.find_answerer("")
    assert caught.value.code == "answerer_missing"
    with pytest.raises(ModelError) as caught:
        models.find_captioner("blip-large")
    assert caught.value.code == "model_missing"


def test_photos_go_through_installed_graphs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = app_folders(tmp_path / "data")
    tiny.build_resources(tmp_path / "resources", monkeypatch)
    tiny.install(tiny.CAPTIONER, tmp_path, folders)
    tiny.install(tiny.ANSWERER, tmp_path, folders)
    models, loaded = InstalledModels(ModelStore(folders)), RunnersModel()
    no_server = ServerWriter(Settings)
    runners: list[Runner] = [
        CaptionRunner(models.find_captioner, loaded, no_server),
        AnswerRunner(models.find_answerer, loaded, no_server),
    ]
    desk = Desk(folders, tmp_path / "photos", ModelShelf(), runners=runners)
    try:
        content = desk.add("a.jpg")
        desk.queue_captions([content], prefix="a photograph of")
        params = params_to_json(AnswerParams(question="how many dogs?"))
        write(desk.writer, add_jobs, "answer", [content], params, Priority.BACKGROUND)
        desk.describer.start()
        caption, answer = desk.ears.next().outcome, desk.ears.next().outcome
    finally:
        desk.close()
    assert isinstance(caption, FoundText)
    assert caption.text.startswith("a photograph of")
    assert caption.model.catalog_key.startswith(f"{tiny.CAPTIONER.key}@")
    assert isinstance(answer, FoundAnswer)
    assert answer.model.catalog_key.startswith(f"{tiny.ANSWERER.key}@")
