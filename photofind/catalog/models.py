"""Models: which one search uses, how far the index of each is, and how an index goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from photofind.catalog.tags import TagSource
from photofind.domain import ModelId, Space

if TYPE_CHECKING:
    from photofind.catalog.transactions import Snapshot, Transaction


SEARCH_TASK = "search"
"""`models.task` of the dual encoders that search uses."""


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model that the catalog holds vectors of, or is to.

    Attributes:
        key: catalog key; the part before "@" is the model's key for people.
        dim: length of its search vectors.
        active: search uses it.
        chosen: it takes the active one's place as soon as its index is complete.
        removing: its vectors are being deleted.
    """

    id: ModelId
    key: str
    dim: int
    active: bool
    chosen: bool
    removing: bool

    @property
    def people_key(self) -> str:
        """The model's key for people, which says nothing of weights and revisions."""
        return self.key.partition("@")[0]


def same_weights(one: str, other: str) -> bool:
    """Whether vectors under two catalog keys may be compared with the same words: only the
    preparation of pictures or our own quantisation differs."""
    return _weights(one) == _weights(other)


def _weights(catalog_key: str) -> tuple[str, str]:
    key, _, version = catalog_key.partition("@")
    return key, version.partition(".")[0]


@dataclass(frozen=True, slots=True)
class ModelIndex(ModelRow):
    """A model and how complete its index is.

    Attributes:
        photos: photos that can be found, whatever this model knows of them.
        embedded: of these, those it has a vector of.
        first_pass: of the embedded, those whose vector is from a preview and will be replaced.
        left_out: of the others, those whose picture can't be read; they are not waited for.
    """

    photos: int
    embedded: int
    first_pass: int
    left_out: int

    @property
    def waiting(self) -> int:
        """Photos that it still has to embed before search can use it for all."""
        return self.photos - self.embedded - self.left_out

    @property
    def complete(self) -> bool:
        """Whether choosing it switches at once."""
        return self.waiting == 0 and not self.removing


_WITH_VECTOR = """
    SELECT e.pass, count(*) FROM visible_photos v
    CROSS JOIN embeddings e ON e.model_id = ? AND e.pass IN (1, 2) AND e.region_id = v.content_id
    WHERE e.space = 'search' GROUP BY e.pass"""


LACKS_VECTOR = """
    NOT EXISTS (SELECT 1 FROM embeddings e WHERE e.space = 'search' AND e.model_id = :model
        AND e.pass IN (1, 2) AND e.region_id = v.content_id)"""
"""Of a visible photo v; the literals let SQLite use the index that holds no vectors."""


_LEFT_OUT = f"""
    SELECT count(*) FROM background_attempts a
    CROSS JOIN visible_photos v ON v.content_id = a.content_id
    WHERE a.state = 'failed' AND {LACKS_VECTOR}"""  # noqa: S608


def read_active_model(snapshot: Snapshot) -> tuple[ModelId, str] | None:
    """Number and catalog key of the model that search uses."""
    row = snapshot.execute(
        "SELECT id, key FROM models WHERE active = 1 AND task = ?", (SEARCH_TASK,)
    ).fetchone()
    return None if row is None else (ModelId(row[0]), row[1])


def read_models(snapshot: Snapshot) -> list[ModelRow]:
    """The search models that the catalog knows, in the order they were begun."""
    rows = snapshot.execute(
        "SELECT id, key, dim, active, chosen, removing FROM models WHERE task = ? ORDER BY id",
        (SEARCH_TASK,),
    )
    return [
        ModelRow(ModelId(model_id), key, dim, bool(active), bool(chosen), bool(removing))
        for model_id, key, dim, active, chosen, removing in rows
    ]


def read_model_asked_for(snapshot: Snapshot, since_s: float) -> str | None:
    """Catalog key of the search model that a person asked for last, if that was after a
    moment.

    Args:
        since_s: unix seconds.
    """
    row = snapshot.execute(
        """SELECT key FROM models WHERE task = ? AND asked_at > ? AND removing = 0
           ORDER BY asked_at DESC LIMIT 1""",
        (SEARCH_TASK, since_s),
    ).fetchone()
    return None if row is None else str(row[0])


