"""What every command is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from photofind.cli.output import Output
    from photofind.paths import AppFolders


@dataclass(frozen=True, slots=True)
class Session:
    """Where the catalog is, and where to print."""

    folders: AppFolders
    output: Output
