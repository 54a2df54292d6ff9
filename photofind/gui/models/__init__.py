"""The Models dialog: which there are, which are installed, and which one search uses."""
