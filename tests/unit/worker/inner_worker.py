"""A whole worker on a thread of the test, with models that a test scripts; clients reach it
through the real socket."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from multiprocessing.connection import Connection, Listener
from typing import TYPE_CHECKING, Any

from photofind.catalog.writer import CatalogWriter
from photofind.inference.store import ModelStore
from photofind.worker.endpoint import listen, publish, withdraw
from photofind.worker.model_choice import ModelChoice
from photofind.worker.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from photofind.paths import AppFolders
    from photofind.worker.describing import DescribingModels


class _Interruptible(Listener):
    """A listener whose close() lets go of a thread that accepts, as the end of a process does."""

    def __init__(self, listener: Listener) -> None:
        self._inner: Any = listener

    def accept(self) -> Connection:
        connection = self._inner.accept()
        assert isinstance(connection, Connection)
        return connection

    def close(self) -> None:
        self._inner._listener._socket.shutdown(socket.SHUT_RDWR)
        self._inner.close()


@contextmanager
def working(folders: AppFolders, models: DescribingModels) -> Iterator[None]:
    """A worker serves this data folder inside the `with` block, or until its last client goes."""
    folders.ensure()
    with CatalogWriter(folders) as writer:
        choice = ModelChoice(folders, writer, ModelStore(folders))
        listener, address = listen()
        publish(folders.worker_address, address)
        worker = Worker(folders, writer, choice, _Interruptible(listener), address.key, models)
        thread = threading.Thread(target=worker.run, name="inner-worker")
        thread.start()
        try:
            yield
        finally:
            worker.end()
            thread.join()
            withdraw(folders.worker_address, address)
