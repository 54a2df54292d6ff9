from __future__ import annotations

import math
import os
import sys
from typing import TYPE_CHECKING

import pytest

from photofind.domain import PhotofindError
from photofind.inference.clip import ImageEncoder
from photofind.inference.labels import first_tags
from photofind.inference.registry import BASIC
from photofind.inference.spec_search import DualEncoderSpec
from photofind.inference.store import ModelStore
from photofind.media.decode import decode_photo
from photofind.search.evaluate import evaluate
from tests.unit.search.made_up import MadeUpCatalog, near

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.inference.clip import TextEncoder
    from photofind.search.engine import SearchEngine


@pytest.fixture
def animals(catalog: MadeUpCatalog, text_encoder: TextEncoder) -> MadeUpCatalog:
    """A photo of a dog, one of a bus, and 20 that fit "a dog" better than the bus does."""
    dog, bus = text_encoder.encode(["a dog", "a red bus"])
    catalog.add("dog.jpg", near(dog, 0.9))
    catalog.add("bus.jpg", near(bus, 0.9))
    for number in range(20):
        catalog.add(f"{number}.jpg", near(dog, 0.6, number))
    return catalog


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_recall_counts_where_the_photo_comes(
    animals: MadeUpCatalog, engine: SearchEngine, tmp_path: Path
) -> None:
    captions = write(
        tmp_path / "c.tsv",
        "dog.jpg\ta dog\nbus.jpg\ta red bus\n3.jpg\ta red bus\nbus.jpg\ta dog\n",
    )
    report = evaluate(engine, captions)
    assert (report.images, report.queries, report.skipped) == (22, 4, 0)
    assert report.recall_at_1 == 0.5
    assert report.recall_at_10 <= 0.75
    assert report.median_rank > 1
    assert report.mean_ms > 0


def test_lines_that_ask_nothing_are_skipped(
    animals: MadeUpCatalog, engine: SearchEngine, tmp_path: Path
) -> None:
    lines = [
        "file\tcaption",  # a heading
        "no tab here",
        "",
        "unknown.jpg\ta dog",
        "dog.jpg\t",
        "dog.jpg\t   ",
        "dog.jpg\t" + "x" * 3_000,
        "\ta dog",
        "dog.jpg\ta dog",
    ]
    report = evaluate(engine, write(tmp_path / "c.tsv", "\n".join(lines)))
    assert (report.queries, report.skipped, report.recall_at_1) == (1, 8, 1.0)


def test_bom_windows_line_ends_and_undecodable_bytes_do_no_harm(
    animals: MadeUpCatalog, engine: SearchEngine, tmp_path: Path
) -> None:
    raw = b"\xef\xbb\xbfdog.jpg\ta dog\r\ndog.jpg\ta dog \xff\r\n\xff.jpg\ta dog\r\n"
    report = evaluate(engine, write(tmp_path / "c.tsv", raw))
    assert (report.queries, report.skipped) == (2, 1)


def test_a_tab_in_the_caption_belongs_to_it(
    animals: MadeUpCatalog, engine: SearchEngine, tmp_path: Path
) -> None:
    report = evaluate(engine, write(tmp_path / "c.tsv", "dog.jpg\ta\tdog"))
    assert (report.queries, report.recall_at_1) == (1, 1.0)


def test_any_photo_of_the_name_counts(
    animals: MadeUpCatalog, engine: SearchEngine, tmp_path: Path
) -> None:
    animals.add("other/dog.jpg")
    report = evaluate(engine, write(tmp_path / "c.tsv", "dog.jpg\ta dog"))
    assert (report.images, report.recall_at_1) == (23, 1.0)


def test_names_in_another_normal_form_are_the_same(
    catalog: MadeUpCatalog, engine: SearchEngine, tmp_path: Path
) -> None:
    catalog.add("Cafe\u0301.jpg")
    report = evaluate(engine, write(tmp_path / "c.tsv", "Caf\u00e9.jpg\ta dog"))
    assert (report.queries, report.median_rank) == (1, 1)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems take no such file names")
def test_a_name_that_is_not_unicode_is_found(
    catalog: MadeUpCatalog, engine: SearchEngine, tmp_path: Path
) -> None:
    catalog.add(os.fsdecode(b"caf\xe9.jpg"))
    report = evaluate(engine, write(tmp_path / "c.tsv", b"caf\xe9.jpg\ta dog"))
    assert report.queries == 1


def test_without_queries_there_is_no_recall(engine: SearchEngine, tmp_path: Path) -> None:
    report = evaluate(engine, write(tmp_path / "c.tsv", "dog.jpg\ta dog\n"))
    assert (report.images, report.queries, report.skipped) == (0, 0, 1)
    assert math.isnan(report.recall_at_1)
    assert math.isnan(report.median_rank)
    assert math.isnan(report.mean_ms)


@pytest.mark.parametrize("name", ["missing.tsv", "."])
def test_a_file_that_cant_be_read_is_named(engine: SearchEngine, tmp_path: Path, name: str) -> None:
    with pytest.raises(PhotofindError, match="can't be read") as caught:
        evaluate(engine, tmp_path / name)
    assert caught.value.code == "captions_unreadable"


def test_captions_of_real_photos_find_them(
    catalog: MadeUpCatalog, engine: SearchEngine, fixtures_dir: Path
) -> None:
    """The published scores of the built-in model hold through the whole search."""
    folder = fixtures_dir / "coco-ccby"
    model = ModelStore(catalog.folders).find(BASIC.key, DualEncoderSpec)
    encoder = ImageEncoder(model)
    for path in sorted(folder.glob("*.jpg")):
        decoded = decode_photo(path, [BASIC.preprocess.geometry])
        seen = encoder.encode(decoded.tensors)
        assert seen.similar is not None
        assert seen.posterior is not None
        tags = first_tags(model, seen.posterior[0])
        catalog.add(path.name, seen.search[0], seen.similar[0], tags=tags)
    report = evaluate(engine, folder / "captions.tsv")
    assert (report.images, report.queries, report.skipped) == (51, 255, 0)
    assert report.recall_at_1 >= 0.594
    assert report.recall_at_5 >= 0.943
    assert report.recall_at_10 >= 0.959
    assert report.median_rank == 1
