from __future__ import annotations

from pathlib import Path

import pytest

from photofind.cli.arguments import (
    Invocation,
    UsageError,
    absolute_path,
    parse,
    wants_json,
    window_folders,
)
from photofind.domain import PhotofindError


@pytest.mark.parametrize("words", [[], ["Pictures"], ["./index", "a b"], ["--", "-odd", "search"]])
def test_without_a_command_the_words_are_folders_for_the_window(words: list[str]) -> None:
    folders = tuple(word for word in words if word != "--")
    assert parse(words) == Invocation(window=True, arguments=folders)


@pytest.mark.parametrize(
    "words",
    [
        ["--json", "--data-dir", "/d", "status"],
        ["--data-dir=/d", "status", "--json"],
        ["status", "--json", "--data-dir", "/d"],
        ["--json", "status", "--data-dir=/d"],
    ],
)
def test_global_options_stand_before_or_after_the_command(words: list[str]) -> None:
    assert parse(words) == Invocation(
        window=False, arguments=("status",), as_json=True, data_dir=Path("/d")
    )


def test_the_value_of_data_dir_may_be_named_like_a_command() -> None:
    invocation = parse(["--data-dir", "index", "status"])
    assert invocation.data_dir == Path("index")
    assert invocation.arguments == ("status",)


@pytest.mark.parametrize("words", [["--data-dir"], ["status", "--data-dir"], ["--data-dir=", "x"]])
def test_data_dir_needs_a_value(words: list[str]) -> None:
    with pytest.raises(UsageError, match="needs a folder"):
        parse(words)


@pytest.mark.parametrize(
    ("words", "given_to_typer"),
    [
        (["-people"], ["--", "-people"]),
        (["-red car"], ["--", "-red car"]),
        (["beach", "-people"], ["--", "beach", "-people"]),
        (["two", "dogs", "--limit", "3"], ["--limit", "3", "--", "two", "dogs"]),
        (["--limit=3", "-x"], ["--limit=3", "--", "-x"]),
        (["--", "--limit", "3"], ["--", "--limit", "3"]),
        (["a", "--", "--json"], ["--", "a", "--json"]),
        (["--12"], ["--", "--12"]),
        (["-"], ["--", "-"]),
        ([""], ["--", ""]),
        ([], []),
        (["--help", "dogs"], ["--help", "--", "dogs"]),
    ],
)
def test_a_query_is_a_query_whatever_it_begins_with(
    words: list[str], given_to_typer: list[str]
) -> None:
    assert parse(["search", *words]).arguments == ("search", *given_to_typer)


def test_known_options_stay_options_beside_a_query_with_a_dash() -> None:
    invocation = parse(["search", "-people", "--json", "--limit", "5"])
    assert invocation.as_json
    assert invocation.arguments == ("search", "--limit", "5", "--", "-people")


def test_every_command_with_a_query_leaves_it_alone() -> None:
    assert parse(["explain", "-people", "--json"]).arguments == ("explain", "--", "-people")
    assert parse(["explain", "--limit=3"]).arguments == ("explain", "--", "--limit=3")
    assert parse(["search", "dogs", "--save", "-my dogs", "-cat"]).arguments == (
        "search",
        "--save",
        "-my dogs",
        "--",
        "dogs",
        "-cat",
    )
    with pytest.raises(UsageError, match="did you mean --json"):
        parse(["explain", "dogs", "--jsn"])


@pytest.mark.parametrize("word", ["--limt", "--jsn", "--limits=3"])
def test_a_mistyped_option_of_search_is_not_searched_for(word: str) -> None:
    with pytest.raises(UsageError, match="did you mean --"):
        parse(["search", "dogs", word])


def test_options_of_other_commands_are_left_to_typer() -> None:
    assert parse(["similar", "a.jpg", "--bogus"]).arguments == ("similar", "a.jpg", "--bogus")
    assert parse(["similar", "--", "-a.jpg"]).arguments == ("similar", "--", "-a.jpg")


def test_options_without_a_command_are_left_to_typer() -> None:
    assert parse(["--help"]) == Invocation(window=False, arguments=("--help",))
    assert parse(["folder", "--bogus"]).window is False


def test_the_version_needs_no_command() -> None:
    assert parse(["--version", "--json"]) == Invocation(
        window=False, arguments=(), as_json=True, version=True
    )


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["--json"], "--help"),
        (["--json", "serach"], "search"),
        (["xyz", "--json"], "no command xyz"),
    ],
)
def test_json_goes_with_a_command(words: list[str], hint: str) -> None:
    with pytest.raises(UsageError, match=hint):
        parse(words)


def test_json_is_noticed_even_in_a_command_line_that_makes_no_sense() -> None:
    assert wants_json(["--bogus", "--json"])
    assert not wants_json(["search", "--", "--json"])


def test_window_folders_are_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "index").mkdir()
    monkeypatch.chdir(tmp_path)
    assert window_folders(("./index", str(tmp_path / "index" / ".."))) == [
        tmp_path / "index",
        tmp_path,
    ]


def test_a_missing_window_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(PhotofindError, match="holiday") as caught:
        window_folders((str(tmp_path), str(tmp_path / "holiday")))
    assert caught.value.code == "folder_missing"


def test_a_mistyped_command_is_not_a_missing_folder() -> None:
    with pytest.raises(UsageError, match="did you mean search"):
        window_folders(("serach", "dog"))


def test_an_empty_name_is_not_the_current_folder() -> None:
    with pytest.raises(UsageError):
        absolute_path("")
