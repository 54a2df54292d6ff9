"""The catalog's schema as an append-only list of steps.

A step that was released is never edited: change the schema by appending another one.
`user_version` is the number of steps applied; `_sqlite_migrations` (sqlite-utils) their names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog import first_schema
from photofind.catalog.forgetting_steps import add_forgetting, add_missing_since

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

SET_NAME = "photofind"


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


def add_parts_and_sidecars(db: Database) -> None:
    # part_of: relative path (same root) of the file that is shown, for a RAW beside its JPEG and
    # for the film of a Live Photo. sidecar: name, size and time of the one that was read last.
    db.execute("ALTER TABLE files ADD COLUMN part_of BLOB")
    db.execute("ALTER TABLE files ADD COLUMN sidecar BLOB")
    db.execute("""
        CREATE INDEX files_parts ON files(folder_id, part_of) WHERE part_of IS NOT NULL""")
    db.execute("DROP VIEW live_files")
    db.execute("""
        CREATE VIEW live_files AS
        SELECT id, folder_id, rel_path, name, byte_size, mtime_ns, content_id, part_of FROM files
        WHERE state = 'known' AND missing_since IS NULL""")


def add_sidecar_writes(db: Database) -> None:
    # What photofind wrote into photos' sidecars last: caption is the description that is ours to
    # replace, digest stands for all of it.
    db.execute("""
        CREATE TABLE sidecar_writes (
            photo_id INTEGER PRIMARY KEY REFERENCES photos(id) ON DELETE CASCADE,
            digest TEXT NOT NULL,
            caption TEXT
        ) STRICT""")


def add_choices_of_folders(db: Database) -> None:
    for column in (
        "includes_online_only INTEGER NOT NULL DEFAULT 0 CHECK (includes_online_only IN (0, 1))",
        "videos INTEGER NOT NULL DEFAULT 0",
        "online_only INTEGER NOT NULL DEFAULT 0",
    ):
        db.execute(f"ALTER TABLE folders ADD COLUMN {column}")


def add_excluded_files(db: Database) -> None:
    # Set beside missing_since: the file may be there, but is not wanted.
    db.execute("""
        ALTER TABLE files ADD COLUMN excluded INTEGER NOT NULL DEFAULT 0
        CHECK (excluded IN (0, 1))""")


def add_folder_problems(db: Database) -> None:
    # Folders that the last scan could not look into; rel_path is empty for the root itself.
    db.execute("""
        CREATE TABLE folder_problems (
            folder_id INTEGER NOT NULL REFERENCES folders(id) ON DELETE CASCADE,
            rel_path BLOB NOT NULL,
            error_code TEXT NOT NULL,
            error_detail TEXT NOT NULL,
            PRIMARY KEY (folder_id, rel_path)
        ) STRICT, WITHOUT ROWID""")


def add_times_of_choices(db: Database) -> None:
    # When a person last asked for the model, in unix seconds: an installation that took an hour
    # must not overrule what was chosen in that hour.
    db.execute("ALTER TABLE models ADD COLUMN asked_at REAL NOT NULL DEFAULT 0")


STEPS: tuple[Callable[[Database], None], ...] = (
    first_schema.create_folders,
    first_schema.create_photos_and_contents,
    first_schema.create_files,
    first_schema.create_models_and_embeddings,
    first_schema.create_tags_and_texts,
    first_schema.create_visible_photos,
    first_schema.create_questions_jobs_and_searches,
    first_schema.add_picture_hashes,
    first_schema.add_annotations,
    add_states_of_descriptions,
    add_passes_and_choice,
    keep_proposed_tags_out_of_words,
    add_forgetting,
    add_missing_since,
    add_parts_and_sidecars,
    add_sidecar_writes,
    add_choices_of_folders,
    add_excluded_files,
    add_folder_problems,
    add_times_of_choices,
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
