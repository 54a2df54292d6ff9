"""Captions and questions in the window: shown, asked for, corrected, taken along."""
