"""The installed models that write about pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import psutil

from photofind.describe.job_params import ANSWERER_MISSING, CAPTIONER_MISSING
from photofind.describe.runner import AvailableModel
from photofind.describe.text_reading import find_reader
from photofind.domain import ModelError
from photofind.inference import registry
from photofind.inference.blip.models import BlipAnswerer, BlipCaptioner
from photofind.inference.spec_texts import AnswererSpec, CaptionerSpec

if TYPE_CHECKING:
    from photofind.inference.describing import Answerer, Captioner
    from photofind.inference.reading import TextReader
    from photofind.inference.spec import ModelSpec
    from photofind.inference.store import InstalledModel, ModelStore

SpecT = TypeVar("SpecT", bound="ModelSpec")


class InstalledModels:
    """Finds the model for a job; looks at the disk each time, because models come and go."""

    def __init__(self, store: ModelStore) -> None:
        self._store = store
        # A person waits, or nothing else is done: all cores may work on one photo.
        self._threads = psutil.cpu_count(logical=False) or 1

    def find_captioner(self, key: str) -> AvailableModel[Captioner]:
        """The model of this key; with "" the first that is installed.

        Raises:
            ModelError: captioner_missing, none is installed; model_missing, this one is not.
        """
        installed = self._find(key, CaptionerSpec, CAPTIONER_MISSING, "describes photos")
        return AvailableModel(
            installed.spec.catalog_key, lambda: BlipCaptioner(installed, threads=self._threads)
        )

    def find_answerer(self, key: str) -> AvailableModel[Answerer]:
        """As `find_captioner`, of those that answer questions (answerer_missing)."""
        installed = self._find(
            key, AnswererSpec, ANSWERER_MISSING, "answers questions about photos"
        )
        return AvailableModel(
            installed.spec.catalog_key, lambda: BlipAnswerer(installed, threads=self._threads)
        )

    def find_reader(self) -> AvailableModel[TextReader]:
        """What reads text in pictures.

        Raises:
            ModelError: model_missing, with what to do about it.
        """
        return find_reader(self._store)

    def _find(self, key: str, kind: type[SpecT], code: str, purpose: str) -> InstalledModel[SpecT]:
        if key:
            return self._store.find(key, kind)
        for installed in self._store.installed(kind):
            return installed
        first = registry.specs_of(kind)[0]
        size = round((first.download_bytes or 0) / 1e6)
        raise ModelError(
            code,
            "No model that {purpose} is installed. Install one (a download of {size} MB, "
            "licence {licence}) with: photofind models install {key}",
            purpose=purpose,
            size=size,
            licence=first.licence,
            key=first.key,
        )
