"""Every model photofind knows. Data only: a new model is one entry here and one golden file."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from photofind.domain import ImageGeometry, Interpolation, ModelError, ResizeMode
from photofind.inference import registry_blip, registry_clip, registry_hosted, registry_ocr
from photofind.inference.spec import FileSpec, Preprocess, short_key
from photofind.inference.spec_search import (
    CutKind,
    DualEncoderSpec,
    ImageOutputs,
    LanguageEncoder,
    ObjectCuts,
    OrdinaryScores,
    Padding,
    PaddingKind,
    RelevanceCuts,
    TagCuts,
)
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from photofind.inference.spec import ModelSpec

SpecT = TypeVar("SpecT", bound="ModelSpec")

BASIC = DualEncoderSpec(
    key="basic",
    title="Basic (built in)",
    notice=(
        "The basic model knows about a thousand kinds of things, everyday objects, and colours and"
        " people in general, in English and fifteen more languages. It is far weaker than CLIP:"
        " expect misses, above all for actions, numbers, clothes, names and small objects."
    ),
    licence="Apache-2.0 AND MIT AND CC-BY-4.0",
    source="packaging/build_basic_model.py",
    revision="2",
    languages=(
        *("en", "ar", "de", "es", "fr", "it", "ja", "ko"),
        *("nl", "pl", "pt", "ru", "th", "tr", "zh", "zh-TW"),
    ),
    dim=1489,
    similar_dim=1280,
    context_length=64,
    image=FileSpec(
        "visual.onnx",
        "545c4cd45d09f16e0a870d208c420ea7b820d1ec825797bd9b9835f4bcecbbf9",
        23243810,
    ),
    text=FileSpec(
        "textual.onnx",
        "c372fa55d7801f173f77f3c8d5f83920c4ecf49a743bdf1c492e4c37e2845300",
        37525950,
    ),
    tokenizer=FileSpec(
        "tokenizer.json",
        "10eea2062300e45524730190d36d8c9e402cf3995d6c251164f4f9d757fc8b10",
        4626804,
    ),
    further_text=(
        LanguageEncoder(
            ("en",),
            FileSpec(
                "textual_en.onnx",
                "95863962479b615f2ac31db6bdd381ff3f0cf9dcd5e81b12e5c35ba8f6f695a9",
                23_505_203,
            ),
            FileSpec(
                "tokenizer_en.json",
                "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
                466247,
            ),
        ),
    ),
    labels=FileSpec(
        "labels.json",
        "b48f0a62e6f64d584b65ef292add2fcbfaeeb081079e1912f64a28d202a6ce7d",
        40170,
    ),
    objects=FileSpec(
        "objects.json", "2175bbbab3cb9e90c0283336a5972f1010a0a747f137fe000d3cc8d9049be917", 3206
    ),
    background=FileSpec(
        "background.npy", "b288851e81a2d16ae121a433e50490ea11a7fda36e4704b2ea9efc4f5dfa7bdd", 232412
    ),
    golden="basic/golden.json",
    image_outputs=ImageOutputs(
        "image_embeds", "similar_embeds", "class_posterior", "object_presence"
    ),
    text_output="text_embeds",
    text_objects="object_weights",
    preprocess=Preprocess(
        ImageGeometry(288, ResizeMode.SQUASH, Interpolation.BICUBIC),
        mean=(0.5, 0.5, 0.5),
        std=(0.5, 0.5, 0.5),
    ),
    padding=Padding(PaddingKind.NONE),
    image_batch=1,  # four at a time cost as much time and twice the memory
    # Text: see tests/benchmarks/bench_relevance.py. Similar: the 61 photos of the fixtures by
    # object labels and motif, where 0.5 keeps half of the pairs with the same motif and 4 of 5
    # kept pairs are related.
    cuts=RelevanceCuts(
        CutKind.GAP_TO_MEDIAN,
        text_gap=0.05,
        text_z=0.0,
        similar=0.5,
        ordinary=OrdinaryScores(spread=0.022, most_spread=0.05, most_shift=0.005),
        objects=ObjectCuts(start=1022, scale=40.0, weight=0.5, presence=0.7, presence_named=0.6),
    ),
    # tests/benchmarks/bench_basic_model.py: 92 of 96 tags on 51 COCO photos are true, judged by
    # eye (53 of 55 without the objects); the cuts were chosen on the same photos. The sharpness
    # undoes the temperature that is built into the posterior.
    tag_cuts=TagCuts(sharpness=2.0, label=0.75, group=0.65, at_most=4, presence=0.75),
    label_scale=40.0,  # where shares are as large as labels are right (`search.classify`)
    zero_shot=None,  # of everyday words, one in three that stand out is true
)

ALL: tuple[ModelSpec, ...] = (
    BASIC,
    *registry_clip.ALL,
    *registry_hosted.ALL,
    *registry_blip.ALL,
    *registry_ocr.ALL,
)


def is_earlier_edition(catalog_key: str) -> bool:
    """Whether results under this key are of an edition of the built-in model that doesn't ship any
    more: the words of the present one can't be compared with them."""
    return short_key(catalog_key) == BASIC.key and _weights(catalog_key) != _weights(
        BASIC.catalog_key
    )


def _weights(catalog_key: str) -> str:
    return catalog_key.partition(".")[0]


def specs_of(kind: type[SpecT]) -> tuple[SpecT, ...]:
    """Every model of a kind, in the registry's order."""
    return tuple(spec for spec in ALL if isinstance(spec, kind))


def find_spec(key: str, kind: type[SpecT]) -> SpecT:
    """Finds a model by its short key.

    Args:
        kind: what is wanted; `ModelSpec` for any.

    Raises:
        ModelError: model_missing, no model of this kind has this key.
    """
    specs = specs_of(kind)
    for spec in specs:
        if spec.key == key:
            return spec
    if any(spec.key == key for spec in ALL):
        reason = Sentence("The model “{key}” is for something else.", key=key)
    else:
        reason = Sentence("There is no model called “{key}”.", key=key)
    known = ", ".join(spec.key for spec in specs)
    raise ModelError("model_missing", "{reason} Known models: {known}.", reason=reason, known=known)
