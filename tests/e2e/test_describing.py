"""Describing in real worker processes, which a picture kills."""

from __future__ import annotations

import os
import queue
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from photofind.catalog.files import find_photo_at
from photofind.catalog.jobs import read_failed_jobs
from photofind.catalog.photos import read_photo_order
from photofind.catalog.reader import CatalogReader
from photofind.catalog.texts import read_captions
from photofind.paths import app_folders
from photofind.worker.client import WorkerClient
from photofind.worker.description_messages import Describe, DescriptionProgress
from photofind.worker.messages import AddFolders
from tests.e2e.program import Program
from tests.plugins.catalog import read
from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from photofind.worker.messages import Event


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two pictures, and one that kills whoever describes it; workers have a scripted captioner."""
    folders = [str(Path(__file__).parent / "describe_site"), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, folders)))
    folder = tmp_path / "photos"
    for seed in range(2):
        make_photo(folder / f"{seed}.jpg", seed=seed)
    Image.new("RGB", (64, 64)).save(folder / "black.png")
    return folder


@pytest.mark.expects_log("the worker died")
def test_a_picture_that_kills_the_worker_is_left_out_and_the_others_are_described(
    photos: Path, tmp_path: Path
) -> None:
    folders = app_folders(tmp_path / "data")
    heard: queue.SimpleQueue[Event] = queue.SimpleQueue()
    client = WorkerClient(folders, heard.put, back_off_s=0.01)
    client.start()
    try:
        client.request(AddFolders(paths=(photos,)), PATIENCE_S)
        client.request(Describe(), PATIENCE_S)
        while True:
            event = heard.get(timeout=PATIENCE_S)
            if (
                isinstance(event, DescriptionProgress)
                and (now := event.progress).failed
                and not now.total
            ):
                break
    finally:
        client.close()
    with CatalogReader(folders) as reader:
        (failed,) = read(reader, read_failed_jobs)
        black = read(reader, find_photo_at, photos / "black.png")
        captions = read(reader, read_captions, read(reader, read_photo_order).photo_ids.tolist())
    assert (failed.code, failed.photo_id) == ("crashed", black)
    assert len(captions) == 2
    assert black not in captions


def test_a_caption_from_the_command_line_is_found_by_its_words(
    photos: Path, tmp_path: Path
) -> None:
    program = Program(tmp_path / "data")
    program.document("index", photos)
    (photos / "black.png").unlink()
    document = program.document("caption", photos / "0.jpg", photos / "1.jpg")
    assert [entry["caption"] for entry in document["captions"]] == ["a colourful picture"] * 2
    (caption,) = program.document("info", photos / "0.jpg")["captions"]
    assert (caption["caption"], caption["edited"]) == ("a colourful picture", False)
    hits = program.document("search", "colourful", "picture")["hits"]
    why = {"kind": "text", "score": 0.666667, "text": "a colourful picture", "region": None}
    assert hits[0]["why"][0] == why
