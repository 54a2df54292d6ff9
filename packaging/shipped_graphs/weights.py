"""Where a graph's weights come from, by the names of the file that the authors published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from photofind.inference.manifest import Source

Shape: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The tensors of an official file that make one weight.

    Attributes:
        sources: stacked on their first axis.
        transposed: they hold the weight with its two axes swapped.
    """

    sources: tuple[Source, ...]
    transposed: bool = False


Layout: TypeAlias = Callable[[str, Shape], Found]
"""Says where the weight with open_clip's name lies, which has this shape in open_clip."""
