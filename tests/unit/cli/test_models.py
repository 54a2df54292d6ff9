from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.models import ModelIndex
from photofind.cli import models_install
from photofind.cli.documents import models_document
from photofind.cli.install_progress import choose_install_display
from photofind.cli.model_lines import describe_model, megabytes
from photofind.cli.models_install import install
from photofind.cli.output import Output
from photofind.cli.session import Session
from photofind.domain import ModelError, ModelId, PhotofindError
from photofind.inference import registry, registry_blip
from photofind.inference.spec import ModelSpec
from photofind.inference.store import InstalledModel, ModelStore
from photofind.models.messages import InstallNotice, InstallProgress
from photofind.models.overview import ModelState, list_models
from photofind.paths import app_folders
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from pathlib import Path

SPEC = registry.find_spec("clip-vit-b32-laion", ModelSpec)
FIRST_KEYS = ["key", "title", "task", "licence", "bytes", "installed", "active"]


def test_every_model_of_the_registry_is_listed(tmp_path: Path) -> None:
    states = list_models(ModelStore(app_folders(tmp_path)), [])
    assert [state.spec for state in states] == list(registry.ALL)
    assert [state.spec.key for state in states if state.installed is not None] == ["basic"]
    assert [state.spec.key for state in states if state.active] == ["basic"]


def test_the_document_begins_with_the_promised_keys(tmp_path: Path) -> None:
    states = list_models(ModelStore(app_folders(tmp_path)), [])
    models = models_document(states)["models"]
    assert isinstance(models, list)
    for model in models:
        assert list(model)[: len(FIRST_KEYS)] == FIRST_KEYS
    basic, laion = models[0], next(each for each in models if each["key"] == SPEC.key)
    assert (basic["installed"], basic["active"], basic["download_bytes"]) == (True, True, 0)
    assert basic["bytes"] == 89_643_802
    assert (laion["installed"], laion["active"], laion["bytes"]) == (False, False, 605_143_316)
    assert (laion["task"], laion["licence"]) == ("search", "MIT")


def test_a_model_is_described_in_words() -> None:
    lines = describe_model(ModelState(SPEC, None, active=False))
    assert lines[0].startswith("  clip-vit-b32-laion")
    assert "MIT, English, download of 605 MB, speed 1, 200 MB of memory" in lines[0]
    assert SPEC.notice in lines[-1]


def test_what_the_trial_found_is_said(tmp_path: Path) -> None:
    installed = InstalledModel(SPEC, tmp_path, notices=(Sentence("CUDA is not used."),))
    lines = describe_model(ModelState(SPEC, installed, active=True))
    assert lines[0].startswith("* ")
    assert lines[-1].strip() == "CUDA is not used."
    for spec, said in (
        (SPEC, "1 pictures/s here on one core"),
        (registry_blip.BASE, "1.2 s a picture here"),
    ):
        installed = InstalledModel(spec, tmp_path, pictures_per_s=0.8)
        assert said in describe_model(ModelState(spec, installed, active=False))[0]


@pytest.mark.parametrize(
    ("size", "said"), [(1_460_000_000, "1.5 GB"), (87_000_000, "87 MB"), (10, "1 MB")]
)
def test_sizes_are_said_as_people_do(size: int, said: str) -> None:
    assert megabytes(size) == said


def test_progress_beside_no_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    with choose_install_display(Output(as_json=False)) as display:
        display.hear(InstallProgress("asking"))
        for done in range(0, 101, 2):
            display.hear(InstallProgress("downloading", done * 1_000_000, 100_000_000))
        display.hear(InstallProgress("testing"))
        display.hear(InstallNotice(Sentence("Something to know.")))
    lines = capfd.readouterr().err.splitlines()
    assert lines[0] == "Checking what is available"
    assert lines[2] == "Downloading: 10 MB of 100 MB"
    assert len(lines) == 1 + 11 + 2
    assert lines[-1] == "Something to know."


def test_nothing_is_said_beside_a_document(capfd: pytest.CaptureFixture[str]) -> None:
    with choose_install_display(Output(as_json=True)) as display:
        display.hear(InstallProgress("asking"))
        display.hear(InstallNotice(Sentence("Something to know.")))
    assert capfd.readouterr() == ("", "")


def test_a_licence_is_not_accepted_by_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = replace(SPEC, accept_licence=True, licence_notice="For research only.")
    monkeypatch.setattr(registry, "ALL", (registry.BASIC, strict))
    session = Session(app_folders(tmp_path), Output(as_json=True))
    with pytest.raises(ModelError, match=r"For research only\. Read it") as caught:
        install(session, SPEC.key, accept_licence=False)
    assert caught.value.code == "licence_not_accepted"


def test_how_far_an_index_is_can_be_seen(tmp_path: Path) -> None:
    index = ModelIndex(
        ModelId(2), f"{SPEC.key}@ac4f8c4b.p1.q1", 512, True, False, False, 1200, 800, 0, 0
    )
    states = list_models(ModelStore(app_folders(tmp_path)), [index])
    (state,) = [state for state in states if state.active]
    assert state.spec == SPEC
    assert "    800 of 1,200 photos are indexed." in describe_model(state)
    models = models_document([state])["models"]
    assert isinstance(models, list)
    assert (models[0]["indexed"], models[0]["photos"]) == (800, 1200)


@pytest.mark.parametrize("code", ["model_unchosen", "catalog_locked"])
def test_what_is_installed_is_said_even_if_search_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    def refuse(*_: object) -> int:
        raise PhotofindError(code, "Why not.")

    monkeypatch.setattr(models_install, "carry_out", refuse)
    session = Session(app_folders(tmp_path), Output(as_json=False))

    def go_on() -> str:
        return models_install._go_on(session, SPEC, "Installed it.", 0.0, use=True)

    if code == "model_unchosen":  # a person did that, it is no error
        assert go_on() == f" Why not. To search with this one: photofind models use {SPEC.key}"
        return
    with pytest.raises(PhotofindError, match=r"Installed it\. Why not\.") as caught:
        go_on()
    assert caught.value.code == code
