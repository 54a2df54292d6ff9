"""The catalog's schema as an append-only list of steps.

A step that was released is never edited: change the schema by appending another one.
`user_version` is the number of steps applied; `_sqlite_migrations` (sqlite-utils) their names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog import first_schema
from photofind.normal_form import fold, split_words

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


_MOVED_AT_ONCE = 4_096
"""Vectors; some megabytes."""


def give_vectors_to_regions(db: Database) -> None:
    # What a vector describes: all of a picture, or something in it. box: JSON [x, y, width,
    # height] in shares of the picture. Numbers are drawn from those of contents, and all of a
    # picture has its content's: so what asks about whole pictures needs no join.
    db.execute("""
        CREATE TABLE regions (
            id INTEGER PRIMARY KEY,
            content_id INTEGER NOT NULL REFERENCES contents(id),
            kind TEXT NOT NULL CHECK (kind IN ('whole', 'part', 'frame', 'face')),
            box TEXT,
            at_ms INTEGER,
            CHECK ((kind = 'whole') = (id = content_id))
        ) STRICT""")
    db.execute("CREATE INDEX regions_by_content ON regions(content_id)")
    db.execute("CREATE INDEX regions_parts ON regions(content_id) WHERE kind <> 'whole'")
    db.execute("DROP INDEX embeddings_replaced")
    db.execute("DROP INDEX embeddings_by_pass")
    db.execute("ALTER TABLE embeddings RENAME TO embeddings_of_contents")
    db.execute("""
        CREATE TABLE embeddings (
            model_id INTEGER NOT NULL REFERENCES models(id),
            region_id INTEGER NOT NULL REFERENCES regions(id) ON DELETE CASCADE,
            space TEXT NOT NULL CHECK (space IN ('search', 'similar')),
            pass INTEGER NOT NULL DEFAULT 2,
            vector BLOB NOT NULL,
            revision INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (model_id, space, region_id)
        ) STRICT, WITHOUT ROWID""")
    db.execute("""
        CREATE INDEX embeddings_replaced ON embeddings(model_id, revision) WHERE revision > 0""")
    db.execute("""
        CREATE INDEX embeddings_by_pass ON embeddings(model_id, pass, region_id)
        WHERE space = 'search'""")
    # What goes with a region is found by it, without reading the vectors of all others.
    db.execute("CREATE INDEX embeddings_by_region ON embeddings(region_id)")
    # A piece at a time, into the pages that the piece before has left: the file hardly grows.
    while True:
        piece = db.execute(
            """SELECT model_id, space, content_id FROM embeddings_of_contents
               ORDER BY model_id, space, content_id LIMIT 1"""
        ).fetchone()
        if piece is None:
            break
        model_id, space, first = piece
        (last,) = db.execute(
            """SELECT max(content_id) FROM (SELECT content_id FROM embeddings_of_contents
               WHERE model_id = ? AND space = ? AND content_id >= ?
               ORDER BY content_id LIMIT ?)""",
            (model_id, space, first, _MOVED_AT_ONCE),
        ).fetchone()
        of_piece = "FROM embeddings_of_contents WHERE model_id = ? AND space = ?"
        of_piece += " AND content_id BETWEEN ? AND ?"
        values = (model_id, space, first, last)
        db.execute(
            f"""INSERT OR IGNORE INTO regions (id, content_id, kind)
                SELECT content_id, content_id, 'whole' {of_piece}""",
            values,
        )
        db.execute(
            f"""INSERT INTO embeddings (model_id, region_id, space, pass, vector, revision)
                SELECT model_id, content_id, space, pass, vector, revision {of_piece}""",
            values,
        )
        db.execute(f"DELETE {of_piece}", values)
    db.execute("DROP TABLE embeddings_of_contents")


def add_flags(db: Database) -> None:
    # What a person decided while culling: -1 rejected, 1 picked; NULL: nothing.
    db.execute("ALTER TABLE photos ADD COLUMN flag INTEGER CHECK (flag BETWEEN -1 AND 1)")


def tell_volumes_apart(db: Database) -> None:
    # volume: empty for the root's own, else what names the one mounted below the root; NULL until
    # a scan meets the file. The same path can hold one file on each of several drives.
    # ctime_ns: NULL until a scan notes it, -1 if the file must be hashed again.
    ((last,),) = db.execute(
        "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'files'"
    )
    db.execute("""
        CREATE TABLE new_files (
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
            part_of BLOB,
            sidecar BLOB,
            excluded INTEGER NOT NULL DEFAULT 0 CHECK (excluded IN (0, 1)),
            volume TEXT,
            ctime_ns INTEGER,
            UNIQUE (folder_id, rel_path, volume),
            CHECK (state <> 'known' OR content_id IS NOT NULL)
        ) STRICT""")
    columns = """id, folder_id, rel_path, name, byte_size, mtime_ns, state, content_id,
        missing_since, attempts, error_code, error_detail, part_of, sidecar, excluded"""
    db.execute(f"INSERT INTO new_files ({columns}) SELECT {columns} FROM files")  # noqa: S608
    db.execute("DROP VIEW live_files")
    db.execute("DROP TABLE files")
    db.execute("ALTER TABLE new_files RENAME TO files")
    # A number that was given out is never given again.
    db.execute("DELETE FROM sqlite_sequence WHERE name = 'files'")
    db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('files', ?)", (last,))
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
    db.execute("""
        CREATE INDEX files_parts ON files(folder_id, part_of) WHERE part_of IS NOT NULL""")
    db.execute("CREATE INDEX files_by_volume ON files(folder_id, volume) WHERE volume > ''")
    # Volumes on which files of a root lie; away: not mounted when the root was scanned last.
    db.execute("""
        CREATE TABLE volumes (
            folder_id INTEGER NOT NULL REFERENCES folders(id) ON DELETE CASCADE,
            identity TEXT NOT NULL,
            away INTEGER NOT NULL DEFAULT 0 CHECK (away IN (0, 1)),
            PRIMARY KEY (folder_id, identity)
        ) STRICT, WITHOUT ROWID""")
    db.execute("""
        CREATE VIEW live_files AS
        SELECT id, folder_id, rel_path, name, byte_size, mtime_ns, content_id, part_of, volume
        FROM files WHERE state = 'known' AND missing_since IS NULL""")


_FOLDED_AT_ONCE = 2_048
"""Photos."""


def fold_words(db: Database) -> None:
    # Words are stored as they are asked for, without case, accents and compatibility forms; and
    # whole words of any length have a table of their own, for trigrams find no short ones.
    db.execute("DROP TABLE photo_words")
    db.execute("""
        CREATE VIRTUAL TABLE photo_words
        USING fts5(names, title, tags, texts, tokenize = 'trigram')""")
    # ascii: what is no ASCII is always part of a word; other tokenizers know old Unicode only.
    db.execute("""
        CREATE VIRTUAL TABLE photo_tokens
        USING fts5(words, tokenize = "ascii tokenchars '$+<=>^`|~'")""")
    (last,) = db.execute("SELECT coalesce(max(photo_id), 0) FROM visible_photos").fetchone()
    done = 0
    while done < last:
        rows = db.execute(
            """SELECT p.id,
                   (SELECT group_concat(name, char(31)) FROM
                       (SELECT DISTINCT f.name FROM contents part
                           CROSS JOIN live_files f ON f.content_id = part.id
                           WHERE part.photo_id = p.id)),
                   coalesce(p.title, c.file_title, ''),
                   (SELECT group_concat(label, char(31)) FROM tags t
                       WHERE (photo_id = p.id OR content_id = v.content_id)
                       AND state = 'confirmed' AND NOT EXISTS (SELECT 1 FROM tags r
                           WHERE r.photo_id = p.id AND r.state = 'rejected'
                           AND r.label = t.label COLLATE NOCASE)),
                   coalesce(c.file_description || char(31), '') ||
                       coalesce((SELECT group_concat(replace(text, char(10), ' '), char(31))
                           FROM texts WHERE content_id = v.content_id), '')
               FROM visible_photos v CROSS JOIN photos p ON p.id = v.photo_id
               CROSS JOIN contents c ON c.id = v.content_id
               WHERE v.photo_id > ? ORDER BY v.photo_id LIMIT ?""",
            (done, _FOLDED_AT_ONCE),
        ).fetchall()
        folded, tokens = [], []
        for photo_id, names, title, tags, texts in rows:
            columns = [
                [entry for entry in (column or "").split("\x1f") if entry]
                for column in (names, title, tags, texts)
            ]
            folded.append((photo_id, *("\x1f".join(map(fold, entries)) for entries in columns)))
            entries = [*columns[1], *columns[2], *columns[0], *columns[3]]
            words = " \ue000 ".join(" ".join(split_words(entry)) for entry in entries)
            tokens.append((photo_id, words))
            done = photo_id
        db.conn.executemany(
            "INSERT INTO photo_words (rowid, names, title, tags, texts) VALUES (?, ?, ?, ?, ?)",
            folded,
        )
        db.conn.executemany("INSERT INTO photo_tokens (rowid, words) VALUES (?, ?)", tokens)


def add_unwatched(db: Database) -> None:
    # Folders below a root for which the system had no watch left.
    db.execute("ALTER TABLE folders ADD COLUMN unwatched INTEGER NOT NULL DEFAULT 0")


def add_date_precision(db: Database) -> None:
    """How much of a date is known. What files and sidecars say is read anew by the next scan: more
    of it is understood than before."""
    db.execute("ALTER TABLE contents ADD COLUMN taken_precision TEXT")
    db.execute(
        """UPDATE contents SET taken_precision = CASE
             WHEN taken_source IN ('xmp', 'iptc', 'file_name') AND taken_at % 86400000 = 0
             THEN 'day' ELSE 'time' END
           WHERE taken_at IS NOT NULL"""
    )
    db.execute("UPDATE files SET sidecar = X'00' WHERE state = 'known'")


def add_people_places_and_comments(db: Database) -> None:
    # Names and remarks as files and sidecars have them, set apart by U+001F; read by the scan that
    # the step before asks for.
    for column in ("file_people", "file_location", "file_comments"):
        db.execute(f"ALTER TABLE contents ADD COLUMN {column} TEXT")


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
    give_vectors_to_regions,
    add_flags,
    tell_volumes_apart,
    fold_words,
    add_unwatched,
    add_date_precision,
    add_people_places_and_comments,
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
