"""What is written in a photo and beside it: EXIF, IPTC, XMP, sidecars, and the file's name."""
