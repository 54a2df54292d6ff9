"""Dual encoders as data: a graph for pictures, one for words, and the words' tokenizer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from photofind.inference.spec import FileSpec, ModelSpec, Preprocess, TaskKind


class PaddingKind(StrEnum):
    NONE = "none"
    """Only the tokens there are: the graph takes any length."""
    TO_CONTEXT = "to_context"
    """Always filled up on the right to the context length (SigLIP pools the last position)."""


@dataclass(frozen=True, slots=True)
class Padding:
    """How token sequences are filled up.

    Attributes:
        token_id: what they are filled up with.
    """

    kind: PaddingKind
    token_id: int = 0


class TextCleaning(StrEnum):
    """What happens to a text before its tokenizer sees it."""

    NONE = "none"
    CLIP = "clip"
    """As open_clip does: repaired typography, one space for any, lower case."""
    LOWER = "lower"
    """Lower case."""
    WHITESPACE = "whitespace"
    """As `CLIP`, the case kept."""
    CANONICAL = "canonical"
    """As `CLIP`, without ASCII punctuation (SigLIP, as open_clip runs it)."""


class CutKind(StrEnum):
    """How a search score becomes "relevant"."""

    COSINE = "cosine"
    """The score itself has a meaning across queries."""
    GAP_TO_MEDIAN = "gap_to_median"
    """Scores of different queries can't be compared; how far a photo stands out of the library
    can."""


@dataclass(frozen=True, slots=True)
class OrdinaryScores:
    """How the scores of photos that have nothing to do with a query lie about what the model's
    background says (`DualEncoderSpec.background`): measured for one model.

    Attributes:
        spread: standard deviation of the scores of one query over photos, median over queries.
        most_spread: the same, highest over queries.
        most_shift: how far above the background's mean score the median of a library may lie and
            still be taken for ordinary. A median that is higher says that most photos show what
            was asked for.
    """

    spread: float
    most_spread: float
    most_shift: float


@dataclass(frozen=True, slots=True)
class ObjectCuts:
    """When a query is about one of the model's objects, and when a photo shows it.

    Presence is stored within search vectors: component `start` + c is the square root of object
    c's presence, divided by the square root of `scale`.

    Attributes:
        weight: least weight of an object among a query's `TextEmbedding.objects`.
        presence: least presence in a photo.
        presence_named: the same where the whole query is one of the object's words
            (`labels.Label.queries`).
    """

    start: int
    scale: float
    weight: float
    presence: float
    presence_named: float


@dataclass(frozen=True, slots=True)
class RelevanceCuts:
    """Where "probably what was meant" ends, measured for one model.

    Attributes:
        text_gap: GAP_TO_MEDIAN: least distance of a score from the median score over the
            library. COSINE: least score.
        text_z: GAP_TO_MEDIAN: least distance from the mean score over the library in standard
            deviations of those scores; must hold as well. 0 where it is not used.
        similar: least cosine between the find-similar vectors of two photos.
        ordinary: GAP_TO_MEDIAN: what is known of photos of all kinds, which stand in for the
            library where that is too small, or too uniform to have a median worth the name.
        objects: what a detector's findings say; None: there are none.
    """

    kind: CutKind
    text_gap: float
    text_z: float
    similar: float
    ordinary: OrdinaryScores | None = None
    objects: ObjectCuts | None = None


@dataclass(frozen=True, slots=True)
class TagCuts:
    """When classes and objects are sure enough to become tags (see `labels`).

    Attributes:
        sharpness: the posterior is raised to this power and scaled to sum to 1 first; undoes a
            softmax temperature.
        label: least share of one class for its own name.
        group: least summed share of the classes under a more general word.
        at_most: tags a photo.
        presence: least presence of one of the model's objects for its name.
    """

    sharpness: float
    label: float
    group: float
    at_most: int
    presence: float = 1.0


@dataclass(frozen=True, slots=True)
class ZeroShotCuts:
    """When a word of the everyday vocabulary fits a photo well enough to become a tag (see
    `zero_shot`). The defaults need no calibration of a model: among 1,430 labels that all fit by
    chance, one in 20 photos has one of z = 4.

    Attributes:
        z: least distance from the mean over all labels, in standard deviations over them.
        share: least likelihood among all labels.
        logit_scale: what cosines are multiplied with before the softmax. CLIP's was learnt and
            capped at 100 (Radford et al. 2021, section 2.5); SigLIP 2's is near 110.
        at_most: tags a photo.
    """

    z: float = 4.0
    share: float = 0.03
    logit_scale: float = 100.0
    at_most: int = 5


@dataclass(frozen=True, slots=True)
class KnownTokens:
    """A text and its token ids, special tokens included, as somebody published them."""

    text: str
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KnownVector:
    """A text and how its vector begins, as somebody published it for the same weights.

    Attributes:
        begins: the first components of the vector of unit length.
    """

    text: str
    begins: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """What a model must give, or it is another one (see `published`). Weights that were made up,
    as in tests, have no published vectors.
    """

    tokens: tuple[KnownTokens, ...] = ()
    vectors: tuple[KnownVector, ...] = ()


CLIP_TOKENS = (
    KnownTokens("a photo of an audience", (49406, 320, 1125, 539, 550, 6863, 49407)),
    KnownTokens("keynote speaker at a podium", (49406, 7556, 4914, 536, 320, 14093, 49407)),
)
"""Of CLIP's vocabulary, whatever the weights."""


