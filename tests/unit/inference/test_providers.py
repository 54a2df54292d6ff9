from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from photofind.domain import ModelError
from photofind.inference import clip, providers
from photofind.inference.clip import DualEncoder, ImageEncoder
from photofind.inference.precision_check import draw_pictures
from photofind.inference.providers import Choice, choose
from photofind.inference.session import create_session

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import onnxruntime
    from numpy.typing import NDArray

    from photofind.sentences import Sentence

CUDA, COREML = "CUDAExecutionProvider", "CoreMLExecutionProvider"
VECTORS = np.eye(4, 8, dtype=np.float32)


class Machine:
    """Encodes with a clock of its own.

    Attributes:
        seconds: what a run takes, by provider.
        off: what is added to the vectors, by provider; None: it fails.
    """

    def __init__(
        self,
        seconds: Mapping[str | None, float],
        off: Mapping[str | None, float | None] | None = None,
    ) -> None:
        self.seconds = seconds
        self.off = off or {}
        self.now = 0.0

    def encode(self, provider: str | None) -> NDArray[np.float32]:
        self.now += self.seconds[provider]
        off = self.off.get(provider, 0.0)
        if off is None:
            raise ModelError("model_incompatible", "no")
        vectors = VECTORS + np.float32(off)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)

    def choose(self, *names: str) -> Choice:
        return choose(self.encode, names, lambda: self.now)


def test_the_fastest_that_agrees_is_taken() -> None:
    machine = Machine({None: 4.0, CUDA: 0.5, COREML: 1.0})
    assert machine.choose(COREML, CUDA) == Choice(CUDA)
    assert machine.choose() == Choice(None)


def test_one_that_computes_something_else_is_not_used() -> None:
    machine = Machine({None: 4.0, CUDA: 0.5, COREML: 1.0}, {CUDA: 0.05, COREML: 0.001})
    choice = machine.choose(CUDA, COREML)
    assert choice.provider == COREML
    (notice,) = choice.notices
    assert str(notice) == (
        "CUDA isn't used because its results differ from the processor's. The processor is used "
        "instead."
    )


@pytest.mark.parametrize("off", [None, float("nan")])
def test_one_that_fails_is_not_used(off: float | None) -> None:
    choice = Machine({None: 4.0, CUDA: 0.5}, {CUDA: off}).choose(CUDA)
    assert choice.provider is None
    assert len(choice.notices) == 1


def test_one_that_is_hardly_faster_is_not_worth_it() -> None:
    assert Machine({None: 4.0, CUDA: 3.9}).choose(CUDA) == Choice(None)


def test_only_accelerators_that_are_known_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    import onnxruntime

    names = ["AzureExecutionProvider", CUDA, "CPUExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: names)
    assert providers.available() == (CUDA,)


def test_a_session_asks_for_the_provider_that_is_there(basic: DualEncoder) -> None:
    """This onnxruntime has no accelerator; the one that it has computes nothing itself."""
    path = basic.file(basic.spec.image)
    there = create_session(path, provider="AzureExecutionProvider")
    assert there.get_providers() == ["AzureExecutionProvider", "CPUExecutionProvider"]
    gone = create_session(path, provider=CUDA)
    assert gone.get_providers() == ["CPUExecutionProvider"]


def test_a_provider_is_chosen_by_what_the_model_computes(basic: DualEncoder) -> None:
    pictures = draw_pictures(basic.spec.preprocess.geometry.size)[:2]

    def encode(provider: str | None) -> NDArray[np.float32]:
        return ImageEncoder(replace(basic, provider=provider)).encode(pictures).search

    ticks = iter([0.0, 9.0, 9.0, 10.0])
    choice = choose(encode, ["AzureExecutionProvider"], lambda: next(ticks))
    assert choice == Choice("AzureExecutionProvider")


@pytest.mark.expects_log("CUDAExecutionProvider can't be used any more")
def test_an_accelerator_that_fails_later_gives_way_to_the_processor(
    basic: DualEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path, *, threads: int = 1, provider: str | None = None) -> object:
        if provider is not None:
            raise ModelError("model_incompatible", "the driver is gone")
        return create_session(path, threads=threads)

    monkeypatch.setattr(clip, "create_session", fail)
    model = replace(basic, provider=CUDA)
    picture = draw_pictures(basic.spec.preprocess.geometry.size)[:1]
    assert ImageEncoder(model).encode(picture).search.shape == (1, basic.spec.dim)
    with pytest.raises(ModelError, match="the driver is gone"):
        ImageEncoder(model, strict=True)


class OutOfMemory:
    """A session that was loaded, and can't run."""

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self.get_inputs, self.get_outputs = session.get_inputs, session.get_outputs

    def run(self, *_: object) -> object:
        raise RuntimeError("CUDA failure 2: out of memory")


@pytest.fixture
def full_card(monkeypatch: pytest.MonkeyPatch) -> None:
    def create(path: Path, *, threads: int = 1, provider: str | None = None) -> object:
        session = create_session(path, threads=threads)
        return session if provider is None else OutOfMemory(session)

    monkeypatch.setattr(clip, "create_session", create)


@pytest.mark.usefixtures("full_card")
@pytest.mark.expects_log("CUDAExecutionProvider can't be used any more")
def test_one_that_fails_at_work_gives_way_too_and_the_person_is_told(basic: DualEncoder) -> None:
    picture = draw_pictures(basic.spec.preprocess.geometry.size)[:1]
    told: list[Sentence] = []
    encoder = ImageEncoder(replace(basic, provider=CUDA), lost=told.append)
    expected = ImageEncoder(basic).encode(picture).search
    for _ in range(2):
        np.testing.assert_array_equal(encoder.encode(picture).search, expected)
    assert list(map(str, told)) == ["CUDA stopped working. The processor is used instead."]


@pytest.mark.usefixtures("full_card")
def test_one_that_fails_at_work_during_the_trial_is_not_used(basic: DualEncoder) -> None:
    pictures = draw_pictures(basic.spec.preprocess.geometry.size)[:1]

    def encode(provider: str | None) -> NDArray[np.float32]:
        return ImageEncoder(replace(basic, provider=provider), strict=True).encode(pictures).search

    choice = choose(encode, [CUDA])
    assert choice.provider is None
    assert [str(notice) for notice in choice.notices] == [
        "CUDA isn't used because it can't run this model. The processor is used instead."
    ]
