"""The everyday words that photos are tagged with, and the sentences that say them to a model."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from photofind import paths

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_EVERYDAY = "labels/everyday.toml"
_VOWELS = frozenset("aeiouAEIOU")
_CONSONANT_SOUNDS = ("uni", "Uni", "euro", "Euro", "one", "One")
"""Beginnings that are written with a vowel and spoken with a consonant."""
PLAIN_TEMPLATES = ("a photo of {}.", "a picture of {}.")
"""For labels whose kind isn't known."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Labels and what stands for them.

    Attributes:
        labels: none twice.
        sentences: those of each label; its vector is their mean.
        digest: 16 hexadecimal digits that change with any of these.
    """

    labels: tuple[str, ...]
    sentences: tuple[tuple[str, ...], ...]
    digest: str


class _Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    templates: tuple[str, ...]
    labels: tuple[str, ...]


@cache
def everyday_vocabulary() -> Vocabulary:
    """The words that ship with photofind.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    return read_vocabulary(paths.resources() / _EVERYDAY)


def read_vocabulary(path: Path) -> Vocabulary:
    """Reads a file of kinds, each with templates and labels.

    Raises:
        OSError: it can't be read.
        ValueError: it isn't TOML, not of this shape, or has a label twice.
    """
    kinds = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), dict[str, _Kind])
    return _vocabulary((label, kind.templates) for kind in kinds.values() for label in kind.labels)


def plain_vocabulary(labels: Iterable[str]) -> Vocabulary:
    """A vocabulary of a person's own labels; each counts once.

    A label of one word or two is put into sentences; a longer one is taken as it is, for it may
    be a sentence.
    """
    once = dict.fromkeys(labels)
    return _vocabulary(
        (label, PLAIN_TEMPLATES if len(label.split()) < 3 else ("{}",)) for label in once
    )


def _vocabulary(rows: Iterable[tuple[str, tuple[str, ...]]]) -> Vocabulary:
    labels: list[str] = []
    sentences: list[tuple[str, ...]] = []
    for label, templates in rows:
        labels.append(label)
        sentences.append(tuple(_fill(template, label) for template in templates))
    if len(set(labels)) < len(labels):
        raise ValueError("a label stands there twice")
    digest = hashlib.sha256(repr((labels, sentences)).encode()).hexdigest()
    return Vocabulary(tuple(labels), tuple(sentences), digest[:16])


def _fill(template: str, label: str) -> str:
    vowel = label[:1] in _VOWELS and not label.startswith(_CONSONANT_SOUNDS)
    article = "an" if vowel else "a"
    return template.replace("{a}", f"{article} {label}").replace("{}", label)
