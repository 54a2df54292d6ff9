"""What a person has to allow first: the network, and a licence that is not a free one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from photofind.domain import ModelError
from photofind.network import Network
from photofind.settings import read_settings

if TYPE_CHECKING:
    from photofind.inference.spec import ModelSpec
    from photofind.paths import AppFolders

_OFFLINE_VARIABLE = "HF_HUB_OFFLINE"
_YES = frozenset({"1", "on", "yes", "true"})


def allowed_network(folders: AppFolders, *, offline: bool = False) -> Network:
    """The network, unless it is forbidden here.

    Args:
        offline: `--offline` was given.
    """
    if offline:
        reason = "--offline was given"
    elif read_settings(folders.settings).offline:
        reason = "the setting “offline” forbids it"
    elif os.environ.get(_OFFLINE_VARIABLE, "").lower() in _YES:
        reason = f"the environment variable {_OFFLINE_VARIABLE} forbids it"
    else:
        return Network()
    return Network(forbidden=reason)


def require_accepted(spec: ModelSpec, *, accepted: bool) -> None:
    """Raises ModelError, licence_not_accepted: the licence needs the person's consent first."""
    if spec.accept_licence and not accepted:
        raise ModelError(
            "licence_not_accepted",
            f"“{spec.title}” is under the licence {spec.licence}: {spec.licence_notice}"
            " Read it, then install the model with --accept-licence.",
        )
