"""What a person has to allow first: the network, and a licence that is not a free one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from photofind.domain import ModelError
from photofind.network import Network
from photofind.paths import OFFLINE_VARIABLE
from photofind.sentences import Sentence
from photofind.settings import read_settings

if TYPE_CHECKING:
    from photofind.inference.spec import ModelSpec
    from photofind.paths import AppFolders

_HUB_OFFLINE_VARIABLE = "HF_HUB_OFFLINE"
_NO = frozenset({"", "0", "off", "no", "false"})


def allowed_network(folders: AppFolders, *, offline: bool | None = None) -> Network:
    """The network, unless it is forbidden.

    Args:
        offline: the person's choice (`Settings.offline`), where it is known better than from the
            settings file, which lags behind and isn't written while no worker can be started.
    """
    if _is_set(OFFLINE_VARIABLE):
        return Network(
            forbidden=Sentence(
                "--offline was given, or {variable} is set", variable=OFFLINE_VARIABLE
            )
        )
    if read_settings(folders).offline if offline is None else offline:
        return Network(
            forbidden=Sentence(
                "“Never go online” is switched on in photofind's window, under Models…, at the "
                "bottom left"
            )
        )
    if _is_set(_HUB_OFFLINE_VARIABLE):
        return Network(
            forbidden=Sentence(
                "the environment variable {variable} forbids it", variable=_HUB_OFFLINE_VARIABLE
            )
        )
    return Network()


def _is_set(variable: str) -> bool:
    return os.environ.get(variable, "").strip().lower() not in _NO


def require_accepted(spec: ModelSpec, *, accepted: bool) -> None:
    """Raises ModelError, licence_not_accepted: the licence needs the person's consent first."""
    if spec.accept_licence and not accepted:
        raise ModelError(
            "licence_not_accepted",
            "“{model}” is under the licence {licence}: {licence_notice} Read it, then "
            "install the model with --accept-licence.",
            model=spec.title,
            licence=spec.licence,
            licence_notice=spec.licence_notice,
        )
