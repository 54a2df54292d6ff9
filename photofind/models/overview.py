"""Every model as a person sees it: what it is, and how far it is installed and used here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from photofind.inference import registry
from photofind.inference.spec import ModelSpec

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from photofind.catalog.models import ModelIndex
    from photofind.inference.store import InstalledModel, ModelStore


@dataclass(frozen=True, slots=True)
class ModelState:
    """One model.

    Attributes:
        spec: the registry's, or the installed one's, which says more.
        installed: None when it isn't.
        active: search uses it.
        index: how far the photos are indexed with it; None: not at all.
        arrived: a part of its download is kept.
    """

    spec: ModelSpec
    installed: InstalledModel[ModelSpec] | None
    active: bool
    index: ModelIndex | None = None
    arrived: bool = False

    @property
    def disk_bytes(self) -> int | None:
        """What its files take; None when it is not installed."""
        if self.installed is None:
            return None
        return sum(file.bytes or 0 for file in self.installed.spec.files)


def list_models(
    store: ModelStore, indexes: Sequence[ModelIndex], arrived: Collection[str] = ()
) -> tuple[ModelState, ...]:
    """Every model of the registry, then those that were imported.

    Args:
        indexes: what the catalog holds; before there is any, search will use the built-in model.
        arrived: keys of models of whose download a part is kept.
    """
    by_key = {index.key.partition("@")[0]: index for index in indexes}
    active = next((key for key, index in by_key.items() if index.active), registry.BASIC.key)
    installed = {model.spec.key: model for model in store.installed(ModelSpec)}
    specs = {spec.key: spec for spec in (*registry.ALL, *_specs(installed.values()))}
    return tuple(
        ModelState(spec, installed.get(key), key == active, by_key.get(key), key in arrived)
        for key, spec in specs.items()
    )


def _specs(models: Iterable[InstalledModel[ModelSpec]]) -> Iterable[ModelSpec]:
    return (model.spec for model in models)
