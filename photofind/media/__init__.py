"""Pictures on disk: finding, identifying and decoding them. Pillow lives here alone.

Nothing in here ever opens a person's file for writing.
"""
