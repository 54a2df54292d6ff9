"""BLIP base at its true size with random weights, as test_parity compares a tiny one.

One test, since everything in it takes a second a picture: 990 MB are made, saved, bound twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.inference import registry_blip
from photofind.paths import resources
from tests.unit.inference.blip.reference import BASE, bind_network, make_network, photos
from tests.unit.inference.blip.writing import (
    compare_beams,
    compare_greedy,
    compare_logits,
    see_theirs,
    write_ours,
    write_theirs,
)
from tests.unit.inference.light_networks import run_alone
from tests.unit.inference.transformers_reference import import_transformers

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.pytorch

_TOKENS = 4


def test_the_true_size_is_the_same_as_in_torch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_transformers()
    spec, prefix, tensors = registry_blip.BASE, "a photograph of", photos(384, 2)
    assert spec.checkpoint is not None
    network = make_network(BASE, answers=False)
    bound = bind_network(network, spec, resources() / spec.checkpoint.graphs, tmp_path)
    image = see_theirs(bound, tensors)
    monkeypatch.setattr(network.vision_model, "forward", lambda **_: (image,))
    for beams in (1, 3):
        ours = run_alone(
            write_ours, bound.without_network(), tensors, prefix, beams, 2, longest=_TOKENS
        )
        theirs = write_theirs(bound, tensors, prefix, beams, max_new_tokens=_TOKENS)
        if beams == 1:
            compare_greedy(ours, theirs)
        else:
            compare_beams(bound, tensors, ours, theirs, prefix, beams, 1.0, _TOKENS)
    assert compare_logits(bound, tensors, "fp32", image, alone=True).is_exact
    assert compare_logits(bound, tensors, "int8", image, alone=True).is_near
    for path in tmp_path.rglob("*.bin"):
        path.unlink()
