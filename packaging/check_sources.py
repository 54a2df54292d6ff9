"""Compares the registry of models with their repositories: `python packaging/check_sources.py`.

Before a release, and wherever there is a connection. Prints a line for every file of every model;
nothing is downloaded. The exit code is 1 if a repository says anything else than the registry.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))  # photofind itself, whether it is installed or not

from photofind.domain import PhotofindError  # noqa: E402
from photofind.inference import registry  # noqa: E402
from photofind.inference.spec import ModelSpec  # noqa: E402
from photofind.models.hub import Hub  # noqa: E402
from photofind.models.permission import allowed_network  # noqa: E402
from photofind.paths import app_folders  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from photofind.inference.spec import FileSpec
    from photofind.models.hub import RemoteFile


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Compares the registry of models with what their repositories say now."
    )
    parser.add_argument("keys", metavar="KEY", nargs="*", help="of the models (default: all)")
    keys: list[str] = parser.parse_args(words).keys
    try:
        specs = [registry.find_spec(key, ModelSpec) for key in keys] or registry.ALL
        network = allowed_network(app_folders(None))
        network.require_allowed()
        agrees = True
        for check in check_sources(specs, Hub(network)):
            print(_line(check))
            agrees &= not check.faults
    except PhotofindError as error:
        print(error.user_message, file=sys.stderr)
        return 1
    return 0 if agrees else 1


def _line(check: SourceCheck) -> str:
    name = f"{check.spec.key}  {check.file.path}"
    if check.faults:
        return f"{name}: {' '.join(check.faults)}"
    if check.news and check.said is not None:
        found = check.said.sha256 or f"git blob {check.said.blob_id}"
        return f"{name}: not pinned yet; there: {found}, {check.said.bytes} bytes"
    return f"{name}: as in the registry"


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """One file of one model.

    Attributes:
        said: what the hub says of it; None: nothing.
        faults: what can't be right, as sentences; none: the registry agrees with the hub.
    """

    spec: ModelSpec
    file: FileSpec
    said: RemoteFile | None
    faults: tuple[str, ...]

    @property
    def news(self) -> bool:
        """The hub says something that the registry leaves open."""
        if self.said is None:
            return False
        return (self.file.sha256 is None and self.said.sha256 is not None) or (
            self.file.bytes is None and self.said.bytes is not None
        )


def check_sources(specs: Iterable[ModelSpec], hub: Hub) -> Iterator[SourceCheck]:
    """Asks the hub for every file of every model; nothing is downloaded."""
    for spec in specs:
        for file in spec.downloads:
            yield _check(spec, file, hub)


def _check(spec: ModelSpec, file: FileSpec, hub: Hub) -> SourceCheck:
    try:
        said = hub.describe(spec, file)
    except PhotofindError as error:
        return SourceCheck(spec, file, None, (error.user_message,))
    faults = []
    if said.sha256 is not None and file.sha256 not in {None, said.sha256}:
        faults.append(f"sha256 is {said.sha256} there and {file.sha256} in the registry.")
    if said.bytes is not None and file.bytes not in {None, said.bytes}:
        faults.append(f"It has {said.bytes} bytes there and {file.bytes} in the registry.")
    if said.sha256 is None and said.blob_id is None:
        faults.append("The hub does not say what it contains.")
    return SourceCheck(spec, file, said, tuple(faults))


if __name__ == "__main__":
    sys.exit(main())
