"""The statements that change the catalog, by topic; only `CatalogWriter` calls them.

Each function expects an open transaction, and leaves these true:
a content with a live file is the primary one of its photo (so nothing that lies on the disk is
hidden), and `visible_photos` and `photo_words` have exactly one row for each photo that can be
found.
"""
