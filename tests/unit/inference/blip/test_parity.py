"""Official file → our graphs and our decoding = BLIP of the transformers library in torch.

No weights can be had here, so the networks get random ones; they are saved in the layout of the
official file and from there on take the way that a user's download takes. Random weights write
nonsense: what is compared are numbers and token ids. The true size on 50 pictures is compared by
tests/benchmarks/compare_blip.py.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from photofind.inference import registry_blip
from photofind.inference.blip.models import BlipCaptioner
from photofind.inference.blip.words import Words
from photofind.inference.decoding.greedy import keep_nucleus
from photofind.inference.decoding.rules import Decoded
from photofind.inference.manifest import read_manifest
from photofind.inference.preprocess import to_batch
from photofind.media.decode import decode_photo
from photofind.paths import resources
from tests.unit.inference.blip.reference import (
    BASE,
    LARGE,
    STOP_BIAS,
    TINY,
    TINY_IMAGE,
    TINY_VQA,
    BoundBlip,
    bind_network,
    build_graphs_of,
    make_network,
    photos,
    sample_photos,
    tiny_spec,
)
from tests.unit.inference.blip.writing import (
    LONGEST,
    answer_ours,
    answer_theirs,
    compare_beams,
    compare_greedy,
    compare_logits,
    see_theirs,
    write_ours,
    write_theirs,
)
from tests.unit.inference.transformers_reference import import_transformers

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.pytorch


PREFIXES = ("", "a photograph of", "A picture of two dogs,")
QUESTIONS = ("how many dogs are in the picture?", "What colour is it", "")
TEXTS = (
    *PREFIXES,
    *QUESTIONS,
    "Café-au-lait, isn't it? 3.5 unbelievable Zürich 犬 หมา 👍",
    "don ' t [SEP] [MASK] ##ing",
)


@pytest.fixture(scope="module", autouse=True)
def transformers() -> None:
    import_transformers()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> BoundBlip:
    return bind_tiny(tmp_path_factory.mktemp("tiny"), answers=False)


@pytest.fixture(scope="module")
def tiny_vqa(tmp_path_factory: pytest.TempPathFactory) -> BoundBlip:
    return bind_tiny(tmp_path_factory.mktemp("vqa"), answers=True)


def bind_tiny(folder: Path, *, answers: bool) -> BoundBlip:
    sizes = TINY_VQA if answers else TINY
    graphs = build_graphs_of(sizes, folder / "graphs", answers=answers)
    spec = registry_blip.VQA_BASE if answers else registry_blip.BASE
    network = make_network(sizes, answers=answers, stop_bias=STOP_BIAS)
    return bind_network(network, replace(tiny_spec(spec), longest=LONGEST), graphs, folder)


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("together", [1, 4])
def test_greedy_captions_are_the_same(tiny: BoundBlip, prefix: str, together: int) -> None:
    tensors = photos(TINY_IMAGE, 50)
    ours = write_ours(tiny, tensors, prefix, 1, together)
    assert compare_greedy(ours, write_theirs(tiny, tensors, prefix, 1)) > 45
    assert len({text.ids for text in ours}) > 25  # they depend on the picture
    assert any(text.ids[-1] == 102 for text in ours)
    assert any(text.ids[-1] != 102 for text in ours)


@pytest.mark.parametrize(
    ("prefix", "beams", "together", "length_penalty"),
    [
        ("", 3, 1, 1.0),
        ("", 3, 4, 1.0),
        ("a photograph of", 3, 4, 1.0),
        ("A picture of two dogs,", 3, 4, 1.0),
        ("a photograph of", 5, 4, 0.0),
        ("", 2, 4, 2.0),
        ("", 4, 4, -1.0),
    ],
)
def test_captions_by_beam_search_are_the_same(
    tiny: BoundBlip,
    prefix: str,
    beams: int,
    together: int,
    length_penalty: float,
) -> None:
    tensors = photos(TINY_IMAGE, 50)
    ours = write_ours(tiny, tensors, prefix, beams, together, length_penalty)
    theirs = write_theirs(tiny, tensors, prefix, beams, length_penalty=length_penalty)
    equal = compare_beams(tiny, tensors, ours, theirs, prefix, beams, length_penalty, LONGEST)
    assert equal > 45
    assert any(text.ids[-1] == 102 for text in ours)


def test_logits_are_those_of_torch(tiny: BoundBlip) -> None:
    tensors = photos(TINY_IMAGE, 8)
    assert compare_logits(tiny, tensors, "fp32").is_exact
    assert compare_logits(tiny, tensors, "int8").is_near


def test_what_is_seen_is_what_torch_sees(tiny: BoundBlip) -> None:
    """Keys and values of every layer's cross-attention."""
    import torch

    tensors = photos(TINY_IMAGE, 3)
    image = see_theirs(tiny, tensors)
    seen = [v.numpy() for v in BlipCaptioner(tiny.installed("fp32"))._vision.see(tensors)]
    with torch.inference_mode():
        for index, layer in enumerate(tiny.network.text_decoder.bert.encoder.layer):
            attention = layer.crossattention.self
            for name, ours in zip(("key", "value"), seen[2 * index :], strict=False):
                theirs = getattr(attention, name)(image).unflatten(-1, (-1, 64)).numpy()
                order = (0, 3, 1, 2) if name == "key" else (0, 2, 1, 3)
                assert np.abs(ours.transpose(order) - theirs).max() <= 1e-4


