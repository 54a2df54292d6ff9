"""What a model is: data that describes it completely, so that code never asks "which model?"."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from photofind.domain import ImageGeometry


@dataclass(frozen=True, slots=True)
class FileSpec:
    """One file of a model.

    Attributes:
        path: relative to the model's folder, '/' between parts; for files of a hub the path in
            the repository too.
        sha256: 64 hexadecimal digits, lower case. None: could not be established beforehand;
            what is found at the first use is recorded and holds from then on.
        bytes: its exact size; None as for `sha256`.
    """

    path: str
    sha256: str | None = None
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Preprocess:
    """How a decoded square becomes numbers: (value / 255 - mean) / std, one channel at a time.

    Attributes:
        geometry: the square that the decoder has to deliver.
        mean, std: red, green, blue; of values between 0 and 1.
        revision: counts changes of decoding and preprocessing that move vectors noticeably; part
            of the catalog key, so that old vectors are not mixed with new ones.
    """

    geometry: ImageGeometry
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    revision: int = 1


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


class SourceKind(StrEnum):
    """How a model's files come about."""

    BUILT_IN = "built_in"
    """They ship with photofind."""
    CHECKPOINT = "checkpoint"
    """Graphs ship with photofind; the authors' own checkpoint is bound to them."""
    ONNX = "onnx"
    """Somebody hosts finished graphs, which are taken as they are."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The authors' own weights, and the graphs that they fit.

    Attributes:
        file: in the repository.
        graphs: folder below the resources' graphs.
        int8_image, int8_text: whether int8 pays for that half; else it stays float32.
    """

    file: FileSpec
    graphs: str
    int8_image: bool = True
    int8_text: bool = True


@dataclass(frozen=True, slots=True)
class Figures:
    """What is published about a model's quality, in percent.

    Attributes:
        imagenet: zero-shot accuracy, top 1.
        flickr30k, coco: text → image, recall at 1.
        source: where the numbers are from.
    """

    imagenet: float | None = None
    flickr30k: float | None = None
    coco: float | None = None
    source: str = ""


class TaskKind(StrEnum):
    """What a model is for."""

    SEARCH = "search"
    """Pictures and words in one space."""


class CutKind(StrEnum):
    """How a search score becomes "relevant"."""

    COSINE = "cosine"
    """The score itself has a meaning across queries."""
    GAP_TO_MEDIAN = "gap_to_median"
    """Scores of different queries can't be compared; how far a photo stands out of the library
    can."""


@dataclass(frozen=True, slots=True)
class TypicalPhoto:
    """What a photo that has nothing to do with a query scores: measured for one model, so that a
    library of one photo, or of one subject, can be judged too.

    Attributes:
        parts: a search vector as runs of (length, value); its dot product with a text vector is
            the score to expect.
        spread: standard deviation of the scores of one query over photos, median over queries.
        most_spread: the same, highest over queries.
        most_shift: how far the median of a mixed library strays from what was to be expected.
    """

    parts: tuple[tuple[int, float], ...]
    spread: float
    most_spread: float
    most_shift: float


@dataclass(frozen=True, slots=True)
class RelevanceCuts:
    """Where "probably what was meant" ends, measured for one model.

    Attributes:
        text_gap: GAP_TO_MEDIAN: least distance of a score from the median score over the
            library. COSINE: least score.
        text_z: GAP_TO_MEDIAN: least distance from the mean score over the library in standard
            deviations of those scores; must hold as well. 0 where it is not used.
        similar: least cosine between the find-similar vectors of two photos.
        typical: GAP_TO_MEDIAN: what stands in for the library where that is too small or too
            uniform to have a median worth the name.
    """

    kind: CutKind
    text_gap: float
    text_z: float
    similar: float
    typical: TypicalPhoto | None = None


