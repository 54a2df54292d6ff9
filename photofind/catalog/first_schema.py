"""The steps that made the catalog of the first version, in order (see `migrations`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def create_folders(db: Database) -> None:
    db.execute("""
        CREATE TABLE folders (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            path BLOB NOT NULL UNIQUE,
            volume_id TEXT,
            added_at INTEGER NOT NULL
        ) STRICT""")
    db.execute("""
        CREATE TABLE exclusions (
            folder_id INTEGER NOT NULL REFERENCES folders(id) ON DELETE CASCADE,
            pattern TEXT NOT NULL,
            PRIMARY KEY (folder_id, pattern)
        ) STRICT, WITHOUT ROWID""")


def create_photos_and_contents(db: Database) -> None:
    db.execute("""
        CREATE TABLE photos (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            primary_content_id INTEGER REFERENCES contents(id),
            rating INTEGER CHECK (rating BETWEEN -1 AND 5),
            favourite INTEGER NOT NULL DEFAULT 0 CHECK (favourite IN (0, 1)),
            title TEXT
        ) STRICT""")
    db.execute("CREATE INDEX photos_by_primary ON photos(primary_content_id)")
    db.execute("""
        CREATE TABLE contents (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            photo_id INTEGER NOT NULL REFERENCES photos(id),
            sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
            byte_size INTEGER NOT NULL,
            state TEXT NOT NULL DEFAULT 'pending'
                CHECK (state IN ('pending', 'in_flight', 'ready', 'failed')),
            suspect INTEGER NOT NULL DEFAULT 0 CHECK (suspect IN (0, 1)),
            strikes INTEGER NOT NULL DEFAULT 0,
            attempts INTEGER NOT NULL DEFAULT 0,
            error_code TEXT,
            error_detail TEXT,
            format TEXT,
            width INTEGER,
            height INTEGER,
            taken_at INTEGER,
            taken_offset_min INTEGER,
            taken_source TEXT,
            camera TEXT,
            lens TEXT,
            lat REAL,
            lon REAL,
            duration_ms INTEGER
        ) STRICT""")
    db.execute("CREATE INDEX contents_by_photo ON contents(photo_id)")
    db.execute("CREATE INDEX contents_pending ON contents(suspect, id) WHERE state = 'pending'")
    db.execute("CREATE INDEX contents_in_flight ON contents(id) WHERE state = 'in_flight'")
    db.execute("CREATE INDEX contents_failed ON contents(id) WHERE state = 'failed'")


def create_files(db: Database) -> None:
    # AUTOINCREMENT: a claim for a file whose folder was removed meanwhile must never meet
    # another file under the same number.
    db.execute("""
        CREATE TABLE files (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            folder_id INTEGER NOT NULL REFERENCES folders(id),
            rel_path BLOB NOT NULL,
            name TEXT NOT NULL,
            byte_size INTEGER NOT NULL,
            mtime_ns INTEGER NOT NULL,
            state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'known', 'failed')),
            content_id INTEGER REFERENCES contents(id),
            missing_since INTEGER,
            attempts INTEGER NOT NULL DEFAULT 0,
            error_code TEXT,
            error_detail TEXT,
            UNIQUE (folder_id, rel_path),
            CHECK (state <> 'known' OR content_id IS NOT NULL)
        ) STRICT""")
    db.execute("CREATE INDEX files_by_content ON files(content_id)")
    db.execute("""
        CREATE INDEX files_live ON files(content_id, folder_id)
        WHERE state = 'known' AND missing_since IS NULL""")
    db.execute("""
        CREATE INDEX files_pending ON files(id)
        WHERE state = 'pending' AND missing_since IS NULL""")
    db.execute("""
        CREATE INDEX files_failed ON files(id)
        WHERE state = 'failed' AND missing_since IS NULL""")
    db.execute("""
        CREATE INDEX files_missing ON files(content_id) WHERE missing_since IS NOT NULL""")
    db.execute("CREATE INDEX files_by_folder ON files(folder_id)")
    # What "is there" means, said once.
    db.execute("""
        CREATE VIEW live_files AS
        SELECT id, folder_id, rel_path, name, byte_size, mtime_ns, content_id FROM files
        WHERE state = 'known' AND missing_since IS NULL""")


def create_models_and_embeddings(db: Database) -> None:
    db.execute("""
        CREATE TABLE models (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            key TEXT NOT NULL UNIQUE,
            task TEXT NOT NULL,
            dim INTEGER NOT NULL,
            active INTEGER NOT NULL DEFAULT 0 CHECK (active IN (0, 1))
        ) STRICT""")
    db.execute("CREATE UNIQUE INDEX models_active ON models(task) WHERE active = 1")
    # Clustered by model and space, so that loading one space reads no other's pages.
    # pass: 1 = from an embedded preview, 2 = from the whole picture.
    db.execute("""
        CREATE TABLE embeddings (
            model_id INTEGER NOT NULL REFERENCES models(id),
            content_id INTEGER NOT NULL REFERENCES contents(id),
            space TEXT NOT NULL CHECK (space IN ('search', 'similar')),
            pass INTEGER NOT NULL DEFAULT 2,
            vector BLOB NOT NULL,
            PRIMARY KEY (model_id, space, content_id)
        ) STRICT, WITHOUT ROWID""")


def create_tags_and_texts(db: Database) -> None:
    # What a person says belongs to the photo; what is derived belongs to the content.
    db.execute("""
        CREATE TABLE tags (
            id INTEGER PRIMARY KEY,
            photo_id INTEGER REFERENCES photos(id),
            content_id INTEGER REFERENCES contents(id),
            label TEXT NOT NULL,
            source TEXT NOT NULL CHECK (source IN ('model', 'file', 'user')),
            model_id INTEGER REFERENCES models(id),
            score REAL,
            state TEXT NOT NULL DEFAULT 'proposed'
                CHECK (state IN ('proposed', 'confirmed', 'rejected')),
            CHECK ((photo_id IS NULL) <> (content_id IS NULL))
        ) STRICT""")
    db.execute("CREATE INDEX tags_by_photo ON tags(photo_id) WHERE photo_id IS NOT NULL")
    db.execute("CREATE INDEX tags_by_content ON tags(content_id) WHERE content_id IS NOT NULL")
    db.execute("""
        CREATE TABLE texts (
            id INTEGER PRIMARY KEY,
            content_id INTEGER NOT NULL REFERENCES contents(id),
            kind TEXT NOT NULL CHECK (kind IN ('caption', 'ocr', 'note')),
            model_id INTEGER REFERENCES models(id),
            text TEXT NOT NULL,
            data TEXT,
            created_at INTEGER NOT NULL,
            edited INTEGER NOT NULL DEFAULT 0 CHECK (edited IN (0, 1))
        ) STRICT""")
    db.execute("CREATE INDEX texts_by_content ON texts(content_id)")


def create_visible_photos(db: Database) -> None:
    # Both hold one row a photo that can be found: its primary content is ready and lies on the
    # disk. Derived, so that opening the window needs no joins (measured: 4 times as fast).
    db.execute("""
        CREATE TABLE visible_photos (
            photo_id INTEGER PRIMARY KEY REFERENCES photos(id),
            content_id INTEGER NOT NULL UNIQUE REFERENCES contents(id),
            taken_at INTEGER
        ) STRICT""")
    # rowid = photo id; trigrams find substrings in any script.
    db.execute("""
        CREATE VIRTUAL TABLE photo_words
        USING fts5(names, title, tags, texts, tokenize = 'trigram')""")


def create_questions_jobs_and_searches(db: Database) -> None:
    db.execute("""
        CREATE TABLE questions (
            id INTEGER PRIMARY KEY,
            content_id INTEGER NOT NULL REFERENCES contents(id),
            model_id INTEGER REFERENCES models(id),
            question TEXT NOT NULL,
            answer TEXT NOT NULL,
            asked_at INTEGER NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX questions_by_content ON questions(content_id)")
    db.execute("""
        CREATE TABLE jobs (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            content_id INTEGER REFERENCES contents(id),
            data TEXT,
            priority INTEGER NOT NULL DEFAULT 0,
            created_at INTEGER NOT NULL
        ) STRICT""")
    db.execute("CREATE INDEX jobs_by_content ON jobs(content_id)")
    db.execute("""
        CREATE TABLE saved_searches (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            query TEXT NOT NULL
        ) STRICT""")


def add_picture_hashes(db: Database) -> None:
    # What is derived from a picture holds for every content that shows the same.
    db.execute("""
        ALTER TABLE contents ADD COLUMN picture_hash BLOB CHECK (length(picture_hash) = 32)""")
    db.execute("""
        CREATE INDEX contents_by_picture ON contents(picture_hash)
        WHERE picture_hash IS NOT NULL""")


def add_annotations(db: Database) -> None:
    # What the file says; a person's own title and rating (of the photo) go before it.
    for column in (
        "f_number REAL",
        "exposure_s REAL",
        "iso INTEGER",
        "focal_mm REAL",
        "focal_35mm REAL",
        "file_rating INTEGER CHECK (file_rating BETWEEN -1 AND 5)",
        "file_title TEXT",
        "file_description TEXT",
    ):
        db.execute(f"ALTER TABLE contents ADD COLUMN {column}")