@dataclass(frozen=True, slots=True)
class ImageOutputs:
    """Names of the image graph's outputs.

    Attributes:
        search: comparable with text vectors.
        similar: comparable with other photos; None: the search vector serves for that too.
        posterior: probabilities of the classes in `DualEncoderSpec.labels`; None: there are none.
        presence: how surely each of `DualEncoderSpec.objects` is there; None: nobody looks.
    """

    search: str
    similar: str | None = None
    posterior: str | None = None
    presence: str | None = None


@dataclass(frozen=True, slots=True)
class LanguageEncoder:
    """A text encoder that a model has beside its principal one, for some languages only.

    Both write vectors of one space. A query in one of its languages is what both say: the sum of
    their unit vectors. It has the principal encoder's names of inputs and outputs, and its padding.

    Attributes:
        languages: BCP 47 tags; languages that are written with the letters of ASCII.
    """

    languages: tuple[str, ...]
    text: FileSpec
    tokenizer: FileSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class DualEncoderSpec(ModelSpec):
    """Pictures and words in one space.

    Attributes:
        dim: length of search vectors.
        similar_dim: length of find-similar vectors, None when there is no second vector.
        context_length: most tokens of a query, special tokens included; more are cut off.
        further_text: encoders that are asked as well for queries in their languages; the principal
            one (`text`, `tokenizer`) reads every query.
        labels: names of the classes of the posterior, None when there is none.
        objects: names of the objects that are looked for, None when there are none.
        background: search vectors of photos of all kinds, an .npy file of float16 [n, dim]: what
            photos that have nothing to do with a query score. None: not known.
        image_batch: most pictures in one run of the image graph.
        golden: vectors to compare with, relative to the resources' models folder; None: recorded
            in the model's own folder when it was installed.
        tag_cuts: when a class of the posterior becomes a tag.
        zero_shot: when an everyday word becomes a tag; None: the model is too weak for that.
        label_scale: what cosines are multiplied with before the softmax over a person's own
            labels, so that a share is about how often such a label is right.
        published: what is known of its words from elsewhere.
        text_input: name of the text graph's input for token ids.
        text_objects: name of the text graph's output that says how much a text is about each of
            the `objects`; None: it says nothing about them.
        cleaning: of queries, before they are tokenized.
    """

    task: ClassVar[TaskKind] = TaskKind.SEARCH

    image: FileSpec
    text: FileSpec
    tokenizer: FileSpec
    further_text: tuple[LanguageEncoder, ...] = ()
    labels: FileSpec | None = None
    objects: FileSpec | None = None
    background: FileSpec | None = None
    dim: int
    similar_dim: int | None = None
    context_length: int
    preprocess: Preprocess
    image_outputs: ImageOutputs
    image_batch: int = 4
    text_input: str = "input_ids"
    text_output: str
    text_objects: str | None = None
    padding: Padding
    cleaning: TextCleaning = TextCleaning.NONE
    cuts: RelevanceCuts
    tag_cuts: TagCuts | None = None
    zero_shot: ZeroShotCuts | None = ZeroShotCuts()
    label_scale: float = 100.0
    golden: str | None = None
    published: Published = Published()

    @property
    def further_files(self) -> tuple[FileSpec, ...]:
        return tuple(file for each in self.further_text for file in (each.text, each.tokenizer))
