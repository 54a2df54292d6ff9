"""Every model photofind knows. Data only: a new model is one entry here and one golden file."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from photofind.domain import ImageGeometry, Interpolation, ModelError, ResizeMode
from photofind.inference import registry_blip, registry_clip, registry_hosted, registry_ocr
from photofind.inference.spec import FileSpec, Preprocess
from photofind.inference.spec_search import (
    CutKind,
    DualEncoderSpec,
    ImageOutputs,
    Padding,
    PaddingKind,
    RelevanceCuts,
    TagCuts,
    TypicalPhoto,
)

if TYPE_CHECKING:
    from photofind.inference.spec import ModelSpec

SpecT = TypeVar("SpecT", bound="ModelSpec")

BASIC = DualEncoderSpec(
    key="basic",
    title="Basic (built in)",
    notice=(
        "The basic model knows about a thousand kinds of things, and colours and people in"
        " general. It is far weaker than CLIP: expect misses, above all for actions, numbers,"
        " names and small objects."
    ),
    licence="Apache-2.0",
    source="packaging/build_basic_model.py",
    revision="1",
    languages=("en",),
    dim=1407,
    similar_dim=1280,
    context_length=64,
    image=FileSpec(
        "visual.onnx",
        "4dc3ead60ead599cf5724d8d87bf867b549f474ce001559dd38a051debb96209",
        13033869,
    ),
    text=FileSpec(
        "textual.onnx",
        "91bc20f013688e96b62377565cc09eb04800698158b7ef4a9202487ae5e79836",
        23682137,
    ),
    tokenizer=FileSpec(
        "tokenizer.json",
        "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        466247,
    ),
    labels=FileSpec(
        "labels.json",
        "b48f0a62e6f64d584b65ef292add2fcbfaeeb081079e1912f64a28d202a6ce7d",
        40170,
    ),
    golden="basic/golden.json",
    image_outputs=ImageOutputs("image_embeds", "similar_embeds", "class_posterior"),
    text_output="text_embeds",
    preprocess=Preprocess(
        ImageGeometry(288, ResizeMode.SQUASH, Interpolation.BICUBIC),
        mean=(0.5, 0.5, 0.5),
        std=(0.5, 0.5, 0.5),
    ),
    padding=Padding(PaddingKind.NONE),
    image_batch=1,  # four at a time cost as much time and twice the memory
    # Text: 159 COCO photos. Similar: the 61 photos of the fixtures by object labels and motif,
    # where 0.5 keeps half of the pairs with the same motif and 4 of 5 kept pairs are related.
    cuts=RelevanceCuts(
        CutKind.GAP_TO_MEDIAN,
        text_gap=0.07,
        text_z=2.0,
        similar=0.5,
        # Means over 51 varied photos: 1,000 class parts, 17 of colour and light, 5 of people; the
        # rest is centred. Expected and true medians differ by 0.012 (standard deviation) over
        # 200 queries on 8,000 cut-outs of 118 pictures, those 51 among them.
        typical=TypicalPhoto(
            parts=((1000, 0.0183), (17, 0.012), (5, 0.056), (385, 0.0)),
            spread=0.022,
            most_spread=0.05,
            most_shift=0.03,
        ),
    ),
    # tests/benchmarks/bench_basic_model.py: 53 of 55 tags on 51 COCO photos are true, judged by
    # eye; the cuts were chosen on the same photos. The sharpness undoes the temperature that is
    # built into the posterior.
    tag_cuts=TagCuts(sharpness=2.0, label=0.75, group=0.65, at_most=4),
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
        reason = f"The model {key!r} is made for something else."
    else:
        reason = f"There is no model called {key!r}."
    known = ", ".join(spec.key for spec in specs)
    raise ModelError("model_missing", f"{reason} Known models: {known}.")
