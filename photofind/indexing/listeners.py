"""Listener interfaces for what happens to the indexes of models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photofind.domain import ContentId, ModelError, PhotofindError
    from photofind.indexing.models import IndexModel


class BackgroundListener(Protocol):
    """Receives the results of background work, on the embedding threads."""

    def model_failed(self, model: IndexModel, error: ModelError) -> bool:
        """A model's files are gone or damaged; returns whether another one stands in now."""

    def photos_refined(self, content_ids: Sequence[ContentId]) -> None:
        """These contents, which could be found before, have better vectors and thumbnails."""

    def model_complete(self, model: IndexModel) -> None:
        """A model beside the active one knows every photo within reach."""

    def background_began(self) -> None:
        """Something else is being done from now on."""

    def background_ended(self, error: PhotofindError | None) -> None:
        """Nothing is left to do in the background that can be done now, or it had to stop."""
