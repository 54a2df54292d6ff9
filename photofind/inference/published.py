"""Is it the model it is said to be? What others published of the same weights tells.

Hashes tell which file it is, golden vectors whether it computes here what it did before; only
values from elsewhere tell whether file, tokenizer, graph and the code here belong together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from photofind.domain import ModelError
from photofind.inference.clip import TextEncoder
from photofind.inference.tokenizers import TextTokenizer

if TYPE_CHECKING:
    from photofind.inference.clip import DualEncoder

TOLERANCE = 1e-3
"""Of a component in float32: published values have four decimals, and runtimes round otherwise."""
INT8_TOLERANCE = 0.015
"""Of a component of a vector of 512 where the text tower is int8, or may be.

Measured on the text tower of CLIP ViT-B/32 against float32, over all components of eight texts,
with random weights: normal ones, and ones with heavy tails (Student's t of 4 degrees), which suffer
more. int8 made here moved none by more than 0.0027 and 0.0046, onnxruntime's dynamic int8, as
others use it for finished graphs, none by more than 0.0038 and 0.0139. The standard deviation of a
component is 0.044, so five of other weights fit by chance once in some 900.
"""


def require_published(model: DualEncoder, *, exact: bool) -> None:
    """Compares a model's words with what is known of them from elsewhere (well below a second).

    Args:
        exact: the text tower is float32 for certain.

    Raises:
        ModelError: model_incompatible, it is another model.
    """
    published = model.spec.published
    if published.tokens:
        _require_tokens(model)
    if not published.vectors:
        return
    tolerance = TOLERANCE if exact else INT8_TOLERANCE
    vectors = TextEncoder(model).encode([known.text for known in published.vectors])
    for vector, known in zip(vectors, published.vectors, strict=True):
        expected = np.asarray(known.begins)
        off = np.abs(vector[: len(expected)] - expected)
        if not (off <= tolerance).all():  # also when one is not a number
            raise ModelError(
                "model_incompatible",
                "This is not the model “{model}”: for the words “{text}” it gives other "
                "numbers than were published for it. Its file is another model's, or it was "
                "changed; get it from somewhere else, or choose another model.",
                model=model.spec.title,
                text=known.text,
            )


def _require_tokens(model: DualEncoder) -> None:
    spec = model.spec
    path = model.file(spec.tokenizer)
    tokenizer = TextTokenizer(path, spec.context_length, spec.padding, spec.cleaning)
    for known in spec.published.tokens:
        ids, mask = tokenizer.encode(known.text)
        if tuple(ids[mask == 1].tolist()) != known.ids:
            raise ModelError(
                "model_incompatible",
                "This is not the vocabulary of the model “{model}”: it numbers the words "
                "“{text}” otherwise than was published. Its file {file} is another model's, "
                "or it was changed; get it from somewhere else, or choose another model.",
                model=spec.title,
                text=known.text,
                file=path.name,
            )
