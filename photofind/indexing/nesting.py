"""Roots inside roots, as a scan of the disk has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.nesting import Nesting
from photofind.media.nesting import is_walked
from photofind.media.patterns import pattern_below

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class DiskNesting(Nesting):
    """Looks at names, at patterns, and at the `.photofindignore` files that are there."""

    def is_walked(self, root: Path, below: bytes, patterns: Sequence[str]) -> bool:
        return is_walked(root, below, patterns)

    def rebase(self, pattern: str, below: bytes) -> str:
        return pattern_below(pattern, below)
