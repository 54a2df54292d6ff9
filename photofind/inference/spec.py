"""What a model is: data that describes it completely, so that code never asks "which model?"."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import ClassVar

from photofind.domain import ImageGeometry  # noqa: TC001 (msgspec reads the annotations)


class Origin(StrEnum):
    """Where a file of a model comes from."""

    SOURCE = "source"
    """Where the whole model is from, at the same path."""
    SHIPPED = "shipped"
    """It ships with photofind."""
    MADE = "made"
    """It is made here, of the checkpoint."""


@dataclass(frozen=True, slots=True)
class FileSpec:
    """One file of a model.

    Attributes:
        path: relative to the model's folder, '/' between parts; for files of a hub the path in
            the repository too.
        sha256: 64 hexadecimal digits, lower case. None: could not be established beforehand;
            what is found at the first use is recorded and holds from then on.
        bytes: its exact size; None as for `sha256`.
        about_bytes: roughly its size, for people, where `bytes` is not known.
        shipped_as: for SHIPPED: its path below the resources.
    """

    path: str
    sha256: str | None = None
    bytes: int | None = None
    about_bytes: int | None = None
    origin: Origin = Origin.SOURCE
    shipped_as: str = ""


@dataclass(frozen=True, slots=True)
class Preprocess:
    """How a decoded square becomes numbers: (value / 255 - mean) / std, one channel at a time.

    Attributes:
        geometry: the square that the decoder has to deliver.
        mean, std: red, green, blue; of values between 0 and 1.
    """

    geometry: ImageGeometry
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


class SourceKind(StrEnum):
    """How a model's files come about."""

    BUILT_IN = "built_in"
    """They ship with photofind."""
    CHECKPOINT = "checkpoint"
    """Graphs ship with photofind; the authors' own checkpoint is bound to them."""
    ONNX = "onnx"
    """Somebody hosts finished graphs, which are taken as they are."""
    IMPORTED = "imported"
    """A person brought finished graphs; the registry doesn't list them."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The authors' own weights, and the graphs that they fit.

    Attributes:
        file: in the repository.
        graphs: folder below the resources, with a manifest that names them.
        float32_only: names of those graphs for which int8 does not pay.
    """

    file: FileSpec
    graphs: str
    float32_only: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Figures:
    """What is published about a model's quality, in percent.

    Attributes:
        imagenet: zero-shot accuracy, top 1.
        flickr30k, coco: text → image, recall at 1.
        english, thai: text → image on Crossmodal-3600, mean of the recalls at 1, 5 and 10.
        source: where the numbers are from.
    """

    imagenet: float | None = None
    flickr30k: float | None = None
    coco: float | None = None
    english: float | None = None
    thai: float | None = None
    source: str = ""


class TaskKind(StrEnum):
    """What a model is for."""

    SEARCH = "search"
    """Pictures and words in one space."""
    CAPTION = "caption"
    """Says what is in a picture."""
    ANSWER = "answer"
    """Answers a question about a picture."""
    TEXT = "text"
    """Reads what is written in a picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """What every model has, whatever it is for; each task has a class of its own.

    Every attribute of a subclass that is a `FileSpec` is a file of the installed model. The first
    of them is the principal graph, on which all that is stored depends.

    Attributes:
        task: of the subclass.
        key: short and stable, for settings and command lines.
        title: what a person reads.
        notice: one honest sentence about what the model is good for.
        recommended_for: whom it is the first choice for, "" for most models.
        licence: SPDX identifiers of the weights.
        source: where the weights come from: a repository of the hub, unless they ship.
        hub: the hub of that repository, where it isn't the usual one; its addresses are alike.
        revision: the exact version there.
        languages: BCP 47 tags of the languages that are read or written.
        source_kind: how the files come about.
        checkpoint: for CHECKPOINT: what is bound.
        weights: files that the graphs refer to, beside them.
        preprocess_revision: counts changes of decoding and preprocessing that move results
            noticeably, so that old vectors are not mixed with new ones.
        quantiser_revision: counts our own quantisation of the weights; 0 when they are used as
            they come.
        figures: published quality.
        relative_speed: pictures a second as a multiple of CLIP ViT-B/32's in int8
            (tests/benchmarks/bench_models.py); None: not comparable or not measured.
        memory_mb: what the graphs take in memory while they work, from the same benchmark.
        accept_licence: the licence has to be shown and accepted before a download.
        licence_notice: what it forbids and where it can be read, as sentences.
        not_established: what nobody could verify yet about this entry, as sentences.
    """

    task: ClassVar[TaskKind]

    key: str
    title: str
    notice: str
    recommended_for: str = ""
    licence: str
    source: str
    hub: str = ""
    revision: str
    languages: tuple[str, ...]
    source_kind: SourceKind = SourceKind.BUILT_IN
    checkpoint: Checkpoint | None = None
    weights: tuple[FileSpec, ...] = ()
    preprocess_revision: int = 1
    quantiser_revision: int = 0
    figures: Figures = Figures()
    relative_speed: float | None = None
    memory_mb: int | None = None
    accept_licence: bool = False
    licence_notice: str = ""
    not_established: tuple[str, ...] = ()

    @property
    def named_files(self) -> dict[str, FileSpec]:
        """The files that have a role of their own, by the attribute's name."""
        values = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: value for name, value in values if isinstance(value, FileSpec)}

    @property
    def principal(self) -> FileSpec:
        """The graph on which all that is stored depends."""
        return next(iter(self.named_files.values()))

    @property
    def files(self) -> tuple[FileSpec, ...]:
        """Every file the installed model needs."""
        return (*self.named_files.values(), *self.further_files, *self.weights)

    @property
    def further_files(self) -> tuple[FileSpec, ...]:
        """Files of the model that are no attributes of it by themselves."""
        return ()

    @property
    def downloads(self) -> tuple[FileSpec, ...]:
        """What is fetched from the repository; it lies there at the same paths."""
        if self.source_kind in {SourceKind.BUILT_IN, SourceKind.IMPORTED}:
            return ()
        fetched = [file for file in self.files if file.origin is Origin.SOURCE]
        if self.checkpoint is not None:
            fetched.insert(0, self.checkpoint.file)
        return tuple(fetched)

    @property
    def download_bytes(self) -> int | None:
        """How much is fetched, for people; None when nobody knows for some file."""
        sizes = [file.about_bytes if file.bytes is None else file.bytes for file in self.downloads]
        known = [size for size in sizes if size is not None]
        return sum(known) if len(known) == len(sizes) else None

    @property
    def catalog_key(self) -> str:
        """What results are stored under: another key, another index.

        The weights are the authors' checkpoint, or else the principal graph: a stored vector
        depends on nothing else. Of a model whose weights become known at its first use, only the
        installed one's key says which they are.
        """
        file = self.principal if self.checkpoint is None else self.checkpoint.file
        weights = "unknown" if file.sha256 is None else file.sha256[:8]
        return f"{self.key}@{weights}.p{self.preprocess_revision}.q{self.quantiser_revision}"


def short_key(catalog_key: str) -> str:
    """The model's name for people: `ModelSpec.key`, of what results are stored under."""
    return catalog_key.partition("@")[0]
