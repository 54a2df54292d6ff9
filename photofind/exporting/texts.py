"""How a network's words become token ids: the tokenizer's file, its cleaning, its padding."""

from __future__ import annotations

import importlib.util
import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from photofind.domain import ModelError
from photofind.exporting.request import ExportError
from photofind.exporting.tools import quiet
from photofind.inference.installing import shipped_file
from photofind.inference.spec_search import Padding, PaddingKind, TextCleaning
from photofind.inference.tokenizers import CONFIG_NAME, PadToken, TextTokenizer, find_pad_token

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from photofind.exporting.architectures import Architecture
    from photofind.exporting.request import ExportRequest

    Reference = Callable[[Sequence[str]], NDArray[np.int64]]

_CLEANING = {
    "lower": TextCleaning.CLIP,
    "whitespace": TextCleaning.WHITESPACE,
    "canonicalize": TextCleaning.CANONICAL,
}
_FILE = "tokenizer.json"
_NOT_FOLLOWED = ("strip_sep_token", "language")
_CLIP_WORDS = 49408


@dataclass(frozen=True, slots=True)
class Texts:
    """A tokenizer.

    Attributes:
        path: its tokenizer.json.
        pad_id: what texts are filled up with.
        reference: open_clip's own: texts to ids, int64 [n, context_length]; None when it can't
            run here, for the reason in `no_reference`.
    """

    path: Path
    context_length: int
    cleaning: TextCleaning
    pad_id: int
    reference: Reference | None
    no_reference: str = ""

    def tokenizer(self, kind: PaddingKind) -> TextTokenizer:
        """Photofind's tokenizer with one of the ways to fill up."""
        padding = Padding(kind, self.pad_id)
        return TextTokenizer(self.path, self.context_length, padding, self.cleaning)


def find_texts(
    open_clip: Any, architecture: Architecture, request: ExportRequest, work: Path
) -> Texts:
    """Finds what an architecture's texts are tokenized with.

    Raises:
        ExportError: export_tokenizer.
    """
    options = dict(architecture.text.get("tokenizer_kwargs", {}))
    strange = [name for name in _NOT_FOLLOWED if options.get(name)]
    if strange or architecture.text.get("tokenizer_mode"):
        raise ExportError(
            "export_tokenizer",
            "The texts of {architecture} are prepared in a way that photofind doesn't "
            "follow ({names}).",
            architecture=architecture.name,
            names=", ".join(strange) or "tokenizer_mode",
        )
    repository = architecture.text.get("hf_tokenizer_name")
    if repository or request.tokenizer is not None:
        path = _fetch(open_clip, str(repository), request, work)
        return _of_file(open_clip, architecture, path, options.get("clean", "whitespace"), work)
    if architecture.text.get("vocab_size", _CLIP_WORDS) != _CLIP_WORDS:
        raise ExportError(
            "export_tokenizer",
            "{architecture} doesn't use CLIP's vocabulary. Give its tokenizer.json with "
            "--tokenizer.",
            architecture=architecture.name,
        )
    with quiet():
        simple = open_clip.tokenizer.SimpleTokenizer(
            context_length=architecture.context_length, **options
        )
    return Texts(
        shipped_file("tokenizers/clip.json"),
        architecture.context_length,
        _CLEANING[options.get("clean", "lower")],
        0,
        lambda texts: simple(list(texts)).numpy(),
    )


def _fetch(open_clip: Any, repository: str, request: ExportRequest, work: Path) -> Path:
    """The tokenizer's file with its configuration beside it, if there is one."""
    if (given := request.tokenizer) is not None:
        if not given.is_file():
            raise ExportError(
                "export_tokenizer", "There is no file {given}. Check its name.", given=given
            )
        return given
    request.require_network()
    folder = work / "tokenizer"
    folder.mkdir()
    for name in (_FILE, CONFIG_NAME):
        try:
            with quiet():
                found = open_clip.pretrained.download_pretrained_from_hf(repository, filename=name)
            shutil.copyfile(found, folder / name)
        except Exception as error:
            raise ExportError(
                "export_tokenizer",
                "The file {name} of {repository} can't be fetched. Check the connection, or "
                "fetch it elsewhere and give it with --tokenizer.",
                name=name,
                repository=repository,
            ) from error
    return folder / _FILE


def _of_file(
    open_clip: Any, architecture: Architecture, path: Path, clean: str, work: Path
) -> Texts:
    pad = _pad_token(path)
    length = architecture.context_length
    reference, reason = _reference(open_clip, path, pad.token, length, clean, work)
    return Texts(path, length, _CLEANING[clean], pad.id, reference, reason)


def _reference(
    open_clip: Any, path: Path, pad_token: str, length: int, clean: str, work: Path
) -> tuple[Reference | None, str]:
    """open_clip's own reading of the same file, which takes the transformers library."""
    if importlib.util.find_spec("transformers") is None:
        return None, "transformers is not installed"
    folder = work / "reference"
    folder.mkdir()
    shutil.copyfile(path, folder / _FILE)
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": pad_token}
    (folder / CONFIG_NAME).write_text(json.dumps(config), encoding="utf-8")
    try:
        with quiet():
            tokenizer = open_clip.tokenizer.HFTokenizer(str(folder), length, clean=clean)
    except Exception as error:
        raise ExportError(
            "export_tokenizer",
            "{file} can't be read as a tokenizer. Give the tokenizer.json that belongs "
            "to the weights.",
            file=path.name,
        ) from error
    return (lambda texts: tokenizer(list(texts)).numpy()), ""


def _pad_token(path: Path) -> PadToken:
    try:
        found = find_pad_token(path)
    except ModelError as error:
        raise ExportError(
            "export_tokenizer", "{file} can't be read as a tokenizer.", file=path.name
        ) from error
    if found is None:
        raise ExportError(
            "export_tokenizer",
            "{file} doesn't say what texts are filled up with. Put the {config_name} "
            "that belongs to it beside it.",
            file=path.name,
            config_name=CONFIG_NAME,
        )
    return found
