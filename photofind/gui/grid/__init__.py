"""The virtual grid of thumbnails: model, delegate, view and the threads that fill it."""
