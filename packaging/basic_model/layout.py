"""How the joint space is laid out. Pictures and words must agree on it.

    picture  [ √P (1000) | attributes (17) | people (5) | V (384) | rest (1) ] / √NORM
    words    [ 80 · nearness to the 1022 concepts       | z (384) | 0        ] / length

P are class probabilities, V their mean direction in the sentence encoder's space (ConSE,
Norouzi et al. 2014), z the query's direction there. `rest` gives every picture the same length,
so that the dot product ranks pictures for one query by
80 · Σ nearness(query) · evidence(picture) + z·V. The weights were chosen by retrieval on 159
COCO photos.
"""

from __future__ import annotations

from basic_model.concepts import CONCEPTS, TEXT_DIM

SEARCH_DIM = CONCEPTS + TEXT_DIM + 1
SIMILAR_DIM = 1280
CONTEXT_LENGTH = 64
IMAGE_SIZE = 288

TEMPERATURE = 2.0
"""Of the class probabilities: second and third guesses count too."""
ATTRIBUTE_WEIGHT = 0.09
PEOPLE_WEIGHT = 0.25
SQUARED_NORM = 2.5
CONCEPT_TEMPERATURE = 0.12
"""Of a query's nearness to concepts, in cosine."""
CONCEPT_WEIGHT = 80.0
