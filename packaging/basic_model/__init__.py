"""Builds the built-in model: a dual encoder put together from freely licensed weights.

An EfficientNet-lite2 looks at the picture and a MiniLM sentence encoder at the words; nothing is
trained. What joins them is a bank of concepts (`concepts`): texts about the thousand classes the
image network knows. A picture becomes its class probabilities, a query becomes how close it is
to each concept, and their dot product is the score.
"""
