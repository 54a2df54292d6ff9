"""RAW, JPEG and film come, go, move and change in any order: no photo is lost, none is doubled."""

from __future__ import annotations

import random
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from photofind.catalog.claims import ClaimOutcome, IdentifiedFile, claim_files
from photofind.catalog.files import find_photo_at
from photofind.catalog.folders import add_folder
from photofind.catalog.models import activate_model, ensure_model
from photofind.catalog.photos import read_photos
from photofind.catalog.reader import CatalogReader
from photofind.catalog.status import read_status
from photofind.catalog.writer import CatalogWriter
from photofind.domain import Capture, PhotoId
from photofind.indexing.scanning import scan_folder
from photofind.indexing.unresponsive_roots import UnresponsiveRoots
from photofind.media.identity import hash_file
from photofind.media.pairs import pair_parts
from photofind.paths import app_folders
from tests.plugins.catalog import complete, read, write
from tests.unit.catalog.library import SEARCH_DIM, check_catalog, embedded

if TYPE_CHECKING:
    from photofind.catalog.contents import EmbeddedContent
    from photofind.indexing.queue import WorkItem

_FOLDERS = st.sampled_from(["a", "b"])
_NAMES = st.sampled_from(["1.jpg", "1.cr2", "1.mov", "2.jpg", "2.cr2"])
_STEMS = st.sampled_from(["1", "2"])
_CONTENTS = st.sampled_from(["red", "green", "blue"])


class PartHistories(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.scratch = Path(tempfile.mkdtemp(prefix="photofind-parts-"))
        self.root = self.scratch / "photos"
        self.root.mkdir()
        (self.root / "always.jpg").write_text("an empty folder would pass for an unplugged one")
        self.writer = CatalogWriter(app_folders(self.scratch / "data"))
        self.reader = CatalogReader(app_folders(self.scratch / "data"))
        self.model = write(self.writer, ensure_model, "test@1.p1.q1", "search", SEARCH_DIM)
        write(self.writer, activate_model, self.model)
        self.folder = write(self.writer, add_folder, self.root, None)
        self.rated: set[bytes] = set()
        self.clock = 1
        self.seed = random.Random(1)
        self.look()

    def teardown(self) -> None:
        self.reader.close()
        self.writer.close()
        check_catalog(app_folders(self.scratch / "data").catalog)
        shutil.rmtree(self.scratch)

    def on_disk(self) -> list[Path]:
        return sorted(path for path in self.root.rglob("*") if path.is_file())

    @rule(folder=_FOLDERS, name=_NAMES, content=_CONTENTS)
    def write(self, folder: str, name: str, content: str) -> None:
        path = self.root / folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{path.suffix} {content}" + " " * self.clock)
        path.write_text(f"{path.suffix} {content}")
        self.clock += 1

    @rule(folder=_FOLDERS, name=_NAMES)
    def delete(self, folder: str, name: str) -> None:
        (self.root / folder / name).unlink(missing_ok=True)

    @rule(folder=_FOLDERS, stem=_STEMS, to=_FOLDERS, new=_STEMS)
    def move_both(self, folder: str, stem: str, to: str, new: str) -> None:
        for path in list((self.root / folder).glob(f"{stem}.*")):
            self.move(folder, path.name, to, new + path.suffix)

    @rule(folder=_FOLDERS, name=_NAMES, to=_FOLDERS, new=_STEMS)
    def move_one(self, folder: str, name: str, to: str, new: str) -> None:
        self.move(folder, name, to, new + Path(name).suffix)

    def move(self, folder: str, name: str, to: str, new: str) -> None:
        path = self.root / folder / name
        if path.exists():
            (self.root / to).mkdir(exist_ok=True)
            path.rename(self.root / to / new)

    @rule(folder=_FOLDERS, name=_NAMES)
    def rate(self, folder: str, name: str) -> None:
        photo_id = read(self.reader, find_photo_at, self.root / folder / name)
        if photo_id is not None:
            with self.writer.transaction() as tx:
                tx.execute("UPDATE photos SET rating = 5 WHERE id = ?", (photo_id,))
                self.rated |= {
                    sha256
                    for (sha256,) in tx.execute(
                        """SELECT sha256 FROM contents c JOIN live_files f ON f.content_id = c.id
                           WHERE photo_id = ?""",
                        (photo_id,),
                    )
                }

    @rule(folder=_FOLDERS, name=_NAMES)
    def look_at_one(self, folder: str, name: str) -> None:
        self._look([f"{folder}/{name}".encode()])

    def _look(self, parts: list[bytes] | None) -> None:
        queued: list[WorkItem] = []
        scan_folder(
            self.folder,
            parts,
            reader=self.reader,
            writer=self.writer,
            enqueue=queued.extend,
            found=lambda _: None,
            stopped=lambda: False,
            answering=UnresponsiveRoots(lambda *_: None, lambda *_: None),
        )
        # Threads finish in any order.
        self.seed.shuffle(queued)
        for item in queued:
            if not item.path.exists():
                continue
            status = item.path.stat()
            identified = IdentifiedFile(
                item.file_id, status.st_size, status.st_mtime_ns, hash_file(item.path)
            )
            (claim,) = write(self.writer, claim_files, [identified])
            if claim.outcome is ClaimOutcome.NEW:
                assert item.path.suffix != ".mov"
                assert claim.content_id is not None
                complete(self.writer, [self.describe(claim.content_id)], self.model)

    @staticmethod
    def describe(content_id: int) -> EmbeddedContent:
        return embedded(content_id, Capture())  # type: ignore[arg-type]

    @invariant()
    def catalog_is_sound(self) -> None:
        check_catalog(app_folders(self.scratch / "data").catalog)

    @rule()
    def look(self) -> None:
        self._look(None)
        self._look(None)  # what was copied before it was gone from its old place is settled now
        by_folder: dict[Path, list[str]] = {}
        for path in self.on_disk():
            by_folder.setdefault(path.parent, []).append(path.name)
        groups = [
            (folder, group)
            for folder, names in by_folder.items()
            for group in pair_parts(names, ignores_case=False)
        ]
        parts = {
            hash_file(folder / name)
            for folder, group in groups
            for name in (*group.raws, *group.films)
        }
        for folder, group in groups:
            sha256 = hash_file(folder / group.primary)
            photo_id = self.photo_at(folder / group.primary)
            # A copy of a RAW that lies beside its JPEG elsewhere is one more place of that photo.
            assert (
                sha256 in parts
                or read(self.reader, read_photos, [photo_id])[photo_id].sha256 == sha256
            )
            for name in (group.primary, *group.raws, *group.films):
                own_id = self.photo_at(folder / name)
                if hash_file(folder / name) in self.rated:
                    assert read(self.reader, read_photos, [own_id])[own_id].rating == 5
        status = read(self.reader, read_status, lambda _: True)
        assert (status.pending, status.failed) == (0, 0)

    def photo_at(self, path: Path) -> PhotoId:
        photo_id = read(self.reader, find_photo_at, path)
        assert photo_id is not None, path
        return photo_id


TestPartHistories = PartHistories.TestCase
TestPartHistories.settings = settings(max_examples=20, stateful_step_count=15, deadline=None)
