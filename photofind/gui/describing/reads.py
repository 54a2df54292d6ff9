"""What captions and questions need to know of the disk, as the errands thread reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.describe.orders import SERVER_PREFIX
from photofind.describe.sheet import read_sheet
from photofind.gui.describing.model_chooser import OfferedModel
from photofind.gui.describing.naming import model_title
from photofind.gui.lazy_reader import LazyReader
from photofind.inference.spec_texts import AnswererSpec
from photofind.inference.store import ModelStore
from photofind.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photofind.describe.sheet import SheetRow
    from photofind.domain import Photo, PhotoId
    from photofind.paths import AppFolders


class DescriptionReads:
    """Every method belongs to the errands thread."""

    def __init__(self, folders: AppFolders) -> None:
        self._reader = LazyReader(folders)
        self._store = ModelStore(folders)
        self._settings = folders.settings

    def answerers(self) -> list[OfferedModel]:
        """The models that answer questions: those installed, then the model server's."""
        installed = self._store.installed(AnswererSpec)
        offered = [OfferedModel(model.spec.key, model.spec.title) for model in installed]
        settings = read_settings(self._settings)
        if settings.model_server and settings.server_model:
            key = f"{SERVER_PREFIX}{settings.server_model}"
            offered.append(OfferedModel(key, model_title(key)))
        return offered

    def photos(self, photo_ids: Sequence[PhotoId]) -> list[Photo]:
        """In the order asked for; photos that are gone are left out."""
        found = self._reader.get().photos(photo_ids)
        return [found[photo_id] for photo_id in photo_ids if photo_id in found]

    def sheet(self, photo_ids: Sequence[PhotoId]) -> list[SheetRow]:
        return read_sheet(self._reader.get(), photo_ids)

    def close(self) -> None:
        self._reader.close()
