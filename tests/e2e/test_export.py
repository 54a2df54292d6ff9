"""`photofind models export` and `import` by the real program, on a tiny random network."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from photofind.catalog.models import read_model_indexes
from photofind.catalog.reader import CatalogReader
from photofind.inference.portable import read_spec
from tests.e2e.exported_models import embed_with_torch, live_through
from tests.plugins.catalog import read
from tests.plugins.pictures import make_photo
from tests.unit.exporting import tiny_networks
from tests.unit.inference.open_clip_reference import import_open_clip
from tests.unit.models.importing import toy_graphs

if TYPE_CHECKING:
    from tests.e2e.program import Program

pytestmark = pytest.mark.pytorch


def test_a_checkpoint_is_exported_imported_used_and_removed(
    program: Program, tmp_path: Path
) -> None:
    open_clip = import_open_clip()
    tiny = tiny_networks.make_clip(tmp_path)
    words = ("models", "export", tiny.architecture, "--pretrained", tiny.checkpoint)
    document = program.document(*words, "--out", tmp_path / "out", "--precision", "fp32")
    assert document["folder"] == str(tmp_path / "out")
    assert (document["image"], document["text"], document["dim"]) == ("fp32", "fp32", 32)
    assert all(gate["passed"] for gate in document["gates"])
    assert not program.data_dir.exists(), "exporting is no reason to make a catalog"
    assert program.error(*words, "--out", tmp_path / "out", code=1) == "export_folder"
    paths = [make_photo(tmp_path / "photos" / f"{seed}.png", seed=seed) for seed in range(4)]
    tokenizer = open_clip.get_tokenizer("ViT-B-32")
    spec = read_spec(tmp_path / "out")
    pictures, query = embed_with_torch(
        tiny.model, spec, paths, lambda text: tokenizer([text]).numpy()
    )
    archive = shutil.make_archive(str(tmp_path / "stick"), "zip", tmp_path / "out")
    live_through(program, Path(archive), tmp_path / "photos", pictures, query)


def test_a_model_of_another_program_is_imported(program: Program, tmp_path: Path) -> None:
    toy_graphs.make_immich(tmp_path / "ViT-B-32__openai", toy_graphs.make_toy())
    words = ("models", "import", tmp_path / "ViT-B-32__openai")
    done = program.run(*words, "--no-use")
    assert done.code == 0, done
    assert done.out.startswith("Imported ViT-B-32__openai (imported). Search with it: photofind")
    assert {"Verifying", "Testing"} <= set(done.err.splitlines())
    (model,) = imported(program)
    assert (model["installed"], model["active"], model["task"]) == (True, False, "search")
    assert not program.folders.catalog.exists()
    again = program.document(*words)
    assert again["imported"] == model["key"], "once more: it takes its own place"
    (model,) = [each for each in again["models"] if each["key"] == model["key"]]
    assert model["active"], "there is no photo to wait for"


def imported(program: Program) -> list[dict[str, Any]]:
    """Given alone, `models` lists them."""
    models = program.document("models")["models"]
    return [each for each in models if each["key"].startswith("imported-")]


def test_search_changes_to_an_imported_model_when_its_index_is_complete(
    program: Program, tmp_path: Path
) -> None:
    toy_graphs.make_immich(tmp_path / "toy", toy_graphs.make_toy())
    for seed in range(3):
        make_photo(tmp_path / "photos" / f"{seed}.jpg", seed=seed)
    program.document("index", tmp_path / "photos")
    program.document("pause")
    said = program.run("models", "import", tmp_path / "toy").out
    assert "Search changes to it once all 3 photos are indexed with it" in said
    assert "photofind resume" in said
    key = index_of_import(program)[0]
    assert index_of_import(program) == (key, False, True, 0)
    refused = program.run("models", "use", key, "--json")  # else it would wait for somebody
    assert refused.document()["error"]["code"] == "paused"
    program.document("resume")
    program.document("index")
    assert index_of_import(program) == (key, True, False, 3)
    assert program.document("search", "a dog")["model"] == key
    program.document("models", "use", "basic")
    assert index_of_import(program) == (key, False, False, 3)


def index_of_import(program: Program) -> tuple[str, bool, bool, int]:
    """Key, whether search uses it, whether it is to, and how many photos it knows."""
    with CatalogReader(program.folders) as reader:
        (index,) = [each for each in read(reader, read_model_indexes) if each.people_key != "basic"]
    return index.people_key, index.active, index.chosen, index.embedded


def test_nothing_of_a_refused_model_stays(program: Program, tmp_path: Path) -> None:
    toy_graphs.make_immich(tmp_path / "model", toy_graphs.make_toy())
    (tmp_path / "model" / "textual" / "tokenizer.json").write_text("{}")
    for name, code in (("model", "model_incompatible"), ("none.zip", "model_missing")):
        done = program.run("models", "import", tmp_path / name, "--json")
        assert (done.code, done.document()["error"]["code"]) == (1, code)
    left = [path.name for path in program.folders.models.iterdir() if path.is_dir()]
    assert left == []


@pytest.mark.parametrize(
    ("words", "code", "name"),
    [
        (("--pretrained", "none.pt"), 1, "export_weights"),
        (("--pretrained", "a.pt", "--precision", "int4"), 2, "usage"),
        (("--pretrained", "openai", "--offline"), 1, "network_forbidden"),
    ],
)
def test_what_can_not_be_exported_is_said(
    program: Program, tmp_path: Path, words: tuple[str, ...], code: int, name: str
) -> None:
    import_open_clip()
    out = tmp_path / "out"
    assert program.error("models", "export", "ViT-B-32", "--out", out, *words, code=code) == name
    assert not (tmp_path / "out").exists()
