"""What is to be known of a foreign model, from the files beside its graphs."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from photofind.domain import ModelError
from photofind.inference.installing import shipped_file
from photofind.inference.portable import short_name
from photofind.inference.spec import Figures, FileSpec, SourceKind
from photofind.inference.spec_search import (
    CLIP_TOKENS,
    DualEncoderSpec,
    ImageOutputs,
    Padding,
    PaddingKind,
    Published,
    TextCleaning,
)
from photofind.inference.store import InstalledModel, hash_model_file
from photofind.inference.tokenizers import TextTokenizer, find_pad_token, read_json_object
from photofind.inference.weight_fingerprints import (
    CLIP_CUTS,
    CUTS_ARE_GUESSED,
    SIGMOID_CUTS,
    find_by_weights,
)
from photofind.models.importing.layouts import Kind
from photofind.models.importing.preparation import read_preparation
from photofind.models.importing.trying import output_dim, takes_any_length

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from photofind.models.importing.graphs import Graphs
    from photofind.models.importing.layouts import Layout

TOKENIZER = "tokenizer.json"
_TOKENIZER_CONFIG = "tokenizer_config.json"
_CLIP_LENGTH, _SIGLIP_LENGTH = 77, 64
_CLIP_END = ("<|endoftext|>", "<end_of_text>")
_CLIP_END_ID = 49407
_GEMMA_WORDS = 256_000
_LONGEST_CONTEXT = 1024
_CLEANING = {
    "lower": TextCleaning.CLIP,
    "whitespace": TextCleaning.WHITESPACE,
    "canonicalize": TextCleaning.CANONICAL,
}
"""open_clip's words."""


@dataclass(frozen=True, slots=True)
class _TextPreparation:
    """How texts are prepared.

    Attributes:
        pad_id: None: as the tokenizer's files say.
        is_sigmoid: trained with SigLIP's loss.
    """

    cleaning: TextCleaning
    length: int
    pad_id: int | None
    is_sigmoid: bool = False


def describe(layout: Layout, graphs: Graphs, target: Path) -> DualEncoderSpec:
    """Describes a model whose graphs lie in its folder already; adds the tokenizer there.

    Weights that the registry knows bring title, licence, figures and cut-offs along.

    Raises:
        ModelError: something is missing or contradicts itself.
    """
    tokenizer = _take_tokenizer(layout, target)
    words = _words(layout, tokenizer)
    sha256, _ = hash_model_file(graphs.image.source)
    known = find_by_weights(sha256)
    name = layout.folder.name if known is None else known.key
    draft = DualEncoderSpec(
        key=imported_key(name, sha256),
        title=f"{layout.folder.name} (imported)" if known is None else f"{known.title} (imported)",
        notice="Brought from elsewhere." if known is None else known.notice,
        licence="not stated" if known is None else known.licence,
        source=layout.folder.name,
        revision=sha256,
        languages=_languages(words) if known is None else known.languages,
        source_kind=SourceKind.IMPORTED,
        image=FileSpec(graphs.image.path),
        text=FileSpec(graphs.text.path),
        tokenizer=FileSpec(TOKENIZER),
        weights=tuple(map(FileSpec, graphs.weights)),
        dim=1,
        context_length=graphs.text.length or words.length,
        preprocess=read_preparation(layout, graphs.image.size),
        image_outputs=ImageOutputs(graphs.image.output),
        image_batch=min(graphs.image.batch or 4, 4),
        text_input=graphs.text.input,
        text_output=graphs.text.output,
        padding=Padding(PaddingKind.TO_CONTEXT, _pad_id(words, tokenizer)),
        cleaning=words.cleaning,
        cuts=(SIGMOID_CUTS if words.is_sigmoid else CLIP_CUTS) if known is None else known.cuts,
        published=_published(words, tokenizer) if known is None else known.published,
        figures=Figures() if known is None else known.figures,
        not_established=(CUTS_ARE_GUESSED,) if known is None else known.not_established,
    )
    if graphs.image.batch not in {None, 1}:
        raise ModelError(
            "model_incompatible",
            "The graph for pictures takes {batch} at a time; photofind needs one that "
            "takes any number, or one.",
            batch=graphs.image.batch,
        )
    spec = replace(draft, dim=output_dim(InstalledModel(draft, target)))
    if graphs.text.length is None and not words.is_sigmoid:
        free = replace(spec, padding=replace(spec.padding, kind=PaddingKind.NONE))
        if takes_any_length(InstalledModel(free, target), InstalledModel(spec, target)):
            return free
    return spec


