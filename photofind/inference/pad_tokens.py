"""What a tokenizer's texts are filled up with: its files say so in several ways."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from photofind.inference.spec_search import Padding, PaddingKind
from photofind.inference.tokenizers import TextTokenizer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CONFIG_NAME = "tokenizer_config.json"
_USUAL = ("<pad>", "[PAD]")
_ANY_LENGTH = 64


@dataclass(frozen=True, slots=True)
class PadToken:
    """A token and its id."""

    token: str
    id: int


def find_pad_token(tokenizer: Path) -> PadToken | None:
    """As the configuration beside the file says, else the file itself, else as it is mostly.

    Returns:
        None when none of them says it.

    Raises:
        ModelError: model_incompatible, the file is not a tokenizer.
    """
    known = TextTokenizer(tokenizer, _ANY_LENGTH, Padding(PaddingKind.NONE))
    stated = read_json_object(tokenizer.with_name(CONFIG_NAME)).get("pad_token")
    if isinstance(stated, dict):
        stated = stated.get("content")
    own = read_json_object(tokenizer).get("padding")
    inside = own.get("pad_token") if isinstance(own, dict) else None
    for token in (stated, inside, *_USUAL):
        if isinstance(token, str) and (found := known.find(token)) is not None:
            return PadToken(token, found)
    return None


def read_json_object(path: Path) -> Mapping[str, Any]:
    """A JSON file's object; empty when there is no such file, or it holds something else."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
