from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from photofind.domain import ModelError
from photofind.inference.labels import Label, first_tags
from photofind.inference.spec import FileSpec
from photofind.inference.spec_search import TagCuts
from photofind.inference.store import InstalledModel

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from photofind.inference.clip import DualEncoder

LABELS = (
    Label("beagle", ("dog",)),
    Label("pug", ("dog",)),
    Label("macaw", ("parrot", "bird")),
    Label("", ("bird",)),
    Label("pizza", ()),
    Label("laptop", ("computer",)),
    Label("laptop", ("computer",)),
    Label("", ()),
)


@pytest.fixture
def model(basic: DualEncoder, tmp_path: Path) -> DualEncoder:
    (tmp_path / "labels.json").write_bytes(msgspec.json.encode(LABELS))
    cuts = TagCuts(sharpness=1.0, label=0.7, group=0.6, at_most=3)
    spec = replace(basic.spec, labels=FileSpec("labels.json", "", 0), tag_cuts=cuts)
    return InstalledModel(spec, tmp_path)


def posterior(**shares: float) -> NDArray[np.float32]:
    """Keys are c<class index>; what is left is spread over all classes."""
    values = np.zeros(len(LABELS), np.float32)
    for key, share in shares.items():
        values[int(key[1:])] = share
    return np.asarray(values + (1 - values.sum()) / len(LABELS), np.float32)


def words(model: DualEncoder, values: NDArray[np.float32]) -> list[str]:
    return [text for text, _ in first_tags(model, values)]


def test_a_sure_class_gives_its_name_and_the_more_general_word(
    model: DualEncoder,
) -> None:
    assert words(model, posterior(c0=0.9)) == ["dog", "beagle"]


def test_unsure_of_the_breed_it_is_still_a_dog(model: DualEncoder) -> None:
    ((word, share),) = first_tags(model, posterior(c0=0.45, c1=0.45))
    assert word == "dog"
    assert share == pytest.approx(0.925)


def test_nothing_fits_nothing_is_said(model: DualEncoder) -> None:
    assert first_tags(model, posterior()) == ()
    assert first_tags(model, posterior(c0=0.4, c4=0.4)) == ()


def test_a_class_without_a_name_counts_for_its_general_word_only(
    model: DualEncoder,
) -> None:
    assert words(model, posterior(c3=0.9)) == ["bird"]
    assert words(model, posterior(c7=0.95)) == []


def test_classes_of_one_name_are_one_tag(model: DualEncoder) -> None:
    assert words(model, posterior(c5=0.4, c6=0.45)) == ["computer", "laptop"]


def test_at_most_so_many_tags(model: DualEncoder) -> None:
    spec = replace(model.spec, tag_cuts=TagCuts(sharpness=1, label=0.1, group=0.1, at_most=3))
    many = replace(model, spec=spec)
    assert len(first_tags(many, posterior(c0=0.3, c2=0.3, c4=0.3))) == 3


def test_sharpening_undoes_a_flat_softmax(model: DualEncoder) -> None:
    spec = replace(model.spec, tag_cuts=TagCuts(sharpness=2, label=0.7, group=0.7, at_most=3))
    flat = posterior(c4=0.5)
    assert words(model, flat) == []
    assert words(replace(model, spec=spec), flat) == ["pizza"]


def test_objects_that_are_there_for_sure_are_tags_too(model: DualEncoder) -> None:
    objects = (
        Label("person", (), ("people",)),
        Label("cell phone", ("phone",)),
        Label("pizza", ()),
    )
    (model.folder / "objects.json").write_bytes(msgspec.json.encode(objects))
    cuts = TagCuts(sharpness=1.0, label=0.7, group=0.6, at_most=3, presence=0.75)
    spec = replace(model.spec, objects=FileSpec("objects.json"), tag_cuts=cuts)
    looking = replace(model, spec=spec)

    def tags(*presence: float, **shares: float) -> list[tuple[str, float]]:
        found = first_tags(looking, posterior(**shares), np.array(presence, np.float32))
        return [(word, round(share, 2)) for word, share in found]

    assert tags(0.9, 0.8, 0.7) == [("person", 0.9), ("cell phone", 0.8), ("phone", 0.8)]
    assert tags(0.0, 0.0, 0.8, c4=0.9) == [("pizza", 0.91)]
    assert tags(0.0, 0.0, 0.95, c4=0.9) == [("pizza", 0.95)]
    assert tags(0.74, 0.5, 0.0) == []


def test_a_model_without_classes_has_no_tags(model: DualEncoder) -> None:
    without = replace(model, spec=replace(model.spec, labels=None))
    assert first_tags(without, posterior(c0=1.0)) == ()


def test_damaged_labels_are_a_clear_error(model: DualEncoder) -> None:
    (model.folder / "damaged.json").write_bytes(b"[{")
    spec = replace(model.spec, labels=FileSpec("damaged.json", "", 0))
    with pytest.raises(ModelError, match=r"damaged\.json can't be used"):
        first_tags(replace(model, spec=spec), posterior())
