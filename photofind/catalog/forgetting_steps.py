"""Steps of the catalog's schema (`catalog.migrations`): what forgetting needs to remember."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def add_forgetting(db: Database) -> None:
    # Nothing but fingerprints of what must not be taken up again.
    db.execute("""
        CREATE TABLE forgotten (
            sha256 BLOB PRIMARY KEY CHECK (length(sha256) = 32),
            picture_hash BLOB CHECK (length(picture_hash) = 32)
        ) STRICT, WITHOUT ROWID""")
    db.execute("""
        CREATE INDEX forgotten_by_picture ON forgotten(picture_hash)
        WHERE picture_hash IS NOT NULL""")
    db.execute("""
        CREATE TABLE forgotten_places (
            mark BLOB PRIMARY KEY,
            sha256 BLOB NOT NULL REFERENCES forgotten(sha256) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID""")
    db.execute("CREATE INDEX forgotten_places_by_content ON forgotten_places(sha256)")
    # Hidden already, still to be deleted.
    db.execute("""
        CREATE TABLE doomed (
            photo_id INTEGER PRIMARY KEY REFERENCES photos(id)
        ) STRICT""")


def add_missing_since(db: Database) -> None:
    # Of contents: a folder that is removed takes its file rows along.
    db.execute("ALTER TABLE contents ADD COLUMN missing_since INTEGER")
    db.execute("""
        CREATE INDEX contents_missing ON contents(missing_since)
        WHERE missing_since IS NOT NULL""")
