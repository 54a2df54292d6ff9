"""Searchable first, perfect later: what comes out in the end is what one pass would have given."""

from __future__ import annotations

import io
import sqlite3
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from photofind.catalog.thumbnails import ThumbnailStore
from photofind.inference.clip import ImageEncoder
from photofind.inference.registry import BASIC
from photofind.inference.spec_search import DualEncoderSpec
from photofind.inference.store import ModelStore
from photofind.media.decode import decode_photo
from photofind.media.identity import hash_file
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.program import Program


def test_what_was_made_from_previews_is_replaced_by_what_one_pass_gives(
    program: Program, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    photos = [
        make_photo(folder / f"{seed}.heic", seed=seed, size=(1600, 1200), thumbnails=[320])
        for seed in range(3)
    ]
    assert program.document("index", folder, "--no-refine")["new"] == 3
    # How far the second pass got before the worker ended is a matter of luck.
    forget_second_pass(program)
    status = program.document("status")
    assert (status["ready"], status["refining"]) == (3, 3)
    assert "all searchable, refining" in program.run("status").out
    assert len(program.hit_names("search", "a colourful pattern")) == 3

    program.document("index")
    status = program.document("status")
    assert (status["ready"], status["refining"], status["failed"]) == (3, 0, 0)
    for photo in photos:
        assert max(thumbnail_of(program, photo).size) == 512
        for space, expected in embed_at_once(program, photo).items():
            assert np.array_equal(stored(program, photo, space), expected)


def forget_second_pass(program: Program) -> None:
    """All vectors and thumbnails are those of something else, as if of a preview."""
    connection = sqlite3.connect(program.folders.catalog)
    try:
        with connection:
            connection.execute(
                """UPDATE embeddings SET pass = 1, vector = (SELECT e.vector FROM embeddings e
                   WHERE e.space = embeddings.space ORDER BY e.region_id LIMIT 1)"""
            )
        hashes = connection.execute("SELECT sha256 FROM contents").fetchall()
    finally:
        connection.close()
    small = io.BytesIO()
    Image.new("RGB", (320, 240)).save(small, "JPEG")
    with ThumbnailStore(program.folders.thumbnails) as store:
        store.put({sha256: small.getvalue() for (sha256,) in hashes})


def thumbnail_of(program: Program, photo: Path) -> Image.Image:
    with ThumbnailStore(program.folders.thumbnails) as store:
        encoded = store.get(hash_file(photo))
    assert encoded is not None
    return Image.open(io.BytesIO(encoded))


def embed_at_once(program: Program, photo: Path) -> dict[str, np.ndarray]:
    """What indexing the whole picture at once gives."""
    model = ModelStore(program.folders).find(BASIC.key, DualEncoderSpec)
    decoded = decode_photo(photo, (model.spec.preprocess.geometry,))
    found = ImageEncoder(model).encode(decoded.tensors)
    assert found.similar is not None
    return {
        "search": found.search[0].astype("<f2"),
        "similar": found.similar[0].astype("<f2"),
    }


def stored(program: Program, photo: Path, space: str) -> np.ndarray:
    connection = sqlite3.connect(program.folders.catalog)
    try:
        (blob,) = connection.execute(
            """SELECT vector FROM embeddings e JOIN contents c ON c.id = e.region_id
               WHERE c.sha256 = ? AND e.space = ?""",
            (hash_file(photo), space),
        ).fetchone()
    finally:
        connection.close()
    return np.frombuffer(blob, "<f2")
