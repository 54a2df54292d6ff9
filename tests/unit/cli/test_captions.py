"""`caption` and `ask` against a worker whose models say what the test has them say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from photofind.cli.app import run_command
from photofind.cli.arguments import UsageError, parse
from photofind.domain import PhotofindError
from photofind.inference.describing import Sampling
from photofind.paths import app_folders
from photofind.worker.client import WorkerClient
from photofind.worker.messages import AddFolders
from tests.plugins.pictures import make_photo
from tests.unit.describe.made_up import ModelShelf
from tests.unit.worker.inner_worker import working

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Shell:
    """Runs commands on photos that are indexed, with a worker that other clients keep alive."""

    def __init__(self, data: Path, photos: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folders = app_folders(data)
        self.photos = photos
        self.shelf = ModelShelf()
        self.err = ""
        self._capture = capture

    def run(self, *words: str | Path) -> str:
        self._capture.readouterr()
        run_command(parse([str(word) for word in words]), self.folders)
        out, self.err = self._capture.readouterr()
        return out

    def document(self, *words: str | Path) -> dict[str, Any]:
        document = json.loads(self.run(*words, "--json"))
        assert isinstance(document, dict)
        return document

    def error(self, *words: str | Path) -> str:
        with pytest.raises(PhotofindError) as caught:
            self.run(*words)
        return caught.value.code


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    photos = tmp_path / "photos"
    for seed, name in enumerate(("a.jpg", "b.jpg", "below/c.jpg")):
        make_photo(photos / name, seed=seed)
    shell = Shell(tmp_path / "data", photos, capsys)
    with working(shell.folders, shell.shelf):
        keeper = WorkerClient(shell.folders, lambda _: None)
        keeper.start()
        try:
            keeper.request(AddFolders(paths=(photos,)), 60)
            yield shell
        finally:
            keeper.close()


def test_one_file_gives_its_caption_alone(shell: Shell) -> None:
    out = shell.run("caption", shell.photos / "a.jpg", "--prefix", "a photo of", "--beams", "2")
    assert out == "a photo of a picture\n"
    assert shell.shelf.captioners["small"].asked == [("a photo of", 2)]
    assert "a photo of a picture" in shell.run("search", "photo of a picture")


def test_words_are_drawn_by_a_number(shell: Shell) -> None:
    file, folder = shell.photos / "a.jpg", shell.photos / "below"
    shell.run("caption", file)
    shell.run("caption", file, "--seed", "7")
    shell.run("caption", "--folder", folder, "--seed", "8")
    assert shell.shelf.captioners["small"].drawn == [None, Sampling(7), Sampling(8)]
    assert shell.error("caption", file, "--seed", "-1") == "order_invalid"


def test_several_files_go_on_when_one_is_bad(shell: Shell, tmp_path: Path) -> None:
    odd = tmp_path / "odd.jpg"
    odd.write_bytes(b"no picture")
    stranger = make_photo(tmp_path / "stranger.jpg", seed=50)
    document = shell.document("caption", odd, stranger, shell.photos / "a.jpg")
    bad, unknown, known = document["captions"]
    assert (bad["caption"], bad["error"]["code"]) == (None, "unsupported")
    assert unknown == {
        "path": str(stranger),
        "caption": "a picture",
        "model": "small",
        "score": 0.5,
        "kept": False,
        "error": None,
    }
    assert known["kept"]
    assert shell.error("caption", odd) == "unsupported"
    assert shell.error("caption", odd, odd) == "unsupported"


def test_a_folder_is_described_once_unless_again(shell: Shell) -> None:
    (shell.photos / "b.jpg").unlink()
    document = shell.document("caption", "--folder", shell.photos)
    assert [document[key] for key in ("folder", "wanted", "known")] == [str(shell.photos), 3, 0]
    assert {entry["path"] for entry in document["captions"]} == {
        str(shell.photos / "a.jpg"),
        str(shell.photos / "below" / "c.jpg"),
    }
    (problem,) = document["problems"]
    assert (problem["path"], problem["code"]) == (str(shell.photos / "b.jpg"), "photo_unreachable")
    below = shell.photos / "below"
    assert shell.document("caption", "--folder", below)["captions"] == []
    assert shell.run("caption", "--folder", below) == ""
    assert "--again" in shell.err
    assert shell.run("caption", "--folder", below, "--again") == f"{below / 'c.jpg'}\ta picture\n"
    assert shell.error("caption", "--folder", shell.photos.parent / "x") == "folder_unknown"


def test_a_question_is_answered(shell: Shell) -> None:
    file = shell.photos / "a.jpg"
    assert shell.run("ask", file, "how many", "dogs?") == "asked: how many dogs?\n"
    assert shell.document("ask", file, "why?") == {
        "path": str(file),
        "question": "why?",
        "answer": "asked: why?",
        "model": "vqa",
        "kept": True,
    }
    assert shell.error("ask", file, "why? " * 1_000) == "order_invalid"


def test_without_a_model_it_is_said_what_to_install(shell: Shell) -> None:
    shell.shelf.captioners.clear()
    assert shell.error("caption", shell.photos / "a.jpg") == "model_missing"
    assert shell.error("caption", "--folder", shell.photos) == "model_missing"


def test_either_files_or_a_folder(shell: Shell) -> None:
    for words in (("caption",), ("caption", "a.jpg", "--folder", "b")):
        with pytest.raises(UsageError):
            shell.run(*words)
