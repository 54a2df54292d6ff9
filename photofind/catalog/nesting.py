"""What the catalog must be told of roots inside roots, since it doesn't look at the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class Nesting:
    """Says that nothing is left out of any root; those who know the disk override it."""

    def is_walked(self, root: Path, below: bytes, patterns: Sequence[str]) -> bool:
        """Whether a walk through a root, with its patterns, comes to this folder below it."""
        del root, below, patterns
        return True

    def rebase(self, pattern: str, below: bytes) -> str:
        """A folder's pattern, for the root that the folder lies in."""
        del below
        return pattern
