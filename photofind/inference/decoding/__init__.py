"""From logits to texts: the three ways of choosing tokens. Pure NumPy; knows no model."""
