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
    rows = _read_table("labels.tsv")
    if [row[0] for row in rows] != class_names:
        raise ValueError("labels.tsv must hold the classes in order")
    return _encode([(row[1], row[2], []) for row in rows])


def build_object_labels() -> bytes:
    """Turns objects.tsv and person_words.json into the model's objects.json.

    A line of the table is object, texts about it, label, more general words.
    """
    words = msgspec.json.decode(
        Path(__file__).with_name("person_words.json").read_bytes(), type=dict[str, list[str]]
    )
    queries = {"person": sorted({word.lower() for each in words.values() for word in each})}
    rows = _read_table("objects.tsv")
    return _encode([(row[2], row[3], queries.get(row[0], [])) for row in rows])


def _read_table(name: str) -> list[list[str]]:
    table = Path(__file__).with_name(name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in table]


def _encode(rows: list[tuple[str, str, list[str]]]) -> bytes:
    labels = [
        Label(
            name=label,
            groups=tuple(word for word in groups.split(", ") if word),
            queries=tuple(queries),
        )
        for label, groups, queries in rows
    ]
    lines = b",\n".join(msgspec.json.encode(label) for label in labels)
    return b"[\n" + lines + b"\n]\n"
