"""Opens the catalog for the worker, and restores it from a backup when it is damaged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.backups import is_sound, replace_damaged
from photofind.catalog.writer import CatalogWriter
from photofind.domain import CatalogError
from photofind.sentences import Sentence
from photofind.worker.messages import Notice

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.paths import AppFolders

_CORRUPT = "catalog_corrupt"


def open_catalog(folders: AppFolders) -> tuple[CatalogWriter, Notice | None]:
    """Opens the catalog; a damaged one is set aside and the newest good copy put in its place.

    Returns:
        The writer, and what the person should know about it.

    Raises:
        CatalogError: all other codes of `open_writing`, or the copy can't be put back.
    """
    if not folders.catalog_suspect.exists() or is_sound(folders.catalog):
        try:
            writer = CatalogWriter(folders)
        except CatalogError as error:
            if error.code != _CORRUPT:
                raise
        else:
            folders.catalog_suspect.unlink(missing_ok=True)
            return writer, None
    backup = replace_damaged(folders)
    folders.catalog_suspect.unlink(missing_ok=True)
    return CatalogWriter(folders), _tell(folders.catalog, backup)


def is_damage(error: Exception) -> bool:
    """Whether an error means that the catalog itself is damaged."""
    return isinstance(error, CatalogError) and error.code == _CORRUPT


def _tell(catalog: Path, backup: Path | None) -> Notice:
    kept = f"{catalog.name}.damaged"
    if backup is None:
        return Notice(
            code="catalog_began_anew",
            sentence=Sentence(
                "The catalog was damaged; it is kept as {kept}. There was no backup yet: please "
                "add your folders again. Your photos are not affected.",
                kept=kept,
            ),
        )
    return Notice(
        code="catalog_restored",
        sentence=Sentence(
            "The catalog was damaged; it is kept as {kept}. The backup {backup} was restored, and "
            "your folders are scanned for what has changed since.",
            kept=kept,
            backup=backup.name,
        ),
    )
