"""Models: what they are, where they lie, and how pictures and words become vectors."""
