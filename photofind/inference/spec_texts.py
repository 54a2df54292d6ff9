"""Models that write about pictures, or read what is written in them, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from photofind.inference.spec import FileSpec, ModelSpec, Preprocess, TaskKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionerSpec(ModelSpec):
    """A picture becomes a sentence.

    Attributes:
        vision: the graph that looks at the picture.
        decoder: the graph that gives one token after the other.
        longest: most tokens of a caption.
    """

    task: ClassVar[TaskKind] = TaskKind.CAPTION

    vision: FileSpec
    decoder: FileSpec
    tokenizer: FileSpec
    preprocess: Preprocess
    longest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswererSpec(ModelSpec):
    """A picture and a question become an answer.

    Attributes:
        vision: the graph that looks at the picture.
        question: the graph that reads the question in view of the picture.
        decoder: the graph that gives one token of the answer after the other.
        longest: most tokens of an answer.
    """

    task: ClassVar[TaskKind] = TaskKind.ANSWER

    vision: FileSpec
    question: FileSpec
    decoder: FileSpec
    tokenizer: FileSpec
    preprocess: Preprocess
    longest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecogniserSpec(ModelSpec):
    """A line of text in a picture becomes characters.

    Attributes:
        lines: the graph.
    """

    task: ClassVar[TaskKind] = TaskKind.TEXT

    lines: FileSpec
