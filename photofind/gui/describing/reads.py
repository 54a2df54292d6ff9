"""What captions and questions need from the disk; read on the background-calls thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.photos import read_photos
from photofind.describe.job_params import SERVER_PREFIX
from photofind.describe.photo_export import read_export_rows
from photofind.gui.describing.model_chooser import OfferedModel
from photofind.gui.lazy_reader import LazyReader
from photofind.gui.wording import model_title
from photofind.inference.spec_texts import AnswererSpec
from photofind.inference.store import ModelStore

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from photofind.describe.photo_export import ExportRow
    from photofind.domain import Photo, PhotoId
    from photofind.paths import AppFolders
    from photofind.settings import Settings


class DescriptionReads:
    """Every method is called on the background-calls thread."""

    def __init__(self, folders: AppFolders, settings: Callable[[], Settings]) -> None:
        """
        Args:
            settings: gives the settings as they are now, on any thread.
        """
        self._reader = LazyReader(folders)
        self._store = ModelStore(folders)
        self._settings = settings

    def answerers(self) -> list[OfferedModel]:
        """The models that answer questions: those installed, then the model server's."""
        installed = self._store.installed(AnswererSpec)
        offered = [OfferedModel(model.spec.key, model.spec.title) for model in installed]
        settings = self._settings()
        if settings.model_server and settings.server_model:
            key = f"{SERVER_PREFIX}{settings.server_model}"
            offered.append(OfferedModel(key, model_title(key)))
        return offered

    def photos(self, photo_ids: Sequence[PhotoId]) -> list[Photo]:
        """In the order asked for; photos that are gone are left out."""
        with self._reader.get().snapshot() as snapshot:
            found = read_photos(snapshot, photo_ids)
        return [found[photo_id] for photo_id in photo_ids if photo_id in found]

    def export_rows(self, photo_ids: Sequence[PhotoId]) -> list[ExportRow]:
        return read_export_rows(self._reader.get(), photo_ids)

    def close(self) -> None:
        self._reader.close()
