"""How good captions are: the figures by which captioners are compared in the literature."""
