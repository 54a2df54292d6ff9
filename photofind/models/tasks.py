"""What the installing process can be asked to do, and how that is said on its command line."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

from photofind.inference.checkpoints.names import is_checkpoint_name


@dataclass(frozen=True, slots=True)
class Download:
    """Install a model of the registry.

    Attributes:
        accept_licence: the person has read the licence and agrees.
        offline: whether the person forbids the network; None: as the settings file says.
    """

    key: str
    accept_licence: bool = False
    offline: bool | None = None


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
        offline: as of Download.
    """

    architecture: str
    pretrained: str
    tokenizer: Path | None = None
    offline: bool | None = None

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
            return ["download", *accepted, *_network(task.offline), "--", task.key]
        case Import():
            return ["import", "--", os.fspath(task.source)]
        case Check():
            return ["check", "--", task.key]
        case Export():
            given = task.tokenizer is not None
            tokenizer = [f"--tokenizer={task.tokenizer}"] if given else []
            network = _network(task.offline)
            return ["export", *tokenizer, *network, "--", task.architecture, task.pretrained]


def _network(offline: bool | None) -> list[str]:
    return [] if offline is None else ["--offline" if offline else "--no-offline"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Has a parser understand the words, after its own options."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    download = verbs.add_parser("download")
    download.add_argument("--accept-licence", action="store_true")
    download.add_argument("--offline", action=argparse.BooleanOptionalAction)
    download.add_argument("key")
    verbs.add_parser("import").add_argument("source", type=Path)
    verbs.add_parser("check").add_argument("key")
    export = verbs.add_parser("export")
    export.add_argument("--tokenizer", type=Path)
    export.add_argument("--offline", action=argparse.BooleanOptionalAction)
    export.add_argument("architecture")
    export.add_argument("pretrained")


def from_arguments(chosen: argparse.Namespace) -> Task:
    """The task among a command line's words."""
    match chosen.verb:
        case "download":
            return Download(chosen.key, chosen.accept_licence, chosen.offline)
        case "import":
            return Import(chosen.source)
        case "check":
            return Check(chosen.key)
        case "export":
            return Export(chosen.architecture, chosen.pretrained, chosen.tokenizer, chosen.offline)
        case verb:
            raise AssertionError(verb)
