"""Names that are never photos of the person's: hidden, trash, caches, program bundles. Data."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Final

EXCLUDED_FOLDERS: Final[frozenset[str]] = frozenset(
    {
        # trash
        "$recycle.bin", "recycler", "recycled", "#recycle", "@recycle", "lost.dir", "lost+found",
        # the system's own
        "system volume information", "__macosx",
        # thumbnails and snapshots of network storage (Synology, QNAP) and of cameras
        "@eadir", "@__thumb", "@tmp", "#snapshot", "@recently-snapshot",
    }
)  # fmt: skip
"""Whole folder names, in lower case."""

EXCLUDED_FOLDER_PATTERNS: Final[tuple[str, ...]] = (
    # libraries of other programs: opaque packages with derived pictures inside
    "*.photoslibrary", "*.photolibrary", "*.migratedphotolibrary", "*.aplibrary",
    "*.imovielibrary", "*.fcpbundle", "*.tvlibrary", "*.musiclibrary",
    "*.lrdata", "*.lrcat-data", "*.cocatalog", "*.cosessiondb",
    # program bundles
    "*.app", "*.framework", "*.bundle", "*.plugin", "*.kext", "*.appex", "*.xcassets",
)  # fmt: skip
"""Patterns of folder names, in lower case."""

_FILE_ATTRIBUTE_HIDDEN: Final = 0x2
"""Windows file attribute (winnt.h). Not the one for system files: Windows gives that one to
ordinary folders with an icon of their own."""


def is_excluded_folder(name: str) -> bool:
    """Tells whether a folder is left out for its name."""
    if name.startswith("."):  # also .Trash-1000, .Trashes, .thumbnails, .cache
        return True
    lower = name.lower()
    return lower in EXCLUDED_FOLDERS or any(
        fnmatchcase(lower, pattern) for pattern in EXCLUDED_FOLDER_PATTERNS
    )


def is_excluded_file(name: str) -> bool:
    """Tells whether a file is left out for its name: hidden ones, macOS's `._*` among them."""
    return name.startswith(".")


def is_hidden_on_windows(file_attributes: int) -> bool:
    """Tells whether Windows hides a file or folder.

    Args:
        file_attributes: `st_file_attributes`; 0 on other systems.
    """
    return bool(file_attributes & _FILE_ATTRIBUTE_HIDDEN)
