"""One question to the catalog, or one change of it, as an expression."""

from __future__ import annotations

from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from photofind.catalog import contents
from photofind.catalog.editing import edit_photos
from photofind.domain import EditedField, PhotoEdit
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from photofind.catalog.contents import EmbeddedContent
    from photofind.catalog.reader import CatalogReader
    from photofind.catalog.transactions import Snapshot, Transaction
    from photofind.catalog.writer import CatalogWriter
    from photofind.domain import ContentId, MediaCode, ModelId, PhotoId

P = ParamSpec("P")
T = TypeVar("T")


def read(
    reader: CatalogReader,
    question: Callable[Concatenate[Snapshot, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    with reader.snapshot() as snapshot:
        return question(snapshot, *args, **kwargs)


def write(
    writer: CatalogWriter,
    change: Callable[Concatenate[Transaction, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    with writer.transaction() as tx:
        return change(tx, *args, **kwargs)


def complete(writer: CatalogWriter, embedded: Sequence[EmbeddedContent], model_id: ModelId) -> None:
    with writer.transaction(landing=[each.content_id for each in embedded]) as tx:
        contents.complete_contents(tx, embedded, model_id)


def fail_content(writer: CatalogWriter, content_id: ContentId, code: MediaCode, detail: str) -> int:
    with writer.transaction(landing=[content_id]) as tx:
        return contents.fail_content(tx, content_id, code, Sentence(detail))


def release(writer: CatalogWriter, content_ids: Collection[ContentId]) -> None:
    with writer.transaction(landing=content_ids) as tx:
        contents.release_contents(tx, content_ids)


def change_tags(
    tx: Transaction,
    photo_ids: Sequence[PhotoId],
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
) -> None:
    """A person gives photos labels and takes some off."""
    edit_photos(
        tx,
        [
            PhotoEdit(field=EditedField.TAG, photo_ids=tuple(photo_ids), value=value, label=label)
            for value, labels in ((1, add), (0, remove))
            for label in labels
        ],
    )
