"""The real command line, run as a person or a script runs it: a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photofind.paths import app_folders
from photofind.worker.endpoint import find_address
from tests.e2e.documented import assert_documented
from tests.plugins.patience import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from photofind.paths import AppFolders
    from photofind.worker.endpoint import WorkerAddress


@dataclass(frozen=True, slots=True)
class Finished:
    """What a run left behind."""

    code: int
    out: str
    err: str

    def document(self) -> dict[str, Any]:
        """The one JSON document on standard output, which must hold nothing else."""
        assert "Traceback" not in self.err
        assert self.out.endswith("\n"), self
        assert self.out.count("\n") == 1, self
        document = json.loads(self.out, parse_constant=_refuse_constant)
        assert isinstance(document, dict)
        return document


@dataclass(frozen=True)
class Program:
    """photofind with a data folder.

    Attributes:
        prefix: another program that runs it, such as `unshare -n`.
        environment: added to this process's.
        patience_s: how long a run may take.
    """

    data_dir: Path
    prefix: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    patience_s: float = PATIENCE_S

    @property
    def folders(self) -> AppFolders:
        return app_folders(self.data_dir)

    def start(self, *words: str | bytes | Path, **options: Any) -> subprocess.Popen[str]:
        """Starts it and returns at once."""
        return subprocess.Popen(
            self._command(words),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self._environment(),
            **options,
        )

    def run(self, *words: str | bytes | Path, **options: Any) -> Finished:
        """Runs it to its end."""
        done = subprocess.run(
            self._command(words),
            capture_output=True,
            text=True,
            env=self._environment(),
            timeout=self.patience_s,
            check=False,
            **options,
        )
        return Finished(done.returncode, done.stdout, done.stderr)

    def document(self, *words: str | bytes | Path) -> dict[str, Any]:
        """The JSON document of a run that must succeed, quietly; it is as the guide says."""
        done = self.run(*words, "--json")
        assert done.code == 0, done
        assert done.err == "", done
        document = done.document()
        assert_documented(words, document)
        return document

    def error(self, *words: str | bytes | Path, code: int) -> str:
        """The code of the error that a run must end with, for people and for scripts."""
        done = self.run(*words, "--json")
        assert done.code == code, done
        error = done.document()["error"]
        assert sorted(error) == ["code", "message"]
        said = self.run(*words)
        assert said.code == code, said
        assert said.err.startswith("photofind: "), said
        assert len(said.err.splitlines()) == 1, said
        assert said.out == ""
        assert isinstance(error["code"], str)
        return error["code"]

    def hit_names(self, *words: str | bytes | Path) -> list[str]:
        """The names of the files that a search finds, the best first."""
        return [Path(hit["path"]).name for hit in self.document(*words)["hits"]]

    def _command(self, words: tuple[str | bytes | Path, ...]) -> list[str | bytes | Path]:
        return [*self.prefix, sys.executable, "-m", "photofind", *words]

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "PHOTOFIND_DATA_DIR": str(self.data_dir), **self.environment}


def watch(program: Program, photos: Path) -> tuple[subprocess.Popen[str], WorkerAddress]:
    """Starts `photofind index --watch`, and returns once all is indexed.

    Returns:
        The command, which goes on, and where its worker listens.
    """
    command = program.start("index", photos, "--watch")
    assert command.stderr is not None
    for line in command.stderr:
        if line.startswith("Watching"):
            break
    address = find_address(program.folders.worker_address)
    assert address is not None
    return command, address


def snapshot(folder: Path) -> dict[str, tuple[int, int, int, bytes]]:
    """Everything about the files below a folder that photofind must not touch."""
    return {
        os.fspath(path): (status.st_size, status.st_mtime_ns, status.st_mode, path.read_bytes())
        for path in _files(folder)
        for status in [path.stat()]
    }


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _refuse_constant(name: str) -> float:
    raise AssertionError(f"{name} is no JSON")
