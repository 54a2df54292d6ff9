"""What an installation is doing, for whoever shows it."""

from __future__ import annotations

from enum import StrEnum


class Step(StrEnum):
    """What an installation is doing."""

    EXPORTING = "exporting"
    ASKING = "asking"
    DOWNLOADING = "downloading"
    VERIFYING = "verifying"
    BINDING = "binding"
    QUANTISING = "quantising"
    TESTING = "testing"
    TRYING = "trying"
    """A model of strangers: said again before each run, which has only so much time and memory
    (`models.process`)."""
