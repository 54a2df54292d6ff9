"""The catalog's schema as an append-only list of steps.

A step that was released is never edited: change the schema by appending another one.
`user_version` is the number of steps applied; `_sqlite_migrations` (sqlite-utils) their names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

SET_NAME = "photofind"


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


def add_states_of_descriptions(db: Database) -> None:
    # What a person accepted is theirs, like what they edited: no model overwrites it.
    db.execute("""
        ALTER TABLE texts ADD COLUMN accepted INTEGER NOT NULL DEFAULT 0
        CHECK (accepted IN (0, 1))""")
    db.execute("""
        ALTER TABLE jobs ADD COLUMN state TEXT NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'running', 'failed'))""")
    for column in (
        "suspect INTEGER NOT NULL DEFAULT 0 CHECK (suspect IN (0, 1))",
        "strikes INTEGER NOT NULL DEFAULT 0",
        "error_code TEXT",
        "error_detail TEXT",
    ):
        db.execute(f"ALTER TABLE jobs ADD COLUMN {column}")
    db.execute("CREATE INDEX jobs_waiting ON jobs(priority DESC, id) WHERE state = 'waiting'")


def add_passes_and_choice(db: Database) -> None:
    # chosen: its index is being built to take the active one's place when it is complete.
    # removing: its vectors are being deleted, some at a time.
    # revision (of a model): counts transactions that replaced vectors; (of a vector): the one
    # that replaced it last, so that those who keep vectors in memory can read just these again.
    for column in (
        "chosen INTEGER NOT NULL DEFAULT 0 CHECK (chosen IN (0, 1))",
        "removing INTEGER NOT NULL DEFAULT 0 CHECK (removing IN (0, 1))",
        "revision INTEGER NOT NULL DEFAULT 0",
    ):
        db.execute(f"ALTER TABLE models ADD COLUMN {column}")
    db.execute("UPDATE models SET task = 'search' WHERE task = 'clip'")
    db.execute("CREATE UNIQUE INDEX models_chosen ON models(task) WHERE chosen = 1")
    db.execute("ALTER TABLE embeddings ADD COLUMN revision INTEGER NOT NULL DEFAULT 0")
    db.execute("""
        CREATE INDEX embeddings_replaced ON embeddings(model_id, revision) WHERE revision > 0""")
    # Which contents a model knows, and from what, without reading a page of vectors.
    db.execute("""
        CREATE INDEX embeddings_by_pass ON embeddings(model_id, pass, content_id)
        WHERE space = 'search'""")
    # Decoding a whole picture that can be found already. A row is there only while that goes on,
    # may have ended the process, or failed; the state of the content itself doesn't change.
    db.execute("""
        CREATE TABLE background_attempts (
            content_id INTEGER PRIMARY KEY REFERENCES contents(id) ON DELETE CASCADE,
            state TEXT NOT NULL CHECK (state IN ('in_flight', 'suspect', 'failed')),
            strikes INTEGER NOT NULL DEFAULT 0,
            attempts INTEGER NOT NULL DEFAULT 0,
            error_code TEXT,
            error_detail TEXT
        ) STRICT""")


def keep_proposed_tags_out_of_words(db: Database) -> None:
    # A person's words find a photo outright; what a model proposes says no more than its vectors,
    # is looked up by label (tag:dog), and goes out of date when another model is chosen.
    db.execute("""
        UPDATE photo_words SET tags = coalesce((
            SELECT group_concat(t.label, char(31)) FROM tags t
            JOIN visible_photos v ON v.photo_id = photo_words.rowid
            WHERE (t.photo_id = v.photo_id OR t.content_id = v.content_id)
            AND t.state = 'confirmed'), '')""")
    db.execute("CREATE INDEX tags_by_label ON tags(label COLLATE NOCASE)")
    # Which labels were tried on a content last; a content without tags has a row too.
    db.execute("""
        CREATE TABLE tagged_contents (
            content_id INTEGER PRIMARY KEY REFERENCES contents(id) ON DELETE CASCADE,
            model_id INTEGER NOT NULL REFERENCES models(id) ON DELETE CASCADE,
            vocabulary TEXT NOT NULL
        ) STRICT""")


STEPS: tuple[Callable[[Database], None], ...] = (
    create_folders,
    create_photos_and_contents,
    create_files,
    create_models_and_embeddings,
    create_tags_and_texts,
    create_visible_photos,
    create_questions_jobs_and_searches,
    add_picture_hashes,
    add_annotations,
    add_states_of_descriptions,
    add_passes_and_choice,
    keep_proposed_tags_out_of_words,
)


def step_names() -> tuple[str, ...]:
    return tuple(step.__name__ for step in STEPS)


def migrations() -> Migrations:
    """The steps as sqlite-utils applies them, each in a transaction with its record."""
    from sqlite_utils.migrations import Migrations  # readers never need it, and it loads slowly

    migration_set = Migrations(SET_NAME)
    for step in STEPS:
        migration_set()(step)
    return migration_set
