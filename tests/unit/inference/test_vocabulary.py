from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.inference.vocabulary import (
    everyday_vocabulary,
    plain_vocabulary,
    read_vocabulary,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_everyday_words_are_many_and_said_in_sentences() -> None:
    vocabulary = everyday_vocabulary()
    assert len(vocabulary.labels) > 1_200
    assert len(set(map(str.casefold, vocabulary.labels))) == len(vocabulary.labels)
    said = dict(zip(vocabulary.labels, vocabulary.sentences, strict=True))
    assert "a photo of a dog." in said["dog"]
    assert "a photo of an elephant." in said["elephant"]
    assert "a photo taken at a university." in said["university"]
    assert "a photo of an umbrella." in said["umbrella"]
    assert "a photo of people playing chess." in said["playing chess"]
    assert all(
        label in sentence and "{" not in sentence
        for label, sentences in said.items()
        for sentence in sentences
    )


def test_a_persons_labels_count_once_and_sentences_stay_as_they_are() -> None:
    vocabulary = plain_vocabulary(["my cat", "two dogs playing in the snow", "my cat"])
    assert vocabulary.labels == ("my cat", "two dogs playing in the snow")
    assert vocabulary.sentences[0] == ("a photo of my cat.", "a picture of my cat.")
    assert vocabulary.sentences[1] == ("two dogs playing in the snow",)


def test_the_digest_changes_with_words_and_templates(tmp_path: Path) -> None:
    file = tmp_path / "words.toml"
    digests = set()
    for text in (
        'labels = ["dog"]\ntemplates = ["a {}"]',
        'labels = ["cat"]\ntemplates = ["a {}"]',
        'labels = ["dog"]\ntemplates = ["the {}"]',
    ):
        file.write_text(f"[animals]\n{text}", encoding="utf-8")
        digests.add(read_vocabulary(file).digest)
    assert len(digests) == 3


@pytest.mark.parametrize(
    "text",
    [
        "[animals]\nlabels = 3",
        '[animals]\nlabels = ["dog", "dog"]\ntemplates = ["a {}"]',
        '[animals]\nlabel = ["dog"]\ntemplates = ["a {}"]',
        "not toml",
    ],
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "words.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"."):
        read_vocabulary(file)
