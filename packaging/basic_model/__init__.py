"""Builds the built-in model: a dual encoder put together from freely licensed weights.

Pictures are seen by an EfficientNet-lite2 (a thousand classes) and a NanoDet (80 objects); words
are read by two sentence encoders, MiniLM for English and the Universal Sentence Encoder for sixteen
languages. What joins them are directions in each sentence encoder's space: texts about the classes,
attributes and objects (`concepts`), and a linear head fitted to the captions of 78 photos (`head`).
`layout` has the formula of the joint space.
"""
