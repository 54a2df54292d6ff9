"""Two models in one catalog: built beside each other, switched, lost, found again and removed.

The second one is a CLIP of a few thousand random weights in the true file layout: it proves the
paths, and nothing about quality.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from photofind.catalog.models import read_model_indexes
from photofind.catalog.reader import CatalogReader
from photofind.domain import PhotofindError
from photofind.inference.installing import install_checkpoint, shipped_file
from photofind.paths import app_folders
from photofind.worker.client import WorkerClient
from photofind.worker.messages import (
    AddFolders,
    FinishBackground,
    Hello,
    IndexingProgress,
    ModelChanged,
    Notice,
    RemoveModelIndex,
    Rescan,
    UseInstalledModel,
    UseModel,
)
from photofind.worker.wire import Done
from tests.e2e.ears import Ear
from tests.e2e.program import Program
from tests.plugins.catalog import read
from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import make_photo
from tests.unit.inference import tiny_clip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from photofind.catalog.models import ModelIndex
    from photofind.paths import AppFolders
    from photofind.worker.wire import BaseCommand

PHOTOS = 40


@pytest.fixture(scope="module")
def tiny_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an installed tiny model."""
    place = tmp_path_factory.mktemp("tiny")
    with pytest.MonkeyPatch.context() as patch:
        manifest = tiny_clip.build_resources(place / "resources", patch)
        weights = place / "tiny.safetensors"
        tiny_clip.write_safetensors(weights, tiny_clip.random_weights(manifest))
        files = {weights.name: weights, "tokenizer.json": shipped_file("tokenizers/clip.json")}
        return install_checkpoint(tiny_clip.SPEC, files, app_folders(place / "data")).folder


