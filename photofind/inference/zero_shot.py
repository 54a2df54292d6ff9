"""Tags out of a vocabulary, for models that compare pictures with any words (zero-shot).

A label is a direction among the picture vectors: the mean of its sentences' vectors (prompt
ensembling, Radford et al. 2021, section 3.1.4). What a picture scores there can't be compared
between labels as it is, for some fit everything a little; so each label's mean over the library is
taken off first. A tag has to stand out among all labels, and to be what is likeliest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from photofind.atomic_files import replace_file
from photofind.inference.clip import TextEncoder, to_unit_length

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from photofind.inference.spec_search import DualEncoderSpec, ZeroShotCuts
    from photofind.inference.store import InstalledModel
    from photofind.inference.vocabulary import Vocabulary

BIAS_PHOTOS = 200
"""How many photos the assumption that all labels fit alike weighs as. The mean of fewer says more
about what they show than about the labels."""
_MOST_BIAS = 2.0
"""In standard deviations of the labels' means. What lies further out is what the library shows:
where all photos are of dogs, "dog" stays a tag."""


def encode_labels(
    encoder: TextEncoder,
    vocabulary: Vocabulary,
    stopped: Callable[[], bool] = lambda: False,
) -> NDArray[np.float32] | None:
    """The directions of labels: float32 [labels, dim], unit length; None when it was stopped.

    Takes some milliseconds a sentence.
    """
    vectors = []
    for sentences in vocabulary.sentences:
        if stopped():
            return None
        vectors.append(encoder.encode(sentences).mean(axis=0))
    return to_unit_length(np.stack(vectors).astype(np.float32))


def load_labels(
    model: InstalledModel[DualEncoderSpec],
    vocabulary: Vocabulary,
    cache: Path,
    stopped: Callable[[], bool] = lambda: False,
) -> NDArray[np.float32] | None:
    """As `encode_labels`, but encodes a vocabulary only once a model.

    Args:
        cache: folder of our own; may be deleted at any time.

    Raises:
        ModelError: the text encoder can't be used.
        OSError: the cache can't be written.
    """
    file = cache / f"{model.spec.catalog_key}.{vocabulary.digest}.npy"
    shape = (len(vocabulary.labels), model.spec.dim)
    try:
        known = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        known = None
    if known is not None and known.shape == shape and known.dtype == np.float32:
        return np.asarray(known, np.float32)
    vectors = encode_labels(TextEncoder(model), vocabulary, stopped)
    if vectors is not None:
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(file, lambda stream: np.save(stream, vectors))
    return vectors


def label_bias(pictures: NDArray[np.float32], labels: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much more than other labels each one fits whatever is in a library.

    Args:
        pictures: float32 [n, dim], some or all search vectors of the library.
        labels: float32 [labels, dim].

    Returns:
        float32 [labels], drawn towards 0 where there are few pictures.
    """
    count = len(pictures)
    if not count:
        return np.zeros(len(labels), np.float32)
    means = labels @ pictures.mean(axis=0)
    most = _MOST_BIAS * means.std()
    bias = np.clip(means - means.mean(), -most, most) * (count / (count + BIAS_PHOTOS))
    return np.asarray(bias, np.float32)


def propose(
    pictures: NDArray[np.float32],
    labels: NDArray[np.float32],
    bias: NDArray[np.float32],
    cuts: ZeroShotCuts,
) -> list[list[tuple[int, float]]]:
    """Says what is in pictures, as far as that stands out. Mostly a few labels, often none.

    Args:
        pictures: float32 [n, dim], unit length.
        labels: float32 [labels, dim], unit length.
        bias: float32 [labels], see `label_bias`.

    Returns:
        For each picture the numbers of its labels and the likelihood of each among all
        labels (0..1), the likeliest first.
    """
    fits = pictures @ labels.T - bias
    spread = fits.std(axis=1, keepdims=True)
    centred = fits - fits.mean(axis=1, keepdims=True)
    z = np.divide(centred, spread, out=np.zeros_like(fits), where=spread > 0)
    logits = cuts.logit_scale * fits
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    found = []
    for row_z, row_shares in zip(z, shares, strict=True):
        sure = np.flatnonzero((row_z >= cuts.z) & (row_shares >= cuts.share))
        best = sure[np.lexsort((sure, -row_shares[sure]))][: cuts.at_most]
        found.append([(int(label), float(row_shares[label])) for label in best])
    return found
