"""What all opened pictures have in common, and the bounds of memory they keep."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NoReturn

from photofind.domain import MediaCode, MediaError
from photofind.media.geometry import swaps_sides
from photofind.media.memory import decoding_gate, picture_budget
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from PIL import Image

    from photofind.media.metadata.photo import PhotoMetadata

_LONGEST_SIDE: Final = 1 << 18
"""No picture is longer (JPEG ends at 65,535, scanned film and slides below 200,000), and decoders
take minutes over rows of millions of pixels."""


WHOLE_FILE_FORMATS: Final = frozenset({"WEBP", "AVIF", "HEIF", "JXL", "RAW"})
"""Formats whose decoder wants the whole file in memory (some twice)."""


class OpenedPicture(ABC):
    """A picture whose header is read and whose pixels are not.

    Attributes:
        format: "JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "HEIF", "AVIF", "JXL" or "RAW".
        kind: the format in a sentence.
        file_bytes: size of the file.
        size: width and height; those that are seen, but for an orientation still to apply.
        metadata_is_late: its metadata can be read inside `loaded` only, instead of before.
    """

    metadata_is_late = False
    damage: Sentence | None = None
    """What is wrong with pixels that were decoded all the same; to be asked inside `loaded`."""

    def __init__(self, format_name: str, size: tuple[int, int], file_bytes: int) -> None:
        self.format = format_name
        self.kind = kind_of(format_name)
        self.size = size
        self.file_bytes = file_bytes

    @property
    @abstractmethod
    def image(self) -> Image.Image:
        """The pixels; there inside `loaded`. They may be fewer than `size` says."""

    @property
    @abstractmethod
    def orientation(self) -> int:
        """The EXIF orientation (1 to 8) the pixels still need; to be asked inside `loaded`."""

    @property
    def profile(self) -> bytes | None:
        """The ICC profile of the pixels; to be asked inside `loaded`."""
        profile = self.image.info.get("icc_profile")
        return profile if isinstance(profile, bytes) else None

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height of the whole picture as it is seen; to be asked inside `loaded`."""
        width, height = self.size
        return (height, width) if swaps_sides(self.orientation) else (width, height)

    @abstractmethod
    def loaded(
        self, least_short_side: int, least_long_side: int
    ) -> AbstractContextManager[Image.Image]:
        """Decodes the pixels; the memory counts as taken inside the `with` block.

        They may come out fewer than there are, but with sides of at least the sizes given.

        Args:
            least_short_side: pixels the shorter side must keep, if it has them.
            least_long_side: pixels the longer side must keep, if it has them.

        Raises:
            MediaError: unreadable, unsupported or too_large.
        """

    @abstractmethod
    def read_metadata(self) -> PhotoMetadata:
        """What the file says of itself; nothing is raised."""

    def use_preview(self, least_short_side: int, wanted: tuple[int, int]) -> bool:
        """Makes `loaded` give the preview the file carries, if that is a shrunk copy.

        Args:
            least_short_side: pixels the preview's shorter side must have.
            wanted: what `loaded` would be asked for otherwise.

        Returns:
            False, and all remains as it was, when there is none, or it saves nothing.
        """
        del least_short_side, wanted
        return False

    @abstractmethod
    def close(self) -> None:
        """Lets go of the file and of what was read of it."""

    def check_sides(self) -> None:
        """Refuses a picture with a side that none has.

        Raises:
            MediaError: too_large.
        """
        if max(self.size) > _LONGEST_SIDE:
            self.refuse()

    @contextmanager
    def held(self, need: int) -> Iterator[None]:
        """Waits for memory and holds it inside the `with` block.

        Args:
            need: bytes decoding takes at its peak.

        Raises:
            MediaError: too_large.
        """
        if need > picture_budget():
            self.refuse()
        with decoding_gate().hold(need):
            yield

    def refuse(self) -> NoReturn:
        """Says that it is too large."""
        width, height = self.size
        raise MediaError(
            MediaCode.TOO_LARGE,
            "This picture is too large: {width} × {height} pixels are more than this "
            "computer's memory can hold at once. A smaller copy of it would be found.",
            width=width,
            height=height,
        )


def kind_of(format_name: str) -> Sentence:
    """A format in a sentence: "WebP picture"."""
    if format_name == "RAW":
        return Sentence("RAW photo")
    spoken = {"WEBP": "WebP", "JXL": "JPEG XL"}.get(format_name, format_name)
    return Sentence("{format} picture", format=spoken)
