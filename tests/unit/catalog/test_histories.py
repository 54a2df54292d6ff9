"""Random histories of a photo collection, against a plain model of what must be visible."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from photofind.catalog.claims import ClaimOutcome
from photofind.catalog.files import fail_file, iterate_files, mark_missing, mark_seen
from photofind.catalog.folders import FolderRow, add_folder, read_folders, remove_folder
from photofind.catalog.status import read_status
from photofind.catalog.suspects import find_suspects, retry_failed
from photofind.catalog.writer import CatalogWriter
from photofind.domain import FileId, MediaCode
from photofind.paths import app_folders
from photofind.sentences import Sentence
from tests.plugins.catalog import complete, fail_content, read, release, write
from tests.unit.catalog.library import Library, check_catalog, embedded, sha256

FOLDERS = ("", "a", "a/b", "c")
"""Roots that may be added, below a common parent ("")."""
NAMES = ("a/1.jpg", "a/2.jpg", "a/b/1.jpg", "c/1.jpg")
CONTENTS = ("red", "green", "blue")

names = st.sampled_from(NAMES)
contents = st.sampled_from(CONTENTS)


@dataclass
class File:
    """One file row; `content` is the last one it was known to hold."""

    id: FileId
    order: int
    state: str = "pending"
    content: str | None = None
    missing: bool = False

    def holds(self, content: str) -> bool:
        return self.state == "known" and not self.missing and self.content == content


class Histories(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.place = tempfile.TemporaryDirectory()
        self.top = Path(self.place.name) / "photos"
        self.library = Library(app_folders(Path(self.place.name) / "data"), self.top / "a")
        self.roots: dict[str, FolderRow] = {"a": self.library.folder}
        self.files: dict[str, File] = {}
        self.states: dict[str, str] = {}
        self.ours: set[str] = set()
        self.inserted = 0

    def teardown(self) -> None:
        self.library.close()
        check_catalog(self.library.folders.catalog)
        self.place.cleanup()

    def covering_root(self, path: str) -> str | None:
        for root in self.roots:
            if root == "" or path == root or path.startswith(root + "/"):
                return root
        return None

    def live(self, content: str) -> list[str]:
        return [name for name, file in self.files.items() if file.holds(content)]

    @rule(folder=st.sampled_from(FOLDERS))
    def add_folder(self, folder: str) -> None:
        row = write(self.library.writer, add_folder, self.top / folder, None)
        covering = self.covering_root(folder)
        if covering is not None:
            assert row == self.roots[covering]
            return
        for root in list(self.roots):
            if folder == "" or root.startswith(folder + "/"):
                del self.roots[root]
        self.roots[folder] = row

    @rule(folder=st.sampled_from(FOLDERS))
    def remove_folder(self, folder: str) -> None:
        if folder in self.roots:
            write(self.library.writer, remove_folder, self.top / folder)
            for name in list(self.files):
                if self.covering_root(name) == folder:
                    del self.files[name]
            del self.roots[folder]

    @rule(name=names, content=contents)
    def index(self, name: str, content: str) -> None:
        """What happens to nearly every file: found, hashed, embedded if need be."""
        self.identify(name, content)
        self.end_work(content, "ready")

    @rule(name=names, content=contents)
    def identify(self, name: str, content: str) -> None:
        """A scan meets the path (new, changed, touched or back) and hashes it."""
        root = self.covering_root(name)
        if root is None:
            return
        if name not in self.files:
            below = name if root == "" else name[len(root) + 1 :]
            file_id = self.library.insert(below, self.roots[root])
            self.inserted += 1
            self.files[name] = File(file_id, self.inserted)
        self.claim(name, content)

    def claim(self, name: str, content: str) -> None:
        file = self.files[name]
        former = file.content
        known, state = content in self.states, self.states.get(content, "pending")
        moved = False
        if known and former != content:
            left = [
                other
                for other, each in self.files.items()
                if each is not file
                and each.state == "known"
                and each.missing
                and each.content == content
            ]
            basename = name.rsplit("/", 1)[-1]
            left.sort(
                key=lambda other: (
                    other.rsplit("/", 1)[-1] != basename,
                    self.files[other].order,
                )
            )
            if left:
                del self.files[left[0]]
            moved = bool(left) or not [each for each in self.live(content) if each != name]

        claim = self.library.claim(file.id, content)

        assert (claim.same, claim.changed, claim.moved) == (
            former == content,
            former not in (None, content),
            moved,
        )
        if content in self.ours:
            assert claim.outcome is ClaimOutcome.BUSY
        elif state in ("ready", "failed"):
            assert claim.outcome == state
        else:
            assert claim.outcome is ClaimOutcome.NEW
            self.ours.add(content)
            self.states[content] = "in_flight"
        file.state, file.content, file.missing = "known", content, False

    @precondition(lambda self: self.ours)
    @rule(content=contents, end=st.sampled_from(["ready", "failed", "pending"]))
    def end_work(self, content: str, end: str) -> None:
        if content not in self.ours:
            return
        content_id = self.library.content_id(content)
        if end == "ready":
            complete(self.library.writer, [embedded(content_id)], self.library.model)
        elif end == "failed":
            fail_content(self.library.writer, content_id, MediaCode.UNREADABLE, "It is broken.")
        else:
            release(self.library.writer, [content_id])
        self.states[content] = end
        self.ours.discard(content)

    @rule(name=names)
    def lose(self, name: str) -> None:
        if name in self.files:
            file = self.files[name]
            write(self.library.writer, mark_missing, [file.id], 5)
            file.missing = True
            if file.content is None:
                del self.files[name]

    @rule(name=names, to=names)
    def move(self, name: str, to: str) -> None:
        """The path is gone and its bytes turn up at another one."""
        if name != to and name in self.files and self.files[name].content is not None:
            content = self.files[name].content
            self.lose(name)
            assert content is not None
            self.identify(to, content)

    @rule(name=names)
    def see_again(self, name: str) -> None:
        if name in self.files:
            write(self.library.writer, mark_seen, [self.files[name].id])
            self.files[name].missing = False

    @rule(name=names)
    def fail_to_read(self, name: str) -> None:
        if name in self.files:
            file = self.files[name]
            write(
                self.library.writer,
                fail_file,
                file.id,
                MediaCode.DENIED,
                Sentence("May not be read."),
                1,
                1,
            )
            file.state, file.missing = "failed", False

    @rule()
    def retry(self) -> None:
        bad_files = [file for file in self.files.values() if file.state == "failed"]
        bad_contents = [content for content, state in self.states.items() if state == "failed"]
        assert write(self.library.writer, retry_failed) == len(bad_files) + len(bad_contents)
        for file in bad_files:
            file.state = "pending"
        self.states.update(dict.fromkeys(bad_contents, "pending"))

    @rule()
    def die_and_restart(self) -> None:
        self.library.writer.close()
        self.library.writer = CatalogWriter(self.library.folders)
        in_flight = {content for content, state in self.states.items() if state == "in_flight"}
        assert {self.library.content_id(content) for content in in_flight} <= set(
            write(self.library.writer, find_suspects)
        )
        self.states.update(dict.fromkeys(in_flight, "pending"))
        self.ours.clear()

    @invariant()
    def shows_exactly_what_lies_there_and_is_ready(self) -> None:
        expected = {
            sha256(content): {self.top / name for name in self.live(content)}
            for content, state in self.states.items()
            if state == "ready" and self.live(content)
        }
        shown = self.library.shown()
        assert {sha: set(paths) for sha, paths in shown.items()} == expected
        for name in NAMES:
            found = {path for sha in shown for path in shown[sha] if path == self.top / name}
            assert bool(found) <= bool(self.library.found(name.rsplit("/", 1)[-1]))

    @invariant()
    def counts_everything_once(self) -> None:
        def contents_in(*states: str) -> int:
            return sum(
                self.states[each] in states and bool(self.live(each)) for each in self.states
            )

        def files_in(state: str) -> int:
            return sum(file.state == state and not file.missing for file in self.files.values())

        status = read(self.library.reader, read_status, lambda _: True)
        assert status.ready == contents_in("ready")
        assert status.pending == contents_in("pending", "in_flight") + files_in("pending")
        assert status.failed == contents_in("failed") + files_in("failed")
        assert status.photos == status.ready + status.pending + status.failed
        lost = {file.content for file in self.files.values() if file.missing}
        assert status.missing == sum(not self.live(content or "") for content in lost)

    @invariant()
    def knows_every_path(self) -> None:
        known = {
            folder.path / row.rel_path.decode(): row
            for folder in read(self.library.reader, read_folders)
            for row in iterate_files(self.library.reader, folder.id)
        }
        assert {self.top / name for name in self.files} == set(known)
        for name, file in self.files.items():
            row = known[self.top / name]
            assert row.id == file.id
            assert row.missing == file.missing
            assert (row.content_id is not None) == (file.state == "known")


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    derandomize=True, max_examples=50, stateful_step_count=40, deadline=None
)