@pytest.fixture
def folders(tmp_path: Path, tiny_files: Path, monkeypatch: pytest.MonkeyPatch) -> AppFolders:
    """A data folder with the tiny model installed, for programs that know it."""
    site = os.fspath(Path(__file__).parent / "model_site")
    path = os.pathsep.join(filter(None, [site, os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("PYTHONPATH", path)
    folders = app_folders(tmp_path / "data")
    shutil.copytree(tiny_files, folders.models / "tiny")
    return folders


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    for seed in range(PHOTOS):
        make_photo(folder / f"{seed:02}.jpg", seed=seed)
    return folder


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def client(folders: AppFolders, ear: Ear) -> Iterator[WorkerClient]:
    client = WorkerClient(folders, ear, back_off_s=0.01)
    client.start()
    yield client
    client.close()


@contextmanager
def working(folders: AppFolders) -> Iterator[tuple[WorkerClient, Ear]]:
    """A worker of its own, that has ended afterwards."""
    ear = Ear()
    client = WorkerClient(folders, ear, back_off_s=0.01)
    client.start()
    try:
        yield client, ear
    finally:
        client.close()


def ask(client: WorkerClient, *commands: BaseCommand[Any]) -> None:
    for command in commands:
        client.request(command, timeout_s=PATIENCE_S)


def add(photos: Path) -> AddFolders:
    return AddFolders(paths=(photos,))


def indexes(folders: AppFolders) -> dict[str, ModelIndex]:
    with CatalogReader(folders) as reader:
        return {index.people_key: index for index in read(reader, read_model_indexes)}


def vectors(folders: AppFolders, key: str) -> dict[tuple[int, str], tuple[int, bytes]]:
    """Pass and vector of every content and space."""
    connection = sqlite3.connect(folders.catalog)
    try:
        rows = connection.execute(
            """SELECT region_id, space, pass, vector FROM embeddings e
               JOIN models m ON m.id = e.model_id WHERE m.key LIKE ?""",
            (f"{key}@%",),
        ).fetchall()
    finally:
        connection.close()
    return {(content, space): (vector_pass, vector) for content, space, vector_pass, vector in rows}


def catalog_bytes(folders: AppFolders) -> int:
    """The file's size once the write-ahead log is folded into it."""
    connection = sqlite3.connect(folders.catalog)
    try:
        pages, size = (
            connection.execute(f"PRAGMA {n}").fetchone() for n in ("page_count", "page_size")
        )
        return int(pages[0] * size[0])
    finally:
        connection.close()


def searched_with(folders: AppFolders) -> str:
    model = Program(folders.data).document("search", "a red house")["model"]
    assert isinstance(model, str)
    return model


def test_a_second_index_grows_beside_the_first_and_takes_its_place(
    client: WorkerClient, ear: Ear, folders: AppFolders, photos: Path
) -> None:
    ask(client, add(photos), FinishBackground())
    of_basic = vectors(folders, "basic")
    assert searched_with(folders) == "basic"
    ask(client, UseModel(key="tiny"))
    ear.wait_for(ModelChanged, lambda event: event.key == "tiny")
    built = [
        event.progress
        for event in ear.heard
        if isinstance(event, IndexingProgress) and event.progress.model
    ]
    assert {progress.activity for progress in built} == {"building"}
    assert {event.model.partition("@")[0] for event in built} == {"tiny"}
    assert indexes(folders)["tiny"].complete
    assert searched_with(folders) == "tiny"
    assert vectors(folders, "basic") == of_basic
    # Built from thumbnails; the pictures themselves come next.
    ask(client, FinishBackground())
    assert {each for each, _ in vectors(folders, "tiny").values()} == {2}

    # What is added now is embedded with the active model first, then with the other.
    make_photo(photos / "new.jpg", seed=100)
    ask(client, Rescan(), FinishBackground())
    assert all(index.complete for index in indexes(folders).values())
    assert indexes(folders)["basic"].embedded == PHOTOS + 1
    before = vectors(folders, "tiny")
    client.request(UseModel(key="basic"), timeout_s=PATIENCE_S)
    assert searched_with(folders) == "basic"
    assert vectors(folders, "tiny") == before


def test_what_was_installed_is_built_and_taken_unless_another_was_chosen_meanwhile(
    client: WorkerClient, ear: Ear, folders: AppFolders, photos: Path
) -> None:
    ask(client, add(photos))
    begun = time.time()
    ask(client, UseModel(key="basic"))
    with pytest.raises(PhotofindError) as unchosen:
        ask(client, UseInstalledModel(key="tiny", since_s=begun))
    assert unchosen.value.code == "model_unchosen"
    assert searched_with(folders) == "basic"
    ask(client, UseInstalledModel(key="tiny", since_s=time.time()))
    ear.wait_for(ModelChanged, lambda event: event.key == "tiny")
    assert indexes(folders)["tiny"].complete
    assert searched_with(folders) == "tiny"


def test_removing_an_index_gives_the_space_back(
    client: WorkerClient, folders: AppFolders, photos: Path
) -> None:
    ask(client, add(photos), UseModel(key="tiny"), FinishBackground())
    with pytest.raises(PhotofindError) as refused:
        client.request(RemoveModelIndex(key="tiny"), timeout_s=PATIENCE_S)
    assert refused.value.code == "model_active"
    of_tiny, size = vectors(folders, "tiny"), catalog_bytes(folders)
    ask(client, RemoveModelIndex(key="basic"))
    assert vectors(folders, "basic") == {}
    assert vectors(folders, "tiny") == of_tiny
    assert set(indexes(folders)) == {"tiny"}
    assert catalog_bytes(folders) <= size - PHOTOS * 2 * 1407
    assert folders.catalog.stat().st_size == catalog_bytes(folders)
    ask(client, UseModel(key="basic"))  # and it can be built again
    assert indexes(folders)["basic"].complete
    with pytest.raises(PhotofindError) as unknown:
        client.request(RemoveModelIndex(key="none"), timeout_s=PATIENCE_S)
    assert unknown.value.code == "model_missing"


@pytest.mark.expects_log("the worker died")
def test_a_kill_while_an_index_is_built_or_removed_loses_nothing(
    client: WorkerClient, ear: Ear, folders: AppFolders, photos: Path
) -> None:
    ask(client, add(photos), FinishBackground())
    of_basic = vectors(folders, "basic")
    pid = ear.wait_for(Hello).pid
    client.send(UseModel(key="tiny"), ear)
    ear.wait_for(IndexingProgress, lambda event: event.progress.activity == "building")
    os.kill(pid, signal.SIGKILL)
    ear.wait_for(Done)
    assert searched_with(folders) == "tiny"
    assert len(vectors(folders, "tiny")) == PHOTOS
    assert vectors(folders, "basic") == of_basic
    client.send(RemoveModelIndex(key="basic"))
    hello = [event for event in ear.heard if isinstance(event, Hello)][-1]
    os.kill(hello.pid, signal.SIGKILL)
    ear.wait_for(Hello)
    ask(client, FinishBackground())
    assert set(indexes(folders)) <= {"tiny", "basic"}
    assert len(vectors(folders, "tiny")) == PHOTOS
    connection = sqlite3.connect(folders.catalog)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    finally:
        connection.close()


@pytest.mark.parametrize("how", ["gone", "damaged"])
def test_without_its_files_the_basic_model_stands_in_and_no_index_is_lost(
    folders: AppFolders, photos: Path, tmp_path: Path, how: str
) -> None:
    with working(folders) as (client, _):
        ask(client, add(photos), UseModel(key="tiny"), FinishBackground())
    of_tiny = vectors(folders, "tiny")
    aside = tmp_path / "aside"
    shutil.copytree(folders.models / "tiny", aside)
    if how == "gone":
        shutil.rmtree(folders.models / "tiny")
    else:
        graph = folders.models / "tiny" / "visual.onnx"
        graph.write_bytes(bytes(graph.stat().st_size))
    with working(folders) as (client, ear):
        make_photo(photos / "new.jpg", seed=100)
        ask(client, Rescan(), FinishBackground())
        assert ear.wait_for(Notice).code == "model_stand_in"
        assert searched_with(folders) == "basic"
        assert indexes(folders)["basic"].complete
        assert vectors(folders, "tiny") == of_tiny
    shutil.rmtree(folders.models / "tiny", ignore_errors=True)
    shutil.copytree(aside, folders.models / "tiny")
    with working(folders) as (client, _):
        ask(client, UseModel(key="tiny"), FinishBackground())
        assert searched_with(folders) == "tiny"
        after = vectors(folders, "tiny")
        assert {key: after[key] for key in of_tiny} == of_tiny
        assert len(after) == PHOTOS + 1


def test_photos_on_a_drive_that_is_away_are_embedded_from_their_thumbnails(
    client: WorkerClient, folders: AppFolders, photos: Path
) -> None:
    ask(client, add(photos), FinishBackground())
    away = photos.rename(photos.with_name("unplugged"))
    ask(client, UseModel(key="tiny"), FinishBackground())
    assert {each for each, _ in vectors(folders, "tiny").values()} == {1}
    assert len(vectors(folders, "tiny")) == PHOTOS
    away.rename(photos)
    ask(client, Rescan(), FinishBackground())
    assert {each for each, _ in vectors(folders, "tiny").values()} == {2}


def test_photos_that_cannot_be_looked_at_hold_no_switch_up_and_are_told(
    client: WorkerClient, ear: Ear, folders: AppFolders, photos: Path
) -> None:
    ask(client, add(photos), FinishBackground())
    away = photos.rename(photos.with_name("unplugged"))
    for file in folders.cache.glob("thumbnails.db*"):
        file.unlink()
    ask(client, UseModel(key="tiny"))
    assert ear.wait_for(Notice).code == "model_lacks_photos"
    program = Program(folders.data)
    assert searched_with(folders) == "tiny"
    assert program.document("status")["by_name_only"] == PHOTOS
    assert program.hit_names("search", "07.jpg") == ["07.jpg"]
    away.rename(photos)
    ask(client, Rescan(), FinishBackground())
    assert program.document("status")["by_name_only"] == 0
    assert {each for each, _ in vectors(folders, "tiny").values()} == {2}
