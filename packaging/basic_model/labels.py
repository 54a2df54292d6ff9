"""Names for the classes that a person would use as tags."""

from __future__ import annotations

from pathlib import Path

import msgspec

from photofind.inference.labels import Label


def build_labels(class_names: list[str]) -> bytes:
    """Turns labels.tsv into the model's labels.json.

    A line of the table is class, label, more general words (separated by ", "). An empty label
    stands where the network errs more often than people photograph the thing.

    Args:
        class_names: the names the lines must begin with, in order.

    Raises:
        ValueError: the table doesn't fit the classes.
    """
    table = Path(__file__).with_name("labels.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in table]
    if [row[0] for row in rows] != class_names:
        raise ValueError("labels.tsv must hold the classes in order")
    labels = [
        Label(name=label, groups=tuple(word for word in groups.split(", ") if word))
        for _, label, groups in rows
    ]
    lines = b",\n".join(msgspec.json.encode(label) for label in labels)
    return b"[\n" + lines + b"\n]\n"
