"""`.xmp` files beside photos, in which photo managers write what they don't write into photos."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from photofind.domain import MediaCode, MediaError
from photofind.media.files import media_error_from, open_photo
from photofind.media.metadata.annotations import overlay
from photofind.media.metadata.dates import candidate_of, settle_date
from photofind.media.metadata.photo import PhotoMetadata, fill_capture
from photofind.media.metadata.xmp import LARGEST_XMP
from photofind.media.metadata.xmp_facts import read_xmp

if TYPE_CHECKING:
    from pathlib import Path


def read_sidecar(path: Path) -> PhotoMetadata | None:
    """Reads a sidecar.

    Returns:
        What it says; None when it is not there or no regular file, is larger than 4 MB, or says
        nothing.

    Raises:
        MediaError: denied or unreadable, for now: permissions change, and drives come back.
    """
    try:
        with open_photo(path) as file:
            data = file.read(LARGEST_XMP + 1)
    except OSError as error:
        raise media_error_from(error) from error
    except MediaError as error:
        if error.media_code is MediaCode.VANISHED or error.__cause__ is None:
            return None
        raise
    facts = read_xmp(data, is_sidecar=True)
    metadata = PhotoMetadata(facts.capture, facts.annotations)
    return None if metadata == _NOTHING else metadata


_NOTHING: Final = PhotoMetadata(read_xmp(b"").capture, read_xmp(b"").annotations)


def with_sidecar(metadata: PhotoMetadata, sidecar: PhotoMetadata | None) -> PhotoMetadata:
    """What a file and its sidecar say together.

    Rating, title, description, keywords and place: the sidecar's, since programs write it after
    the camera wrote the file; its date of capture too, where it differs. Camera, lens and exposure:
    the file's.
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
