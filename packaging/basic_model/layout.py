"""How the joint space is laid out. Pictures and words must agree on it.

    picture       [ √P 1000 | .09 A 17 | .25 people 5 | √o 80 | UQ | UQ' | -.1 h | -.1 h' | rest ]
    English       [ 80 · nearness to the 1022 concepts | 2.5 w | zQ | 0   | 4 | 0 | 0 ]
    multilingual  [ 80 · nearness to the 1022 concepts | 2.5 w | 0  | z'Q'| 0 | 4 | 0 ]

both divided by their length. P are class probabilities, A attributes read from pixels, o how surely
each of the detector's 80 objects is present; z is the centred direction of a query in its sentence
encoder's space and w how near it is to each object's name. U is the picture's direction in that
space: the mean direction of its classes (ConSE, Norouzi et al. 2014) and a linear head's guess
(see `head`). Q are the 192 principal directions in which captions differ; a prime marks the
multilingual encoder's. h is how well the picture fits everyday captions on the whole, which is
taken off every query's score ("hubness"). `rest` gives every picture the same length, so that the
dot product ranks pictures for one query. The constants were chosen by retrieval on COCO photos
that are in no way part of the model.
"""

from __future__ import annotations

CLASSES = 1000
ATTRIBUTES = 17
PEOPLE = 5
CONCEPTS = CLASSES + ATTRIBUTES + PEOPLE
OBJECTS = 80
DIRECTIONS = 192
SEARCH_DIM = CONCEPTS + OBJECTS + 2 * DIRECTIONS + 3
SIMILAR_DIM = 1280
CONTEXT_LENGTH = 64
IMAGE_SIZE = 288
DETECTOR_SIZE = 224
"""What the detector sees, whatever the picture's size: 1.53 times the first edition's time instead
of 1.9 at 288, for half a point of recall."""

TEMPERATURE = 2.0
"""Of the class probabilities: second and third guesses count too."""
ATTRIBUTE_WEIGHT = 0.09
PEOPLE_WEIGHT = 0.25
SQUARED_NORM = 40.0
CONCEPT_WEIGHT = 80.0
OBJECT_WEIGHT = 2.5
OBJECT_THRESHOLD = 0.3
"""Cosine of a query and an object's name at which the query begins to be about the object."""
OBJECT_TEMPERATURE = 0.12
PRESENCE_SLOPE = 2.0
PRESENCE_SHIFT = 1.0
"""Presence is sigmoid(slope · logit + shift): a plain sigmoid leaves .04 for every object."""
HEAD_WEIGHT = 5.0
HUB_WEIGHT = 0.4
HUB_SCALE = 4.0
"""The share of the hubness that is taken off is divided by this in pictures and multiplied in
words, so that one number among 1,489 doesn't dominate a picture's length."""
HUB_CAPTIONS = 20
"""Hubness is the mean of so many best scores among the everyday captions."""