@dataclass(frozen=True, slots=True)
class TagCuts:
    """When a class posterior is sure enough to become a tag (see `labels`).

    Attributes:
        sharpness: the posterior is raised to this power and scaled to sum to 1 first; undoes a
            softmax temperature.
        label: least share of one class for its own name.
        group: least summed share of the classes under a more general word.
        at_most: tags a photo.
    """

    sharpness: float
    label: float
    group: float
    at_most: int


@dataclass(frozen=True, slots=True)
class ImageOutputs:
    """Names of the image graph's outputs.

    Attributes:
        search: comparable with text vectors.
        similar: comparable with other photos; None: the search vector serves for that too.
        posterior: probabilities of the classes in `ModelSpec.labels`; None: there are none.
    """

    search: str
    similar: str | None = None
    posterior: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """A dual encoder: a graph for pictures, one for words, and the words' tokenizer.

    Attributes:
        key: short and stable, for settings and command lines.
        title: what a person reads.
        notice: one honest sentence about what the model is good for.
        licence: SPDX identifiers of the weights.
        source: where the weights come from.
        revision: the exact version there.
        languages: BCP 47 tags of the languages that queries may be in.
        dim: length of search vectors.
        similar_dim: length of find-similar vectors, None when there is no second vector.
        context_length: most tokens of a query, special tokens included; more are cut off.
        labels: names of the classes of the posterior, None when there is none.
        weights: files that the graphs refer to, beside them.
        golden: vectors to compare with, relative to the resources' models folder; None: recorded
            in the model's own folder when it was installed.
        source_kind: how the files come about.
        checkpoint: for CHECKPOINT: what is bound.
        text_input: name of the text graph's input for token ids.
        cleaning: of queries, before they are tokenized.
        figures: published quality.
        relative_speed: pictures a second as a multiple of CLIP ViT-B/32's in int8
            (tests/benchmarks/bench_models.py); None: not comparable or not measured.
        memory_mb: what both halves take in memory while they work, from the same benchmark.
        accept_licence: the licence has to be shown and accepted before a download.
        not_established: what nobody could verify yet about this entry, as sentences.
        image_batch: most pictures in one run of the image graph.
        quantiser_revision: counts our own quantisation of the weights; 0 when they are used as
            they come.
    """

    key: str
    title: str
    notice: str
    task: TaskKind
    licence: str
    source: str
    revision: str
    languages: tuple[str, ...]
    dim: int
    similar_dim: int | None
    context_length: int
    image: FileSpec
    text: FileSpec
    tokenizer: FileSpec
    labels: FileSpec | None
    golden: str | None
    image_outputs: ImageOutputs
    text_output: str
    preprocess: Preprocess
    padding: Padding
    cuts: RelevanceCuts
    tag_cuts: TagCuts | None
    image_batch: int = 4
    quantiser_revision: int = 0
    weights: tuple[FileSpec, ...] = ()
    source_kind: SourceKind = SourceKind.BUILT_IN
    checkpoint: Checkpoint | None = None
    text_input: str = "input_ids"
    cleaning: TextCleaning = TextCleaning.NONE
    figures: Figures = Figures()
    relative_speed: float | None = None
    memory_mb: int | None = None
    accept_licence: bool = False
    not_established: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[FileSpec, ...]:
        """Every file the installed model needs."""
        files = [self.image, self.text, *self.weights, self.tokenizer]
        if self.labels is not None:
            files.append(self.labels)
        return tuple(files)

    @property
    def catalog_key(self) -> str:
        """What vectors are stored under: another key, another index.

        The weights are the authors' checkpoint, or else the picture's graph: a stored vector
        depends on nothing else. Of a model whose weights become known at its first use, only the
        installed one's key says which they are.
        """
        file = self.image if self.checkpoint is None else self.checkpoint.file
        weights = "unknown" if file.sha256 is None else file.sha256[:8]
        return f"{self.key}@{weights}.p{self.preprocess.revision}.q{self.quantiser_revision}"
