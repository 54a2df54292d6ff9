"""What a person has to allow first: the network, and a licence that is not a free one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from photofind.domain import ModelError
from photofind.network import Network
from photofind.paths import OFFLINE_VARIABLE
from photofind.settings import read_settings

if TYPE_CHECKING:
    from photofind.inference.spec import ModelSpec
    from photofind.paths import AppFolders

_HUB_OFFLINE_VARIABLE = "HF_HUB_OFFLINE"
_NO = frozenset({"", "0", "off", "no", "false"})


def allowed_network(folders: AppFolders) -> Network:
    """The network, unless it is forbidden here."""
    return network_if(offline=read_settings(folders.settings).offline)


def network_if(*, offline: bool) -> Network:
    """The network, unless it is forbidden.

    Args:
        offline: the person's own choice (`Settings.offline`).
    """
    if _is_set(OFFLINE_VARIABLE):
        return Network(forbidden=f"--offline was given, or {OFFLINE_VARIABLE} is set")
    if offline:
        return Network(
            forbidden="“Never go online” is switched on, in photofind's window under Models…, at"
            " the bottom left"
        )
    if _is_set(_HUB_OFFLINE_VARIABLE):
        return Network(forbidden=f"the environment variable {_HUB_OFFLINE_VARIABLE} forbids it")
    return Network()


def _is_set(variable: str) -> bool:
    return os.environ.get(variable, "").strip().lower() not in _NO


def require_accepted(spec: ModelSpec, *, accepted: bool) -> None:
    """Raises ModelError, licence_not_accepted: the licence needs the person's consent first."""
    if spec.accept_licence and not accepted:
        raise ModelError(
            "licence_not_accepted",
            f"“{spec.title}” is under the licence {spec.licence}: {spec.licence_notice}"
            " Read it, then install the model with --accept-licence.",
        )
