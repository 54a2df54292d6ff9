"""What the installing process can be asked to do, and how that is said on its command line."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from photofind.inference.checkpoints.names import is_checkpoint_name

if TYPE_CHECKING:
    import argparse


@dataclass(frozen=True, slots=True)
class Download:
    """Install a model of the registry.

    Attributes:
        accept_licence: the person has read the licence and agrees.
    """

    key: str
    accept_licence: bool = False


@dataclass(frozen=True, slots=True)
class Import:
    """Install the model in a folder or an archive."""

    source: Path


@dataclass(frozen=True, slots=True)
class Check:
    """Read and try an installed model."""

    key: str


@dataclass(frozen=True, slots=True)
class Export:
    """Turn a checkpoint of open_clip's into a model, and install it.

    Attributes:
        architecture: open_clip's name, or a JSON file.
        pretrained: a checkpoint file, or open_clip's name of published weights, which are fetched.
        tokenizer: a tokenizer.json, where it isn't CLIP's own.
    """

    architecture: str
    pretrained: str
    tokenizer: Path | None = None

    @property
    def fetches(self) -> bool:
        """Whether it needs the network."""
        return not is_checkpoint_name(self.pretrained)


Task = Download | Import | Check | Export


def to_arguments(task: Task) -> list[str]:
    """The task as words, of which `add_arguments` and `from_arguments` make it again."""
    match task:
        case Download():
            accepted = ["--accept-licence"] if task.accept_licence else []
            return ["download", *accepted, "--", task.key]
        case Import():
            return ["import", "--", os.fspath(task.source)]
        case Check():
            return ["check", "--", task.key]
        case Export():
            given = task.tokenizer is not None
            tokenizer = [f"--tokenizer={task.tokenizer}"] if given else []
            return ["export", *tokenizer, "--", task.architecture, task.pretrained]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Has a parser understand the words, after its own options."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    download = verbs.add_parser("download")
    download.add_argument("--accept-licence", action="store_true")
    download.add_argument("key")
    verbs.add_parser("import").add_argument("source", type=Path)
    verbs.add_parser("check").add_argument("key")
    export = verbs.add_parser("export")
    export.add_argument("--tokenizer", type=Path)
    export.add_argument("architecture")
    export.add_argument("pretrained")


def from_arguments(chosen: argparse.Namespace) -> Task:
    """The task among a command line's words."""
    match chosen.verb:
        case "download":
            return Download(chosen.key, accept_licence=chosen.accept_licence)
        case "import":
            return Import(chosen.source)
        case "check":
            return Check(chosen.key)
        case "export":
            return Export(chosen.architecture, chosen.pretrained, chosen.tokenizer)
        case verb:
            raise AssertionError(verb)
