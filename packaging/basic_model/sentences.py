"""The two sentence encoders as functions from a text to a vector, for use while building."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from basic_model import layout
from photofind.inference.session import create_session
from photofind.inference.spec_search import Padding, PaddingKind
from photofind.inference.tokenizers import TextTokenizer

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Embed = Callable[[str], NDArray[np.float32]]


def sentence_encoder(graph: bytes, tokenizer: Path) -> Embed:
    """Makes a function: text → float32 [dim], unit length.

    Args:
        graph: gives a vector for the sentence, or one for each token, whose mean is taken.
    """
    with tempfile.TemporaryDirectory() as temporary:
        file = Path(temporary) / "sentences.onnx"
        file.write_bytes(graph)
        session = create_session(file)
    words = TextTokenizer(tokenizer, layout.CONTEXT_LENGTH, Padding(PaddingKind.NONE))
    inputs = [value.name for value in session.get_inputs()]

    @cache  # many classes share phrases
    def embed(text: str) -> NDArray[np.float32]:
        ids, mask = words.encode(text)
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": ids * 0}
        found = session.run(None, {name: feed[name] for name in inputs})[0][0]
        vector = found if found.ndim == 1 else found.mean(0)
        return np.asarray(vector / np.linalg.norm(vector), np.float32)

    return embed
