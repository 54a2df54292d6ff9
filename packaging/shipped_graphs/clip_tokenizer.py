"""CLIP's byte pair encoding as a tokenizer.json, from the vocabulary file in open_clip_torch."""

from __future__ import annotations

import gzip
import importlib.util
import json
from pathlib import Path
from typing import Any

_MERGES = 49152 - 256 - 2
_WORD_END = "</w>"
_START, _END = "<start_of_text>", "<end_of_text>"
_WORDS = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


def find_vocabulary() -> Path | None:
    """The file of merges that comes with open_clip_torch; None when that isn't installed."""
    found = importlib.util.find_spec("open_clip")
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / "bpe_simple_vocab_16e6.txt.gz"


def build_clip_tokenizer(vocabulary: Path) -> bytes:
    """Writes the tokenizer (Sennrich et al. 2016, on bytes as in GPT-2).

    Cleaning and lower case are not part of it: photofind does them first.
    """
    lines = gzip.decompress(vocabulary.read_bytes()).decode().split("\n")
    merges = [line.split() for line in lines[1 : _MERGES + 1]]
    symbols = _byte_symbols()
    words = [*symbols, *(symbol + _WORD_END for symbol in symbols), *map("".join, merges)]
    ids = {word: index for index, word in enumerate([*words, _START, _END])}
    tokenizer: dict[str, Any] = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_special(token, ids[token]) for token in (_START, _END)],
        "normalizer": None,
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                {
                    "type": "Split",
                    "pattern": {"Regex": _WORDS},
                    "behavior": "Removed",
                    "invert": True,
                },
                {
                    "type": "ByteLevel",
                    "add_prefix_space": False,
                    "trim_offsets": True,
                    "use_regex": False,
                },
            ],
        },
        "post_processor": {
            "type": "RobertaProcessing",
            "sep": [_END, ids[_END]],
            "cls": [_START, ids[_START]],
            "trim_offsets": False,
            "add_prefix_space": False,
        },
        "decoder": None,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": _END,
            "continuing_subword_prefix": "",
            "end_of_word_suffix": _WORD_END,
            "fuse_unk": False,
            "byte_fallback": False,
            "vocab": ids,
            "merges": [" ".join(merge) for merge in merges],
        },
    }
    return json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _byte_symbols() -> list[str]:
    """A visible character for every byte: itself where it is visible, else one from U+0100 on.

    In CLIP's order: the visible ones first.
    """
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(0x100) if byte not in visible]
    return [*map(chr, visible), *(chr(0x100 + index) for index in range(len(others)))]


def _special(token: str, index: int) -> dict[str, Any]:
    return {
        "id": index,
        "content": token,
        "single_word": False,
        "lstrip": False,
        "rstrip": False,
        "normalized": False,
        "special": True,
    }
