"""Folders of `photofind models export`, whole and tampered with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from photofind.domain import ModelError
from photofind.inference.golden import write_golden
from photofind.inference.portable import read_spec, write_spec
from photofind.inference.spec import FileSpec
from photofind.inference.spec_search import LanguageEncoder
from photofind.inference.store import InstalledModel
from tests.unit.models.importing import toy_graphs
from tests.unit.models.importing.opening import check_vectors, open_here
from tests.unit.models.importing.toy_graphs import Toy, make_toy

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def toy() -> Toy:
    return make_toy()


def exported(tmp_path: Path, toy: Toy) -> Path:
    """A folder as `photofind models export` writes it."""
    toy_graphs.make_xenova(tmp_path / "clip", toy)
    model = open_here(tmp_path / "clip", tmp_path)
    folder = tmp_path / "exported"
    (tmp_path / "work" / "model").rename(folder)
    write_spec(model.spec, folder)
    write_golden(InstalledModel(model.spec, folder))
    return folder


def test_our_own_export(tmp_path: Path, toy: Toy) -> None:
    folder = exported(tmp_path, toy)
    stated = read_spec(folder)
    model = open_here(folder, tmp_path)
    check_vectors(model, toy)
    assert model.spec.title == stated.title
    assert model.spec.padding == stated.padding
    assert model.spec.key.startswith("imported-")


def test_what_a_description_says_to_people_is_kept_in_bounds(tmp_path: Path, toy: Toy) -> None:
    folder = exported(tmp_path, toy)
    loud = replace(
        read_spec(folder),
        key="basic",
        title="a\x1b[2J\n" + "b" * 1000,
        recommended_for="everybody",
        languages=("en", "\x1b[31m"),
    )
    write_spec(loud, folder)
    spec = open_here(folder, tmp_path).spec
    assert spec.key.startswith("imported-basic-")
    assert spec.title.isprintable()
    assert len(spec.title) <= 300
    assert (spec.recommended_for, spec.languages) == ("", ("en",))


def test_further_graphs_that_a_description_names_are_left_alone(tmp_path: Path, toy: Toy) -> None:
    folder = exported(tmp_path, toy)
    stated = read_spec(folder)
    further = LanguageEncoder(("en",), FileSpec("more.onnx"), FileSpec("more.json"))
    write_spec(
        replace(stated, further_text=(further,), background=FileSpec("../background.npy")), folder
    )
    model = open_here(folder, tmp_path)
    check_vectors(model, toy)
    assert (model.spec.further_text, model.spec.background) == ((), None)


def test_a_changed_byte_of_our_own_export(tmp_path: Path, toy: Toy) -> None:
    folder = exported(tmp_path, toy)
    graph = folder / "visual" / "vision_model_quantized.onnx"
    content = bytearray(graph.read_bytes())
    content[-100] ^= 1
    graph.write_bytes(content)
    with pytest.raises(ModelError, match="not the one that was exported") as caught:
        open_here(folder, tmp_path)
    assert caught.value.code == "model_checksum"


def test_other_vectors_than_the_exporters(tmp_path: Path, toy: Toy) -> None:
    """Some processors get int8 wrong without any error."""
    folder = exported(tmp_path, toy)
    golden = folder / "golden.json"
    golden.write_text(
        golden.read_text()
        .replace('"search":[', '"search":[9.5,', 1)
        .replace(golden.read_text().split('"search":[')[1].split(",")[0] + ",", "", 1)
    )
    with pytest.raises(ModelError, match="computes wrong results"):
        open_here(folder, tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"visual/vision', '"../visual/vision', "outside its folder"),
        ('"visual/vision', '"/visual/vision', "outside its folder"),
        ('"dim": 16', '"dim": 17', "another length"),
        ('"dim": 16', '"dim": -1', "can't be true"),
        ('"context_length": 77', '"context_length": 99999999', "can't be true"),
        ('"size": 32', '"size": 99999', "can't be true"),
        ('"format": 1', '"format": 2', "newer version"),
        ('"pixel', "{", "newer version"),
        ('"search": "image_embeds"', '"search": "nothing"', "another version"),
    ],
)
def test_a_description_that_lies(tmp_path: Path, toy: Toy, old: str, new: str, words: str) -> None:
    folder = exported(tmp_path, toy)
    path = folder / "photofind-model.json"
    text = path.read_text()
    assert old in text or old == '"pixel'
    path.write_text(text.replace(old, new) if old in text else new)
    with pytest.raises(ModelError, match=words):
        open_here(folder, tmp_path)
