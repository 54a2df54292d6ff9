"""Finds the files of models: the built-in one in the resources, others in the data folder."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from photofind import paths
from photofind.domain import ModelError
from photofind.inference import registry
from photofind.inference.providers import ACCELERATORS
from photofind.inference.records import RECORD_NAME, read_imported, read_record, resolve
from photofind.inference.spec import ModelSpec, SourceKind
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.inference.records import InstallRecord
    from photofind.inference.spec import FileSpec

SpecT = TypeVar("SpecT", bound=ModelSpec)
SpecT_co = TypeVar("SpecT_co", bound=ModelSpec, covariant=True)


@dataclass(frozen=True, slots=True)
class InstalledModel(Generic[SpecT_co]):
    """A model whose files were there, with the right sizes, when it was looked for.

    Attributes:
        folder: holds the files of `spec` at their relative paths.
        provider: the accelerator that its trial chose, by onnxruntime's name; None: the CPU.
        notices: what its trial found that a person should know.
        pictures_per_s: how many it embeds on this computer on one thread, or describes or answers
            about on all cores, if that was measured.
    """

    spec: SpecT_co
    folder: Path
    provider: str | None = None
    notices: tuple[Sentence, ...] = ()
    pictures_per_s: float | None = None

    def file(self, file: FileSpec) -> Path:
        return self.folder / file.path

    @property
    def accelerator(self) -> str | None:
        """The provider by the name that people know; None: the processor."""
        return None if self.provider is None else ACCELERATORS.get(self.provider, self.provider)


class ModelStore:
    """Looks models up; several threads may use one store."""

    def __init__(self, folders: paths.AppFolders) -> None:
        self._folders = folders

    def find(self, key: str, kind: type[SpecT]) -> InstalledModel[SpecT]:
        """Finds a model that is ready to use.

        Args:
            kind: what is wanted; `ModelSpec` for any.

        Raises:
            ModelError: model_missing, no model of this kind has this key, or it is not
                installed; model_checksum, a file of it has the wrong size.
        """
        imported = self._imported().get(key)
        if isinstance(imported, kind):
            return self._find_recorded(imported)
        spec = registry.find_spec(key, kind)
        if spec.source_kind is not SourceKind.BUILT_IN:
            return self._find_recorded(spec)
        for folder in self._places(spec):
            if any((folder / file.path).exists() for file in spec.files):
                _check_sizes(spec, folder)
                return InstalledModel(spec, folder)
        raise _not_installed(spec)

    def installed(self, kind: type[SpecT]) -> tuple[InstalledModel[SpecT], ...]:
        """Every model of a kind that is complete: in the registry's order, then imported ones."""
        found = []
        for spec in (*registry.specs_of(kind), *self._imported().values()):
            if not isinstance(spec, kind):
                continue
            try:
                found.append(self.find(spec.key, kind))
            except ModelError:
                continue  # not installed, or not completely: not to be offered
        return tuple(found)

    def spec(self, key: str) -> ModelSpec:
        """Finds a model that the registry lists or that was imported.

        Raises:
            ModelError: model_missing, there is none with this key.
        """
        return self._imported().get(key) or registry.find_spec(key, ModelSpec)

    def verify(self, key: str) -> InstalledModel[ModelSpec]:
        """Reads every file of a model and compares its hash (0.1 s for the built-in one).

        Raises:
            ModelError: model_missing as for `find`; model_checksum, a file is not what it
                should be.
        """
        model = self.find(key, ModelSpec)
        for file in model.spec.files:
            if hash_model_file(model.file(file))[0] != file.sha256:
                raise _damaged(model.spec, file)
        return model

    def _imported(self) -> dict[str, ModelSpec]:
        """Models that the registry doesn't list, by key."""
        known = {spec.key for spec in registry.ALL}
        found: dict[str, ModelSpec] = {}
        for path in sorted(self._folders.models.glob(f"[!.]*/{RECORD_NAME}")):
            key = path.parent.name
            spec = None if key in known else read_imported(path)
            if spec is not None and spec.key == key:
                found[key] = spec
        return found

    def _find_recorded(self, spec: SpecT) -> InstalledModel[SpecT]:
        """Finds a model whose files are described in its own folder."""
        folder = self._folders.models / spec.key
        try:
            record = read_record(folder / RECORD_NAME, spec)
        except OSError as error:
            raise _not_installed(spec) from error
        model = as_installed(spec, record, folder)
        _check_sizes(model.spec, folder)
        return model

    def _places(self, spec: ModelSpec) -> tuple[Path, ...]:
        installed = self._folders.models / spec.key
        try:
            return (paths.resources() / "models" / spec.key, installed)
        except FileNotFoundError:  # an incomplete installation; the person may have the model
            return (installed,)


def as_installed(spec: SpecT, record: InstallRecord, folder: Path) -> InstalledModel[SpecT]:
    """A model as the record in its folder describes it."""
    return InstalledModel(
        resolve(spec, record), folder, record.provider, record.notices, record.pictures_per_s
    )


def _check_sizes(spec: ModelSpec, folder: Path) -> None:
    for file in spec.files:
        try:
            size = (folder / file.path).stat().st_size
        except OSError as error:
            raise ModelError(
                "model_missing",
                "The file {file} of the model “{model}” is missing or can't be read. {advice}",
                file=file.path,
                model=spec.title,
                advice=_advice(spec),
            ) from error
        if size != (size if file.bytes is None else file.bytes):
            raise _damaged(spec, file)


def hash_model_file(path: Path) -> tuple[str, int]:
    """Hashes a file of a model.

    Returns:
        Its sha256 in hexadecimal digits, and its bytes.

    Raises:
        ModelError: model_missing, it can't be read.
    """
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            return digest, stream.tell()
    except OSError as error:
        raise ModelError(
            "model_missing",
            "The model file {file} can't be read. Check its permissions.",
            file=path.name,
        ) from error


def _not_installed(spec: ModelSpec) -> ModelError:
    return ModelError(
        "model_missing",
        "The model “{model}” is not installed. {advice}",
        model=spec.title,
        advice=_advice(spec, again=False),
    )


def _damaged(spec: ModelSpec, file: FileSpec) -> ModelError:
    return ModelError(
        "model_checksum",
        "The file {file} of the model “{model}” is damaged. {advice}",
        file=file.path,
        model=spec.title,
        advice=_advice(spec),
    )


def _advice(spec: ModelSpec, *, again: bool = True) -> Sentence:
    if spec is registry.BASIC:
        return Sentence("Please install photofind again.")
    if again:
        return Sentence("Install it again with: photofind models install {key}", key=spec.key)
    return Sentence("Install it with: photofind models install {key}", key=spec.key)
