"""Which model search uses, and which indexes there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.domain import ModelError
from photofind.worker.messages import Done, FinishBackground, RemoveModelIndex, UseModel

if TYPE_CHECKING:
    from photofind.worker.handlers.base import Handlers
    from photofind.worker.server import Peer


class ModelHandlers:
    """Switches between models and removes their indexes."""

    @property
    def handlers(self) -> Handlers:
        return {
            UseModel: self._refuse,
            RemoveModelIndex: self._refuse,
            FinishBackground: self._finish,
        }

    def _refuse(self, _peer: Peer, _command: UseModel | RemoveModelIndex) -> None:
        raise ModelError("model_incompatible", "This version of photofind knows one model only.")

    def _finish(self, peer: Peer, command: FinishBackground) -> None:
        peer.send(Done(request_id=command.request_id))
