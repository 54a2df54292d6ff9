"""Reads the weights' files that authors publish, without running anything that is in them."""
