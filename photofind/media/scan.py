"""Walks a folder: which photo files are there, how large, how old. Opens none of them."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final

from photofind.domain import FileCounts, MediaCode
from photofind.media.companions import companion_stem, differ_in_case_only, group_companions
from photofind.media.entries import has_hidden_attribute, is_entered, is_folder, is_hidden
from photofind.media.exclusions import is_excluded_file, is_excluded_folder
from photofind.media.files import media_error_from, system_path, times_of
from photofind.media.formats import (
    LIVE_FILM_SUFFIXES,
    LIVE_PICTURE_SUFFIXES,
    PHOTO_SUFFIXES,
    RAW_SUFFIXES,
    SIDECAR_SUFFIX,
    VIDEO_SUFFIXES,
    is_photo_name,
    split_name,
)
from photofind.media.online_only import is_status_online_only, placeholder_target
from photofind.media.pairs import LARGEST_LIVE_FILM, loose_form, pair_parts
from photofind.media.patterns import (
    ExclusionRules,
    RulesOnlineOnlyError,
    RulesRefusedError,
    read_ignore_file,
    to_slashes,
)
from photofind.media.roots import describe_folder_error, root_problem
from photofind.media.volume import ignores_case

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from photofind.sentences import Sentence


__all__ = ["FolderScan", "ScanProblem", "ScannedFile", "root_problem"]

_JOINING_SUFFIXES: Final = RAW_SUFFIXES | LIVE_FILM_SUFFIXES | {SIDECAR_SUFFIX}
"""In a folder without any of these every file is a photo of its own."""


@dataclass(frozen=True, slots=True)
class ScannedFile:
    """A photo file as its folder lists it.

    Attributes:
        rel_path: path below the root, `os.fsencode`d, with the system's own separator.
        byte_size: bytes.
        mtime_ns: last change, nanoseconds since 1970 UTC.
        ctime_ns: as in FileTimes.
        part_of: relative path of the photo's file that is shown, when this is a RAW or a film that
            belongs to it.
        is_film: it moves, so it can be nothing but a part.
        sidecar: the `.xmp` file that speaks for the photo; only where `part_of` is None.
    """

    rel_path: bytes
    byte_size: int
    mtime_ns: int
    part_of: bytes | None = None
    is_film: bool = False
    sidecar: ScannedFile | None = None
    ctime_ns: int | None = None

    @property
    def stamp(self) -> bytes:
        """Name, size and times in one: another one means that the file must be read again."""
        name = os.path.basename(self.rel_path)  # noqa: PTH119 (bytes)
        return b"%d %d %d " % (self.mtime_ns, self.ctime_ns or 0, self.byte_size) + name

    @property
    def sidecar_stamp(self) -> bytes | None:
        """The sidecar's stamp, None when there is none."""
        return None if self.sidecar is None else self.sidecar.stamp


@dataclass(frozen=True, slots=True)
class ScanProblem:
    """A photo file or folder that is listed but can't be looked at.

    Attributes:
        rel_path: as in ScannedFile.
        reason: why.
    """

    rel_path: bytes
    code: MediaCode
    reason: Sentence