def imported_key(name: str, sha256: str) -> str:
    """A key that no registry entry has, and no other weights."""
    return f"imported-{short_name(name) or 'model'}-{sha256[:8]}"


def _take_tokenizer(layout: Layout, target: Path) -> Path:
    source = layout.tokenizer
    if source is None:
        if layout.kind not in {Kind.RCLIP, Kind.MOBILECLIP}:
            raise ModelError(
                "model_missing",
                "There is no {tokenizer} in {folder}. Add it there.",
                tokenizer=TOKENIZER,
                folder=layout.folder.name,
            )
        source = shipped_file("tokenizers/clip.json")
    shutil.copyfile(source, target / TOKENIZER)
    return source


def _words(layout: Layout, tokenizer: Path) -> _TextPreparation:
    config = read_json_object(layout.config) if layout.config is not None else {}
    if isinstance(text := config.get("text_cfg"), dict):
        return _open_clip_words(text, is_sigmoid="init_logit_bias" in config)
    if config.get("model_type") in {"siglip", "siglip2"}:
        return _siglip_words(config)
    if not _is_clip(tokenizer):
        raise ModelError(
            "model_incompatible",
            "It isn't clear how the model in {folder} expects its texts: a "
            "config.json of CLIP or SigLIP is missing.",
            folder=layout.folder.name,
        )
    inner = config.get("text_config")
    stated = inner.get("max_position_embeddings") if isinstance(inner, dict) else None
    return _TextPreparation(TextCleaning.CLIP, _length(stated, _CLIP_LENGTH), 0)


def _published(words: _TextPreparation, tokenizer: Path) -> Published:
    """CLIP's vocabulary is known, whatever the weights."""
    is_clip = words.cleaning is TextCleaning.CLIP and _is_clip(tokenizer)
    return Published(CLIP_TOKENS) if is_clip else Published()


def _open_clip_words(text: Mapping[str, Any], *, is_sigmoid: bool) -> _TextPreparation:
    options = text.get("tokenizer_kwargs")
    options = options if isinstance(options, dict) else {}
    others = bool(text.get("hf_tokenizer_name"))
    clean = options.get("clean", "whitespace" if others else "lower")
    if options.get("strip_sep_token") or clean not in _CLEANING:
        raise ModelError(
            "model_incompatible", "Its texts are prepared in a way that photofind doesn't follow."
        )
    length = _length(text.get("context_length"), _CLIP_LENGTH)
    return _TextPreparation(_CLEANING[clean], length, None if others else 0, is_sigmoid)


def _siglip_words(config: Mapping[str, Any]) -> _TextPreparation:
    inner = config.get("text_config")
    inner = inner if isinstance(inner, dict) else {}
    length = _length(inner.get("max_position_embeddings"), _SIGLIP_LENGTH)
    second = config["model_type"] == "siglip2" or inner.get("vocab_size") == _GEMMA_WORDS
    # The first SigLIP's tokenizer drops punctuation, the second's only makes lower case.
    cleaning = TextCleaning.LOWER if second else TextCleaning.CANONICAL
    return _TextPreparation(cleaning, length, None, is_sigmoid=True)


def _length(stated: object, default: int) -> int:
    if stated is None:
        return default
    if not isinstance(stated, int) or not 2 <= stated <= _LONGEST_CONTEXT:
        raise ModelError(
            "model_incompatible", "Its texts can't have {stated} tokens.", stated=f"{stated!r}"
        )
    return stated


def _is_clip(tokenizer: Path) -> bool:
    known = TextTokenizer(tokenizer, _CLIP_LENGTH, Padding(PaddingKind.NONE))
    return any(known.find(token) == _CLIP_END_ID for token in _CLIP_END)


def _pad_id(words: _TextPreparation, tokenizer: Path) -> int:
    if words.pad_id is not None:
        return words.pad_id
    found = find_pad_token(tokenizer)
    if found is None:
        raise ModelError(
            "model_missing",
            "{tokenizer} doesn't say what texts are filled up with. Add the "
            "{tokenizer_config} that belongs to it.",
            tokenizer=TOKENIZER,
            tokenizer_config=_TOKENIZER_CONFIG,
        )
    return found.id


def _languages(words: _TextPreparation) -> tuple[str, ...]:
    return ("en",) if words.cleaning is TextCleaning.CLIP else ("mul",)
