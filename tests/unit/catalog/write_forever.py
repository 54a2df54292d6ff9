"""Commits batches of made-up photos and says so, until it is killed."""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from photofind.catalog.claims import ClaimOutcome, IdentifiedFile, claim_files
from photofind.catalog.files import insert_files
from photofind.catalog.folders import add_folder
from photofind.catalog.models import activate_model, ensure_model
from photofind.catalog.suspects import find_suspects
from photofind.catalog.writer import CatalogWriter
from photofind.paths import app_folders
from tests.plugins.catalog import complete, write
from tests.unit.catalog.library import embedded, sha256


def main(data: Path, batch: int) -> None:
    with CatalogWriter(app_folders(data)) as writer:
        write(writer, find_suspects)
        model = write(writer, ensure_model, "test@1.p1.q1", "search", 8)
        write(writer, activate_model, model)
        folder = write(writer, add_folder, data / "photos", None)
        for number in count():
            names = [f"{number * batch + each}.jpg" for each in range(batch)]
            file_ids = write(
                writer, insert_files, folder.id, [(name.encode(), 1, 1) for name in names]
            )
            files = [
                IdentifiedFile(file_id, 1, 1, sha256(name))
                for file_id, name in zip(file_ids, names, strict=True)
            ]
            claims = write(writer, claim_files, files)
            new = [
                embedded(claim.content_id)
                for claim in claims
                if claim.outcome is ClaimOutcome.NEW and claim.content_id is not None
            ]
            complete(writer, new, model)
            print(number, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
