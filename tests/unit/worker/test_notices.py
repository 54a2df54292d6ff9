"""What a worker tells the person by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.indexing import indexer
from photofind.inference.clip import ImageEncoder
from photofind.paths import app_folders
from photofind.sentences import Sentence
from photofind.worker.client import WorkerClient
from photofind.worker.messages import (
    AddFolders,
    Event,
    Notice,
)
from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import make_photo
from tests.unit.describe.made_up import ModelShelf
from tests.unit.worker.inner_worker import working

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from photofind.inference.clip import DualEncoder


def test_an_accelerator_that_is_lost_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(model: DualEncoder, *, lost: Callable[[Sentence], None]) -> ImageEncoder:
        for _ in range(2):
            lost(Sentence("CUDA is not used."))
        return ImageEncoder(model)

    monkeypatch.setattr(indexer, "ImageEncoder", load)
    make_photo(tmp_path / "photos" / "a.jpg")
    folders, heard = app_folders(tmp_path / "data"), list[Event]()
    with working(folders, ModelShelf()):
        client = WorkerClient(folders, heard.append)
        client.start()
        try:
            command = AddFolders(paths=(tmp_path / "photos",))
            answer = client.request(command, PATIENCE_S)
        finally:
            client.close()
    assert answer.report.new == 1
    notices = [(each.code, str(each.sentence)) for each in heard if isinstance(each, Notice)]
    assert notices == [("accelerator_lost", "CUDA is not used.")]
