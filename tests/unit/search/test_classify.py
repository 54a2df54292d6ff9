"""How likely a person's own labels are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from photofind.inference.registry import BASIC
from photofind.inference.registry_clip import LAION_B32
from photofind.inference.spec_search import OrdinaryScores
from photofind.search.classify import label_shares


def test_a_label_that_fits_any_photo_has_to_fit_better_than_that() -> None:
    ordinary = OrdinaryScores(spread=0.02, most_spread=0.05, most_shift=0)
    spec = replace(BASIC, cuts=replace(BASIC.cuts, ordinary=ordinary))
    cosines = np.array([[0.2, 0.15], [0.4, 0.1]], np.float32)
    shares = label_shares(spec, cosines, [0.2, 0.0])
    assert shares.argmax(axis=1).tolist() == [1, 0]
    assert shares.sum(axis=1) == pytest.approx(1)


def test_the_built_in_model_is_not_surer_than_it_is_right() -> None:
    """A lead of 0.05 is an ordinary one of its labels, and right two times in three or so."""
    cosines = np.array([[0.25, *[0.2] * 9]], np.float32)
    assert label_shares(BASIC, cosines, [None] * 10)[0, 0] < 0.5


def test_models_without_a_background_have_their_own_softmax() -> None:
    assert LAION_B32.background is None
    shares = label_shares(LAION_B32, np.array([[0.30, 0.28]], np.float32), [None, None])
    assert shares[0, 0] == pytest.approx(1 / (1 + np.exp(-2.0)), rel=1e-3)