def read_model_indexes(snapshot: Snapshot) -> list[ModelIndex]:
    """How complete the index of every search model is, in the order they were begun.

    Costs about 0.5 µs a photo and model.
    """
    photos = int(snapshot.execute("SELECT count(*) FROM visible_photos").fetchone()[0])
    indexes = []
    for row in read_models(snapshot):
        by_pass: dict[int, int] = dict(snapshot.execute(_WITH_VECTOR, (row.id,)).fetchall())
        left_out = snapshot.execute(_LEFT_OUT, {"model": row.id}).fetchone()[0]
        indexes.append(
            ModelIndex(
                row.id,
                row.key,
                row.dim,
                row.active,
                row.chosen,
                row.removing,
                photos,
                embedded=sum(by_pass.values()),
                first_pass=by_pass.get(1, 0),
                left_out=left_out,
            )
        )
    return indexes


def ensure_model(tx: Transaction, key: str, task: str, dim: int) -> ModelId:
    """The number under which vectors of this model are kept; `dim` is its search space's."""
    row = tx.execute(
        """INSERT INTO models (key, task, dim) VALUES (?, ?, ?)
           ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING id""",
        (key, task, dim),
    ).fetchone()
    return ModelId(row[0])


def activate_model(tx: Transaction, model_id: ModelId) -> None:
    """Makes this the model that search uses, at once; another one keeps its index."""
    tx.execute(
        """UPDATE models SET active = 0 WHERE id <> ?1
           AND task = (SELECT task FROM models WHERE id = ?1)""",
        (model_id,),
    )
    tx.execute("UPDATE models SET active = 1, chosen = 0, removing = 0 WHERE id = ?", (model_id,))


def choose_model(tx: Transaction, model_id: ModelId | None) -> None:
    """Notes the model that is to take the active one's place when its index is complete;
    None: no other is wanted."""
    tx.execute("UPDATE models SET chosen = 0 WHERE task = ?", (SEARCH_TASK,))
    tx.execute(
        "UPDATE models SET chosen = 1 WHERE id = ? AND task = ? AND active = 0 AND removing = 0",
        (model_id, SEARCH_TASK),
    )


def note_model_asked_for(tx: Transaction, model_id: ModelId, now_s: float) -> None:
    """Notes that a person asked for a model.

    Args:
        now_s: unix seconds.
    """
    tx.execute("UPDATE models SET asked_at = ? WHERE id = ?", (now_s, model_id))


def begin_model_removal(tx: Transaction, model_id: ModelId) -> None:
    """Notes that a model's index is to go (`remove_model_vectors`); never the active one's."""
    tx.execute(
        "UPDATE models SET removing = 1, chosen = 0 WHERE id = ? AND active = 0", (model_id,)
    )


def remove_model_vectors(tx: Transaction, model_id: ModelId, at_most: int) -> int | None:
    """Deletes the vectors of some regions from an index that is being removed.

    Returns:
        Of how many whole pictures; None when the index is gone altogether.
    """
    removing = tx.execute(
        "SELECT 1 FROM models WHERE id = ? AND removing = 1", (model_id,)
    ).fetchone()
    if removing is None:
        return None
    regions = tx.execute(
        """SELECT e.region_id, r.kind = 'whole' FROM embeddings e
           CROSS JOIN regions r ON r.id = e.region_id
           WHERE e.space = 'search' AND e.model_id = ? LIMIT ?""",
        (model_id, at_most),
    ).fetchall()
    if not regions:
        tx.execute("DELETE FROM embeddings WHERE model_id = ?", (model_id,))
        _forget(tx, model_id)
        return None
    tx.executemany(
        "DELETE FROM embeddings WHERE model_id = ? AND space = ? AND region_id = ?",
        [(model_id, space.value, region_id) for space in Space for region_id, _ in regions],
    )
    return int(sum(is_whole for _, is_whole in regions))


def _forget(tx: Transaction, model_id: ModelId) -> None:
    """The row goes with what only this model says; what a person confirmed stays."""
    source = TagSource.MODEL.value
    tx.execute(
        "DELETE FROM tags WHERE model_id = ? AND source = ? AND state <> 'confirmed'",
        (model_id, source),
    )
    tx.execute("UPDATE tags SET model_id = NULL WHERE model_id = ?", (model_id,))
    tx.execute("DELETE FROM models WHERE id = ?", (model_id,))
