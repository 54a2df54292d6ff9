"""The questions the catalog answers, by topic; `CatalogReader` gathers them.

No statement stays open between two calls, so that a slow reader never keeps the writer from
folding its write-ahead log back into the file.
"""
