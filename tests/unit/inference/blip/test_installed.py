"""Installed as a user's download is; random weights write nonsense, in well-formed sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from photofind.domain import ModelError
from photofind.inference.blip.models import BlipAnswerer, BlipCaptioner
from photofind.inference.describing import Cancelled, Sampling
from photofind.inference.golden import RECORDED_NAME
from photofind.inference.precision_check import draw_pictures
from photofind.inference.spec_texts import AnswererSpec, CaptionerSpec
from photofind.inference.store import ModelStore
from photofind.inference.trials import trial_of
from photofind.paths import AppFolders, app_folders
from tests.unit.inference.blip import tiny

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from photofind.inference.store import InstalledModel

PICTURES = draw_pictures(tiny.SIDE)[:3]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppFolders]:
    """Where both tiny models are installed."""
    work = tmp_path_factory.mktemp("blip")
    with pytest.MonkeyPatch.context() as patch:
        tiny.build_resources(work / "resources", patch)
        found = app_folders(work / "data")
        tiny.install(tiny.CAPTIONER, work, found)
        tiny.install(tiny.ANSWERER, work, found)
        yield found


@pytest.fixture(scope="module")
def installed(folders: AppFolders) -> InstalledModel[CaptionerSpec]:
    return ModelStore(folders).find(tiny.CAPTIONER.key, CaptionerSpec)


@pytest.fixture(scope="module")
def captioner(installed: InstalledModel[CaptionerSpec]) -> BlipCaptioner:
    return BlipCaptioner(installed)


@pytest.fixture(scope="module")
def answerer(folders: AppFolders) -> BlipAnswerer:
    return BlipAnswerer(ModelStore(folders).find(tiny.ANSWERER.key, AnswererSpec))


def test_what_is_installed_is_complete(folders: AppFolders) -> None:
    store = ModelStore(folders)
    for key, graphs in (
        (tiny.CAPTIONER.key, ["decoder", "vision"]),
        (tiny.ANSWERER.key, ["decoder", "question", "vision"]),
    ):
        model = store.verify(key)
        names = {f"{name}{end}" for name in graphs for end in (".bin", ".onnx")}
        names |= {"golden.json", "spec.json", "tokenizer.json"}
        assert {path.name for path in model.folder.iterdir()} == names
        trial_of(model.spec).self_test(model.folder)
        assert model.pictures_per_s is not None
        assert 1 < model.pictures_per_s < 1e5, "they are tiny"


def test_a_model_that_computes_something_else_is_found_out(
    installed: InstalledModel[CaptionerSpec], folders: AppFolders
) -> None:
    trial, path = trial_of(installed.spec), installed.folder / RECORDED_NAME
    right = path.read_bytes()
    try:
        path.write_bytes(right.replace(b"0.0", b"0.9"))
        with pytest.raises(ModelError, match="computes wrong results"):
            trial.self_test(installed.folder)
        path.write_bytes(b"{}")
        with pytest.raises(ModelError, match="can't be read"):
            trial.self_test(installed.folder)
    finally:
        path.write_bytes(right)


def test_captions_come_in_the_pictures_order(captioner: BlipCaptioner) -> None:
    together = captioner.caption(PICTURES)
    assert len(together) == 3
    assert [captioner.caption([picture])[0] for picture in PICTURES] == together
    assert all(0 < caption.score <= 1 for caption in together)
    assert captioner.caption([]) == []


def test_a_caption_begins_with_its_prefix(captioner: BlipCaptioner) -> None:
    (caption,) = captioner.caption(PICTURES[:1], prefix="A Photograph of")
    assert caption.text.startswith("a photograph of")
    (longest,) = captioner.caption(PICTURES[:1], prefix="dog " * 500)
    assert longest.text.startswith("dog " * 61 + "dog")


def test_a_seed_gives_a_caption_of_its_own(captioner: BlipCaptioner) -> None:
    def draw(seed: int) -> str:
        return captioner.caption(PICTURES[:1], sampling=Sampling(seed))[0].text

    assert draw(1) == draw(1)
    assert len({draw(seed) for seed in range(4)}) > 1


def test_no_beam_at_all_is_refused(captioner: BlipCaptioner) -> None:
    with pytest.raises(ValueError, match="one beam"):
        captioner.caption(PICTURES[:1], beams=0)


def test_another_models_square_is_refused(captioner: BlipCaptioner) -> None:
    with pytest.raises(ValueError, match="expected uint8"):
        captioner.caption([np.zeros((32, 32, 3), np.uint8)])


@pytest.mark.parametrize("allowed", [0, 1, 3])
def test_a_caption_is_cancelled_between_tokens(captioner: BlipCaptioner, allowed: int) -> None:
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > allowed

    with pytest.raises(Cancelled):
        captioner.caption(PICTURES[:1], cancelled=cancelled)
    assert asked == allowed + 1


@pytest.mark.parametrize("question", ["how many dogs?", "", "why " * 1300, "\ud800 犬?"])
def test_any_question_gets_an_answer(answerer: BlipAnswerer, question: str) -> None:
    together = answerer.answer(PICTURES[:2], question)
    assert [answerer.answer([picture], question)[0] for picture in PICTURES[:2]] == together
    assert all(0 < answer.score <= 1 for answer in together)


def test_an_answer_is_cancelled(answerer: BlipAnswerer) -> None:
    with pytest.raises(Cancelled):
        answerer.answer(PICTURES[:1], "how many?", cancelled=lambda: True)


def test_files_of_another_kind_are_a_clear_error(
    installed: InstalledModel[CaptionerSpec], tmp_path: Path
) -> None:
    broken = tmp_path / "tokenizer.json"
    broken.write_text("{}")
    with pytest.raises(ModelError, match="install the model again"):
        BlipCaptioner(installed, tokenizer=broken)
