"""What people read in place of a model's catalog key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from photofind.describe.orders import SERVER_PREFIX
from photofind.inference import registry
from photofind.inference.spec import short_key

if TYPE_CHECKING:
    from collections.abc import Iterable


def model_title(catalog_key: str) -> str:
    """The model's name; what came from a model server says so."""
    if catalog_key.startswith(SERVER_PREFIX):
        marked = QCoreApplication.translate("Describing", "{name} · from the model server")
        return marked.format(name=catalog_key.removeprefix(SERVER_PREFIX))
    key = short_key(catalog_key)
    return next((spec.title for spec in registry.ALL if spec.key == key), key)


def model_titles(catalog_keys: Iterable[str]) -> dict[str, str]:
    """The names of several models, by catalog key."""
    return {key: model_title(key) for key in catalog_keys}
