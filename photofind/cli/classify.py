"""`photofind classify`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog.reader import CatalogReader
from photofind.cli.documents import classify_document
from photofind.inference.store import ModelStore
from photofind.search.classify import classify, read_labels

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.cli.session import Session


def classify_photos(session: Session, labels_file: Path, folder: Path) -> None:
    """Prints which of a person's labels fit each photo of a folder best.

    Raises:
        PhotofindError: the labels can't be read, or nothing in the folder is indexed.
    """
    labels = read_labels(labels_file)
    with CatalogReader(session.folders) as reader:
        found = classify(reader, ModelStore(session.folders), labels, folder)
    if session.output.as_json:
        session.output.document(classify_document(found))
        return
    for path, shares in zip(found.paths, found.shares, strict=True):
        best = int(np.argmax(shares))
        session.output.line(f"{shares[best]:4.0%}  {found.labels[best]}  {path}")