@pytest.mark.parametrize("together", [1, 4])
@pytest.mark.parametrize("question", QUESTIONS)
def test_answers_are_the_same(tiny_vqa: BoundBlip, question: str, together: int) -> None:
    tensors = photos(TINY_IMAGE, 12)
    ours = answer_ours(tiny_vqa, tensors, question, together)
    theirs = answer_theirs(tiny_vqa, tensors, question)
    assert compare_greedy(ours, theirs) >= 11
    assert len({text.ids for text in ours}) > 5


def test_the_nucleus_is_that_of_transformers() -> None:
    import_transformers()
    import torch
    from transformers.generation.logits_process import TopPLogitsWarper

    logits = np.random.default_rng(0).standard_normal((20, 500)).astype(np.float32) * 3
    for top_p in (0.1, 0.5, 0.9, 0.999):
        theirs = TopPLogitsWarper(top_p)(torch.zeros(20, 1), torch.from_numpy(logits)).numpy()
        ours = np.stack([keep_nucleus(row, top_p) for row in logits])
        np.testing.assert_array_equal(ours, theirs)


def test_pictures_are_prepared_as_transformers_does(tmp_path: Path) -> None:
    from PIL import Image
    from transformers.models.blip.image_processing_pil_blip import BlipImageProcessorPil

    spec = registry_blip.BASE.preprocess
    for index, source in enumerate(sample_photos()):
        path = tmp_path / f"{index}.png"
        Image.fromarray(source).save(path)
        (tensor,) = decode_photo(path, [spec.geometry]).tensors
        with Image.open(path) as picture:
            theirs = BlipImageProcessorPil()(picture, return_tensors="np")["pixel_values"]
        assert np.abs(to_batch([tensor], spec) - theirs).max() <= 0.5 / 255 / min(spec.std)


def test_words_are_those_of_transformers(tmp_path: Path) -> None:
    """BERT's tokenizer with the vocabulary that is published with BLIP."""
    path = resources() / registry_blip.BASE.tokenizer.shipped_as
    vocabulary = json.loads(path.read_bytes())["model"]["vocab"]
    text = "".join(f"{word}\n" for word in sorted(vocabulary, key=vocabulary.__getitem__))
    sha256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
    assert hashlib.sha256(text.encode()).hexdigest() == sha256
    theirs = import_transformers().BertTokenizer(vocab=vocabulary)
    words = Words(path, 512)
    for text in TEXTS:
        expected = theirs(text)["input_ids"]
        assert words.question(text).tolist() == [expected]
        assert words.prompt(text).tolist() == [[30_522, *expected[1:-1]]]
        decoded = Decoded((30_522, *expected[1:]), 1, 0.0)
        assert words.text(decoded) == theirs.decode(expected, skip_special_tokens=True)


@pytest.mark.parametrize(
    ("spec", "sizes", "answers"),
    [
        (registry_blip.BASE, BASE, False),
        (registry_blip.LARGE, LARGE, False),
        (registry_blip.VQA_BASE, BASE, True),
    ],
)
def test_the_layout_is_the_one_of_transformers(spec: Any, sizes: Any, answers: bool) -> None:
    """Names and shapes of the official file, as the library that wrote it has them."""
    transformers = import_transformers()
    import torch

    kind = "BlipForQuestionAnswering" if answers else "BlipForConditionalGeneration"
    with torch.device("meta"):
        model = getattr(transformers, kind)(sizes.configuration())
    official = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    graphs = read_manifest(resources() / spec.checkpoint.graphs / "manifest.json")
    wanted = {
        source.name: (source.shape, source.also)
        for pair in graphs.values()
        for tensor in pair.fp32.tensors
        for source in tensor.sources
    }
    for name, (shape, also) in wanted.items():
        assert official[name] == shape
        assert all(official[other] == shape for other in also)
    tied = {other for _, also in wanted.values() for other in also}
    assert official.keys() == wanted.keys() | tied
