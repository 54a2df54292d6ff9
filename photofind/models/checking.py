"""Does the registry still say what the hub says? For whoever has a connection, before a release."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from photofind.domain import PhotofindError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from photofind.inference.spec import FileSpec, ModelSpec
    from photofind.models.hub import Hub, RemoteFile


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
