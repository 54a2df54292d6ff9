"""A window over a catalog that the worker has to migrate first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog import migrations
from photofind.catalog.writer import CatalogWriter
from photofind.settings import Settings
from photofind.worker.messages import Hello

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from photofind.paths import AppFolders
    from tests.gui.driver import Driver


def test_a_catalog_from_an_earlier_version_is_waited_for(
    open_window: Callable[..., Driver], empty_folders: AppFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "STEPS", migrations.STEPS[:-1])
    CatalogWriter(empty_folders).close()
    monkeypatch.undo()
    window = open_window(empty_folders)
    window.until(lambda: "being brought up to date" in window.grid.empty_text)
    assert not window.window.banner.isVisible()
    CatalogWriter(empty_folders).close()  # what the worker does first
    window.worker.on_event(Hello(version="1", pid=1, model_key="basic", settings=Settings()))
    window.until(window.window.first_run.isVisible)
    assert not window.window.banner.isVisible()
