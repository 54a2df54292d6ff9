"""One photo, large: the picture, what is known of it, and the way to its neighbours."""
