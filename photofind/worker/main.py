"""The worker process: takes the catalog's lock, makes itself known, serves until nobody is left.

It ends when its last client has gone: a window that crashes leaves no process behind.
"""

from __future__ import annotations

import argparse
import errno
import faulthandler
import json
import logging
import signal
import sys
from typing import TYPE_CHECKING

import filelock

from photofind.catalog.errors import catalog_error
from photofind.describe.installed import InstalledModels
from photofind.domain import CatalogError, PhotofindError
from photofind.inference.store import ModelStore
from photofind.logs import start_logging
from photofind.processes import add_folders, folders_among, lower_priority
from photofind.worker.endpoint import listen, publish, withdraw
from photofind.worker.model_choice import ModelChoice
from photofind.worker.rescue import is_damage, open_catalog
from photofind.worker.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from photofind.catalog.writer import CatalogWriter
    from photofind.paths import AppFolders
    from photofind.worker.messages import Notice

logger = logging.getLogger(__name__)

_MOST_CRASH_LOG_BYTES = 1_000_000


def main(arguments: Sequence[str]) -> int:
    """Runs a worker; its first line on standard output says whether it can work.

    That line is JSON: {"ready": pid}, or {"error": {"code", "message"}}.
    """
    parser = argparse.ArgumentParser(prog="photofind --worker")
    add_folders(parser)
    folders = folders_among(parser.parse_args(arguments))
    try:
        folders.ensure()
        start_logging(folders.logs / "worker.log")
        _log_crashes(folders.logs / "crash.log")
        lower_priority()
        with _hold_lock(folders):
            try:
                return _serve(folders)
            except CatalogError as error:
                if not is_damage(error):
                    raise
                folders.catalog_suspect.touch(mode=0o600)
                return _serve(folders)
    except PhotofindError as error:
        _report_error(error)
    except OSError as error:
        logger.info("can't start", exc_info=error)
        if error.errno == errno.ENOSPC:
            _report_error(catalog_error("catalog_full", folders.catalog))
            return 1
        denied = CatalogError(
            "catalog_denied",
            "photofind can't use its data folder {folder} ({reason}). "
            "Check that it exists and that you may write to it.",
            folder=folders.data,
            reason=error.strerror or str(error),
        )
        _report_error(denied)
    return 1


def _report_error(error: PhotofindError) -> None:
    _report({"error": {"code": error.code, "sentence": error.sentence.to_json()}})


def _serve(folders: AppFolders) -> int:
    writer, notice = open_catalog(folders)
    with writer:
        return _serve_catalog(folders, writer, notice)


def _serve_catalog(folders: AppFolders, writer: CatalogWriter, notice: Notice | None) -> int:
    store = ModelStore(folders)
    describing_models = InstalledModels(store)
    choice = ModelChoice(folders, writer, store)
    listener, address = listen()
    publish(folders.worker_address, address)
    try:
        worker = Worker(
            folders,
            writer,
            choice,
            listener,
            address.key,
            describing_models,
            notice or choice.notice,
        )
        signal.signal(signal.SIGTERM, lambda *_: worker.end())
        _report({"ready": address.pid})
        worker.run()
    finally:
        withdraw(folders.worker_address, address)
    return 0


def _hold_lock(folders: AppFolders) -> filelock.BaseFileLock:
    lock = filelock.FileLock(folders.lock, timeout=0, mode=0o600)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise CatalogError(
            "catalog_locked",
            "Another photofind is changing the catalog in {folder}. Wait until it is done, "
            "or close it.",
            folder=folders.data,
        ) from None
    return lock


def _log_crashes(file: Path) -> None:
    """Has Python say where it was when native code crashes; the file holds no paths of photos."""
    try:
        if file.exists() and file.stat().st_size > _MOST_CRASH_LOG_BYTES:
            file.unlink()
        file.touch(mode=0o600)
        faulthandler.enable(file.open("a"))
    except OSError as error:
        logger.info("crashes are not written down: %s", error)


def _report(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
