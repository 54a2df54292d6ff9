"""`.xmp` files beside photos, in which photo managers write what they don't write into photos."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from photofind.domain import MediaError
from photofind.media.files import open_photo
from photofind.media.formats import SIDECAR_SUFFIX
from photofind.media.metadata.annotations import overlay
from photofind.media.metadata.dates import candidate_of, settle_date
from photofind.media.metadata.photo import PhotoMetadata, fill_capture
from photofind.media.metadata.xmp import LARGEST_XMP
from photofind.media.metadata.xmp_facts import read_xmp

if TYPE_CHECKING:
    from pathlib import Path


def is_sidecar_name(name: str) -> bool:
    """Tells a sidecar by its name."""
    return name.lower().endswith(SIDECAR_SUFFIX)


def sidecar_names(name: str) -> tuple[str, str]:
    """The names a photo's sidecar may have, the more particular first.

    digiKam and darktable write IMG.jpg.xmp, Lightroom and most others IMG.xmp, which belongs to
    all parts of a photo (IMG.cr2, IMG.jpg).
    """
    return name + SIDECAR_SUFFIX, os.path.splitext(name)[0] + SIDECAR_SUFFIX  # noqa: PTH122


def find_sidecar(photo: Path) -> Path | None:
    """A photo's sidecar, None when there is none. The suffix may be in capitals."""
    for name in sidecar_names(photo.name):
        for spelling in (name, name.removesuffix(SIDECAR_SUFFIX) + SIDECAR_SUFFIX.upper()):
            path = photo.with_name(spelling)
            if os.path.isfile(path):  # noqa: PTH113 (an answer, never an error)
                return path
    return None


def read_sidecar(path: Path) -> PhotoMetadata | None:
    """Reads a sidecar.

    Returns:
        What it says; None when it can't be read, is larger than 4 MB, or says nothing.
    """
    try:
        with open_photo(path) as file:
            data = file.read(LARGEST_XMP + 1)
    except (MediaError, OSError):
        return None
    facts = read_xmp(data)
    metadata = PhotoMetadata(facts.capture, facts.annotations)
    return None if metadata == _NOTHING else metadata


_NOTHING: Final = PhotoMetadata(read_xmp(b"").capture, read_xmp(b"").annotations)


def with_sidecar(metadata: PhotoMetadata, sidecar: PhotoMetadata | None) -> PhotoMetadata:
    """What a file and its sidecar say together.

    Rating, title, description, keywords and place: the sidecar's, since programs write it after
    the camera wrote the file. Camera, lens and exposure: the file's. The date by the order of
    TakenSource: a sidecar's counts as XMP.
    """
    if sidecar is None:
        return metadata
    capture = fill_capture(metadata.capture, sidecar.capture)
    if sidecar.capture.latitude is not None:
        capture = replace(
            capture, latitude=sidecar.capture.latitude, longitude=sidecar.capture.longitude
        )
    capture = settle_date(capture, [candidate_of(sidecar.capture)])
    return PhotoMetadata(capture, overlay(metadata.annotations, sidecar.annotations))