class FolderScan:
    """One walk through a root, or through parts of it; iterate it once.

    Yields the photo files below the root, and the films of Live Photos, with one stat each and
    memory for one folder's names; of one folder, the parts of photos come after what they are
    parts of. Links to files are followed, links to folders are not (so no loop is endless).
    Hidden files, trash, caches and bundles are left out (`media.exclusions`), and so is what
    patterns name (`media.patterns`). Online-only files are left where they are.

    The other results are complete once the iteration has ended.

    Attributes:
        problems: photo files whose size and date the system would not tell.
        vanished: folders and photo files (relative) that were listed and gone when their turn
            came: deleted, renamed, or on a drive that was unplugged.
        folder_problems: subfolders that could not be listed to their end.
        online_only_files: photo files whose contents are not on this computer.
        rules: the patterns that were met, for what is indexed already.
    """

    def __init__(
        self,
        root: Path,
        parts: Collection[bytes] | None = None,
        *,
        exclude: Iterable[str] = (),
        include_online_only: bool = False,
    ) -> None:
        """Prepares a walk.

        Args:
            parts: relative paths of files and subfolders to look at, and at nothing else but
                what belongs to one photo with them; None means everything. A part that a walk
                through everything would not come to yields nothing.
            exclude: patterns set for this root, as in a `.photofindignore` at its top; they
                outrank such files.
            include_online_only: yield those files too; opening them downloads them.
        """
        self._root = system_path(root)
        self._prefix = self._root if self._root.endswith(os.sep) else self._root + os.sep
        self._parts = parts
        self._include_online_only = include_online_only
        self._unreadable: list[bytes] = []
        self._counts: Counter[str] = Counter()
        self.problems: list[ScanProblem] = []
        self.vanished: list[bytes] = []
        self.folder_problems: list[ScanProblem] = []
        self.online_only_files: list[ScannedFile] = []
        self.rules = ExclusionRules(exclude)

    @property
    def counts(self) -> FileCounts:
        """What is settled about files by their names and places alone: those ignored (whatever is
        not a regular file and sidecars included, films that are parts of a photo not), the
        videos among them, the excluded ones, and online-only photos, of which
        RAW and JPEG of one shot count once."""
        return FileCounts(**self._counts)

    @property
    def unreadable(self) -> tuple[bytes, ...]:
        """Folders (relative, b"" is the root) that could not be listed to their end.

        Nothing is known of the files below them: they must be left as they were.
        """
        return tuple(self._unreadable)

    def __iter__(self) -> Iterator[ScannedFile]:
        waiting = self._beginnings()
        while waiting:
            relative, wanted = waiting.pop()
            try:
                # of the folders above a part, the beginnings have read it
                if wanted is None or not relative:
                    self._read_rules(relative)
                with os.scandir(self._path(relative)) as entries:
                    yield from self._look_into(relative, wanted, entries, waiting)
            except OSError as error:
                if relative and isinstance(error, FileNotFoundError | NotADirectoryError):
                    self.vanished.append(os.fsencode(relative))
                    continue  # since its parent was listed: gone with its files
                self._note_unreadable(relative, error)

    def _note_unreadable(self, relative: str, error: OSError) -> None:
        place = os.fsencode(relative)
        self._unreadable.append(place)
        # Of a root that can't be read the person is told elsewhere.
        if relative or isinstance(error, RulesOnlineOnlyError | RulesRefusedError):
            code, reason = describe_folder_error(Path(self._path(relative)), error)
            self.folder_problems.append(ScanProblem(place, code, reason))

    def _path(self, relative: str) -> str:
        return self._prefix + relative if relative else self._root

    def _read_rules(self, relative: str) -> None:
        text = read_ignore_file(self._path(relative), may_download=self._include_online_only)
        if text is not None:
            self.rules.add_file(to_slashes(relative), text)

    def _look_into(
        self,
        relative: str,
        wanted: Collection[str] | None,
        entries: Iterable[os.DirEntry[str]],
        waiting: list[tuple[str, Collection[str] | None]],
    ) -> Iterator[ScannedFile]:
        prefix = relative + os.sep if relative else ""
        listed, failure = _list(entries)
        live_stems = {
            loose_form(stem, ignores_case=True)
            for _, stem, suffix in listed
            if suffix in LIVE_PICTURE_SUFFIXES
        }
        any_together = any(suffix in _JOINING_SUFFIXES for _, _, suffix in listed)
        wanted_stems = None if wanted is None else set().union(*map(_companion_stems, wanted))
        together: dict[str, ScannedFile] = {}
        sidecars: dict[str, ScannedFile] = {}
        away_before = len(self.online_only_files)
        for entry, stem, suffix in listed:
            name = entry.name
            if wanted is not None and name not in wanted:
                joins = suffix in PHOTO_SUFFIXES or suffix in _JOINING_SUFFIXES
                if not (joins and wanted_stems and wanted_stems & _companion_stems(name)):
                    continue
            if is_folder(entry):
                self._come_to_folder(entry, prefix, waiting)
            elif suffix in PHOTO_SUFFIXES:
                if (found := self._look_at(entry, prefix)) is None:
                    continue
                if any_together:
                    together[name] = found
                else:
                    yield found
            elif suffix in LIVE_FILM_SUFFIXES and loose_form(stem, ignores_case=True) in live_stems:
                if (found := self._look_at(entry, prefix)) is None:
                    continue
                if found.byte_size <= LARGEST_LIVE_FILM:
                    together[name] = replace(found, is_film=True)
                else:
                    self._count_video()
            else:
                self._note(entry, prefix, suffix, sidecars)
        away = {
            os.path.basename(os.fsdecode(each.rel_path))  # noqa: PTH119 (names)
            for each in self.online_only_files[away_before:]
        }
        self._counts["online_only"] += len(pair_parts(away, ignores_case=False))
        if failure is not None:  # who belongs together isn't known
            raise failure
        yield from self._joined(relative, together, sidecars)

    def _joined(
        self, relative: str, files: dict[str, ScannedFile], sidecars: dict[str, ScannedFile]
    ) -> Iterator[ScannedFile]:
        """The files of one folder, knowing of each other."""
        lone_films = {name for name, file in files.items() if file.is_film}
        names = {*files, *sidecars}
        folds = differ_in_case_only(names) and ignores_case(self._path(relative), names)
        for group in group_companions(files, sidecars, ignores_case=folds):
            primary = files[group.primary]
            if group.sidecar is not None:
                primary = replace(primary, sidecar=sidecars[group.sidecar])
            yield primary
            for name in group.parts:
                lone_films.discard(name)
                yield replace(files[name], part_of=primary.rel_path)
        for _ in lone_films:
            self._count_video()

    def _count_video(self) -> None:
        self._counts["ignored"] += 1
        self._counts["videos"] += 1

    def _come_to_folder(
        self,
        entry: os.DirEntry[str],
        prefix: str,
        waiting: list[tuple[str, Collection[str] | None]],
    ) -> None:
        if is_excluded_folder(entry.name) or is_hidden(entry):
            return
        if self.rules.matches(to_slashes(prefix + entry.name), is_folder=True):
            self._counts["excluded"] += 1
        else:
            waiting.append((prefix + entry.name, None))

    def _beginnings(self) -> list[tuple[str, Collection[str] | None]]:
        """Folders to list first, each with the names that matter there (None: all)."""
        if self._parts is None or b"" in self._parts:
            return [("", None)]
        names: defaultdict[str, set[str]] = defaultdict(set)
        reachable: dict[str, bool] = {}
        for part in self._parts:
            path = PurePath(os.fsdecode(part))
            folder = "" if path.parent == PurePath() else str(path.parent)
            if self._is_reachable(folder, reachable):
                names[folder].add(path.name)
        return list(names.items())

    def _is_reachable(self, relative: str, known: dict[str, bool]) -> bool:
        """Whether a walk through everything comes to a folder; reads the rules on the way.

        Args:
            known: answers given before, by path.
        """
        path, above = "", ""
        for name in PurePath(relative).parts:
            path, above = (path + os.sep + name if path else name), path
            if path not in known:
                known[path] = self._is_entered(path, above, name)
            if not known[path]:
                return False
        return True

    def _is_entered(self, path: str, above: str, name: str) -> bool:
        """The same for a folder whose parents are reachable."""
        if is_excluded_folder(name):
            return False
        try:
            if not above:
                self._read_rules(above)
            if not is_entered(self._path(path)) or self.rules.matches(
                to_slashes(path), is_folder=True
            ):
                return False
            self._read_rules(path)
        except OSError as error:
            if not isinstance(error, FileNotFoundError | NotADirectoryError):
                self._note_unreadable(path, error)
            return False
        return True

    def _look_at(self, entry: os.DirEntry[str], prefix: str) -> ScannedFile | None:
        if is_excluded_file(entry.name):
            self._counts["ignored"] += 1
            return None
        relative = prefix + entry.name
        if self.rules.matches(to_slashes(relative), is_folder=False):
            self._counts["excluded"] += 1
            return None
        try:
            status = entry.stat()
        except (FileNotFoundError, NotADirectoryError):
            if entry.is_symlink():  # it leads nowhere
                self._counts["ignored"] += 1
            else:
                self.vanished.append(os.fsencode(relative))
            return None
        except OSError as error:
            if error.errno == errno.ELOOP:  # links that lead to each other
                self._counts["ignored"] += 1
                return None
            reason = media_error_from(error)
            self.problems.append(
                ScanProblem(os.fsencode(relative), reason.media_code, reason.sentence)
            )
            return None
        if not stat.S_ISREG(status.st_mode) or has_hidden_attribute(status):
            self._counts["ignored"] += 1
            return None
        found = _scanned(relative, status)
        if is_status_online_only(status) and not self._include_online_only:
            self.online_only_files.append(found)
            return None
        return found

    def _note(
        self,
        entry: os.DirEntry[str],
        prefix: str,
        suffix: str,
        sidecars: dict[str, ScannedFile],
    ) -> None:
        """Counts what is no photo, and keeps what tells about one."""
        if is_excluded_file(entry.name):
            self._counts["ignored"] += 1
            if (target := placeholder_target(entry.name)) and is_photo_name(target):
                self.online_only_files.append(ScannedFile(os.fsencode(prefix + target), 0, 0))
        elif suffix in VIDEO_SUFFIXES:
            if self.rules.matches(to_slashes(prefix + entry.name), is_folder=False):
                self._counts["excluded"] += 1
            else:
                self._count_video()
        else:
            self._counts["ignored"] += 1
            if suffix == SIDECAR_SUFFIX:
                with contextlib.suppress(OSError):
                    status = entry.stat()
                    if stat.S_ISREG(status.st_mode) and not is_status_online_only(status):
                        sidecars[entry.name] = _scanned(prefix + entry.name, status)


def _scanned(relative: str, status: os.stat_result) -> ScannedFile:
    size, mtime_ns, ctime_ns = times_of(status)
    return ScannedFile(os.fsencode(relative), size, mtime_ns, ctime_ns=ctime_ns)


def _companion_stems(name: str) -> set[str]:
    """Names that a file and its companions may have in common: a.jpg.xmp is the sidecar of a.jpg,
    or without that file the one of a.jpg.png."""
    stems = {name, companion_stem(name), split_name(name)[0]}
    return {loose_form(stem, ignores_case=True) for stem in stems}


def _list(
    entries: Iterable[os.DirEntry[str]],
) -> tuple[list[tuple[os.DirEntry[str], str, str]], OSError | None]:
    """What a folder lists, with stems and suffixes, and the error that ended the list early."""
    listed = []
    try:
        for entry in entries:
            listed.append((entry, *split_name(entry.name)))  # noqa: PERF401 (an error keeps them)
    except OSError as error:
        return listed, error
    return listed, None
