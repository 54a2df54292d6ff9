"""What can go wrong while a model is exported."""

from __future__ import annotations

from photofind.domain import PhotofindError


class ExportError(PhotofindError):
    """A model can't be exported.

    Codes: export_tools_missing, export_unknown, export_weights, export_tokenizer,
    export_pictures, export_gate, export_folder.
    """
