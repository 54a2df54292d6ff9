"""Photos that crash, hang or bloat their decoder are set aside, and nothing else suffers."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.models import read_model_indexes
from photofind.catalog.photos import read_photo_order
from photofind.catalog.reader import CatalogReader
from photofind.catalog.status import read_problems
from photofind.domain import MediaCode
from photofind.paths import app_folders
from photofind.worker.client import WorkerClient
from photofind.worker.messages import (
    AddFolders,
    Event,
    FinishBackground,
    Notice,
    Rescan,
    RetryProblems,
)
from tests.plugins.catalog import read
from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from types import ModuleType


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Poisons the decoders of workers started from now on."""
    file = Path(__file__).parent / "poison_site" / "sitecustomize.py"
    folders = [str(file.parent), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, folders)))
    spec = importlib.util.spec_from_file_location("poison", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.expects_log("the worker died")
def test_each_kind_of_poison_is_quarantined_and_all_others_are_indexed(
    poison: ModuleType, tmp_path: Path
) -> None:
    photos = tmp_path / "photos"
    for seed in range(16):
        make_photo(photos / f"{seed:02}.jpg", seed=seed)
    for number, marker in enumerate((poison.ABORT, poison.HANG, poison.MEMORY)):
        path = make_photo(photos / f"{5 * number:02} poison.jpg", seed=100 + number)
        path.write_bytes(path.read_bytes() + marker)
    folders = app_folders(tmp_path / "data")
    heard: list[Event] = []
    client = WorkerClient(folders, heard.append, back_off_s=0.01)
    client.start()
    try:
        client.request(AddFolders(paths=(photos,)), timeout_s=PATIENCE_S)
        with CatalogReader(folders) as reader:
            problems = read(reader, read_problems)
            assert len(read(reader, read_photo_order).photo_ids) == 16
        assert {problem.path.name for problem in problems} == {
            "00 poison.jpg",
            "05 poison.jpg",
            "10 poison.jpg",
        }
        assert {problem.code for problem in problems} == {MediaCode.CRASHED}
        aborted, hung, bloated = (
            str(problem.reason) for problem in sorted(problems, key=lambda each: each.path)
        )
        assert "reading this photo. It is skipped" in aborted
        assert "Reading it took longer than 2 seconds. It is skipped" in hung
        assert "Reading it took more than 0.7 GB of memory. It is skipped" in bloated
        deaths = [event for event in heard if isinstance(event, Notice)]
        # Three strikes of its own each; a shared death before that is nobody's strike.
        assert 9 <= len(deaths) <= 9 + 3
        before = len(deaths)
        again = client.request(Rescan(), timeout_s=PATIENCE_S)
        assert (again.report.unchanged, again.report.failed) == (16, 3)
        assert len([event for event in heard if isinstance(event, Notice)]) == before
        # A poisoned photo that changes is tried again.
        make_photo(photos / "00 poison.jpg", seed=300)
        healed = client.request(Rescan(), timeout_s=PATIENCE_S)
        assert (healed.report.changed, healed.report.failed) == (1, 2)
    finally:
        client.close()


@pytest.mark.expects_log("the worker died")
def test_trying_a_poisoned_photo_again_comes_to_an_end(poison: ModuleType, tmp_path: Path) -> None:
    """The command was not answered when the worker died: the next one gets it again."""
    photo = make_photo(tmp_path / "photos" / "poison.jpg", seed=1)
    photo.write_bytes(photo.read_bytes() + poison.ABORT)
    folders = app_folders(tmp_path / "data")
    deaths: list[Event] = []
    client = WorkerClient(
        folders,
        lambda event: deaths.append(event) if isinstance(event, Notice) else None,
        back_off_s=0.01,
    )
    client.start()
    try:
        client.request(AddFolders(paths=(photo.parent,)), timeout_s=PATIENCE_S)
        before = len(deaths)
        answer = client.request(RetryProblems(), timeout_s=PATIENCE_S)
    finally:
        client.close()
    assert answer.report.failed == 1
    assert 3 <= len(deaths) - before <= 4


@pytest.mark.expects_log("the worker died")
def test_a_photo_that_is_poison_in_the_second_pass_only_is_still_found(
    poison: ModuleType, tmp_path: Path
) -> None:
    photos = tmp_path / "photos"
    for seed in range(5):
        make_photo(photos / f"{seed}.heic", seed=seed, size=(1600, 1200), thumbnails=[320])
    late = photos / "2.heic"
    late.write_bytes(late.read_bytes() + poison.LATE_ABORT)
    folders = app_folders(tmp_path / "data")
    heard: list[Event] = []
    client = WorkerClient(folders, heard.append, back_off_s=0.01)
    client.start()
    try:
        client.request(AddFolders(paths=(photos,)), timeout_s=PATIENCE_S)
        client.request(FinishBackground(), timeout_s=PATIENCE_S)
        deaths = len([event for event in heard if isinstance(event, Notice)])
        assert 3 <= deaths <= 4  # one may be shared; three are its own
        with CatalogReader(folders) as reader:
            assert len(read(reader, read_photo_order).photo_ids) == 5
            index = read(reader, read_model_indexes)[0]
            assert (index.embedded, index.first_pass, index.complete) == (5, 1, True)
            (problem,) = read(reader, read_problems)
            assert (problem.path, problem.code) == (late, MediaCode.CRASHED)
        client.request(FinishBackground(), timeout_s=PATIENCE_S)
        assert len([event for event in heard if isinstance(event, Notice)]) == deaths
    finally:
        client.close()
