"""Finds photos: queries, vectors in memory, ranking, relevance. Knows no window and no worker."""
