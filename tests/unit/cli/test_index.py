from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.cli.index import keep_vectors
from photofind.inference.store import ModelStore
from photofind.paths import app_folders
from photofind.search import library
from photofind.search.engine import SearchEngine
from photofind.search.query import parse
from tests.unit.search.made_up import MadeUpCatalog

if TYPE_CHECKING:
    from pathlib import Path
    from typing import NoReturn

    import pytest


def test_the_first_start_after_an_indexing_reads_no_vector_from_the_catalog(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "KEEPING_PAYS", 3)
    with MadeUpCatalog(data_dir) as catalog:
        for number in range(3):
            catalog.add(f"{number}.jpg")
    folders = app_folders(data_dir)
    keep_vectors(folders)

    def unexpected(*_: object) -> NoReturn:
        raise AssertionError("all vectors were read again")

    monkeypatch.setattr(library, "iterate_vectors", unexpected)
    with SearchEngine(folders, ModelStore(folders)) as engine:
        assert engine.search(parse("a dog"), 10).total == 3


def test_where_nothing_is_indexed_nothing_is_kept(data_dir: Path) -> None:
    with MadeUpCatalog(data_dir):
        pass
    folders = app_folders(data_dir)
    keep_vectors(folders)
    assert not folders.vectors.exists()
