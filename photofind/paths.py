"""Where photofind keeps its own files, and where it finds what it ships."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from photofind.atomic_files import PARTIAL_NAME

DATA_DIR_VARIABLE = "PHOTOFIND_DATA_DIR"
OFFLINE_VARIABLE = "PHOTOFIND_OFFLINE"
"""Set to anything but "" or "0": nothing is ever downloaded; what `--offline` does."""
_APP = "photofind"
_PRIVATE_FOLDER_MODE = 0o700
_OF_OTHERS = 0o077

_OWN_FOLDERS = frozenset({"backups", "cache", "config", "labels", "logs", "models", "vectors"})
_OWN_FILE = re.compile(
    r"""
    (catalog|thumbnails)\.db (-wal|-shm|-journal|\.partial|\.partial-journal)? (\.damaged)?
    | catalog\.(suspect|lock)
    | worker\.(json|partial)
    | (settings|indexing|describing|searches)\.(json (\.damaged)?|partial)
    | (photofind|worker|install)\.log (\.\d+)?
    | crash\.log
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class AppFolders:
    """The folders photofind writes to. It never writes anywhere else unasked."""

    data: Path
    cache: Path
    config: Path
    logs: Path

    @property
    def catalog(self) -> Path:
        return self.data / "catalog.db"

    @property
    def thumbnails(self) -> Path:
        """A cache: may be deleted at any time, is filled again."""
        return self.cache / "thumbnails.db"

    @property
    def vectors(self) -> Path:
        """A folder of caches: may be deleted at any time, is filled again."""
        return self.cache / "vectors"

    @property
    def catalog_suspect(self) -> Path:
        """Left by a worker that met damage in the catalog; the next one looks before it works."""
        return self.data / "catalog.suspect"

    @property
    def backups(self) -> Path:
        return self.data / "backups"

    @property
    def models(self) -> Path:
        """Models the person installed; the built-in one lies in the resources."""
        return self.data / "models"

    @property
    def lock(self) -> Path:
        """Held by the one process that changes the catalog."""
        return self.data / "catalog.lock"

    @property
    def worker_address(self) -> Path:
        """Where a running worker says how to reach it."""
        return self.data / "worker.json"

    @property
    def settings(self) -> Path:
        """Written by the worker alone."""
        return self.config / "settings.json"

    @property
    def recent_searches(self) -> Path:
        """Written by the worker alone."""
        return self.data / "searches.json"

    def ensure(self) -> None:
        """Creates the folders, readable by their owner alone.

        Raises:
            OSError: a folder can't be made.
        """
        for folder in (self.data, self.cache, self.config, self.logs):
            ensure_private(folder)


def ensure_private(folder: Path) -> None:
    """Creates a folder that only its owner may enter, or closes to others one that is there.

    One that belongs to somebody else, or that holds other things than photofind's, stays as it
    is: photofind's files in it are closed to others one by one.

    Raises:
        OSError: it can't be made.
    """
    folder.mkdir(mode=_PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)
    if sys.platform == "win32":
        return  # a person's own folders are closed to others there
    found = folder.stat()
    open_to_others = found.st_mode & _OF_OTHERS and found.st_uid == os.geteuid()
    if open_to_others and all(is_own_name(name) for name in os.listdir(folder)):  # noqa: PTH208
        folder.chmod(_PRIVATE_FOLDER_MODE)


def is_own_name(name: str) -> bool:
    """Whether a file or folder directly in one of photofind's folders is photofind's own."""
    patterns = (_OWN_FILE, PARTIAL_NAME)
    return name in _OWN_FOLDERS or any(pattern.fullmatch(name) for pattern in patterns)


def app_folders(data_dir: Path | None = None) -> AppFolders:
    """Finds photofind's folders.

    Args:
        data_dir: moves all state below this folder; the environment variable
            PHOTOFIND_DATA_DIR does the same, the argument wins.
    """
    chosen = data_dir
    if chosen is None and (variable := os.environ.get(DATA_DIR_VARIABLE)):
        chosen = Path(variable)
    if chosen is not None:
        root = Path(os.path.abspath(chosen.expanduser()))  # noqa: PTH100 (resolve() follows links)
        return AppFolders(root, root / "cache", root / "config", root / "logs")
    return AppFolders(
        Path(platformdirs.user_data_dir(_APP, appauthor=False)),
        Path(platformdirs.user_cache_dir(_APP, appauthor=False)),
        Path(platformdirs.user_config_dir(_APP, appauthor=False)),
        Path(platformdirs.user_log_dir(_APP, appauthor=False)),
    )


def translations_folder() -> Path:
    """Where the window's translations are; need not exist."""
    return resources() / "translations"


def resources() -> Path:
    """The folder of files that ship with photofind.

    It lies inside the package in a wheel and a frozen program, and beside the package in a
    checkout and an editable install.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    package = Path(__file__).resolve().parent
    candidates = [package / "resources", package.parent / "resources"]
    if frozen_root := getattr(sys, "_MEIPASS", None):
        candidates.insert(0, Path(frozen_root) / "photofind" / "resources")
    for candidate in candidates:
        if (candidate / "models").is_dir():
            return candidate
    searched = ", ".join(str(candidate) for candidate in candidates)
    raise FileNotFoundError(f"photofind's resources are missing; looked in {searched}")
