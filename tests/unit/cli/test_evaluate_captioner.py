"""`eval-captions` with a captioner that says what the test has it say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from photofind.cli.app import run_command
from photofind.cli.arguments import parse
from photofind.describe.installed import InstalledModels
from photofind.describe.runner import AvailableModel
from photofind.domain import PhotofindError
from photofind.paths import app_folders
from tests.plugins.pictures import make_photo
from tests.unit.describe.quality.test_evaluation import MadeUpCaptioner

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def refs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("a.jpg", "b.jpg"):
        make_photo(tmp_path / name)

    def find(_: InstalledModels, key: str) -> AvailableModel[MadeUpCaptioner]:
        assert key == "made-up"
        return AvailableModel("made-up@1", lambda: MadeUpCaptioner("a red dog", "two cats sit"))

    monkeypatch.setattr(InstalledModels, "find_captioner", find)
    path = tmp_path / "refs.tsv"
    path.write_text("a.jpg\tA red dog.\nb.jpg\tTwo dogs sit.\nc.jpg\tnone\n")
    return path


def run(*words: str | Path, data: Path) -> None:
    run_command(parse([str(word) for word in words]), app_folders(data))


def test_the_document(refs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("eval-captions", refs, "--model", "made-up", "--json", data=refs.parent / "data")
    document = json.loads(capsys.readouterr().out)
    keys = ["images", "BLEU-4", "ROUGE-L", "CIDEr", "skipped", "model"]
    assert list(document) == keys
    assert (document["images"], document["skipped"], document["model"]) == (2, 1, "made-up@1")
    assert document["ROUGE-L"] == pytest.approx((1 + 2 / 3) / 2)


def test_what_a_person_reads(refs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("eval-captions", refs, "--model", "made-up", data=refs.parent / "data")
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "2 pictures, 1 lines skipped"
    assert out[2] == "ROUGE-L  0.833"


def test_without_a_model_the_way_to_one_is_named(tmp_path: Path) -> None:
    refs = tmp_path / "refs.tsv"
    refs.write_text("a.jpg\ta dog\n")
    with pytest.raises(PhotofindError, match="models install blip-base") as caught:
        run("eval-captions", refs, data=tmp_path / "data")
    assert caught.value.code == "captioner_missing"
