"""What a query line may go on with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.search.completion import MOST_PROPOSED, ProposalKind, Vocabulary, propose
from photofind.search.syntax import KEYS, All, Filter, is_visible, parse_tree

LIBRARY = Vocabulary(
    {
        "tag": ["dog", "polar bear", "Doorway (old)"],
        "folder": ["Portugal 2019", "Trips/Dogs", "ทริป"],
        "camera": ["Canon EOS 5D"],
        "lens": ["EF 50mm"],
        "ext": ["jpg", "heic"],
    },
    {"Portugal without people": "folder:Portugal -people"},
    ["two dogs -cat", "portrait of a dog", '"no parking"'],
)


def taken(line: str, text: str, cursor: int | None = None) -> tuple[str, int]:
    """The line after a proposal was taken, and where the cursor is."""
    found = propose(line, len(line) if cursor is None else cursor, LIBRARY)
    (proposal,) = (each for each in found if each.text == text)
    return proposal.line, proposal.cursor


def texts(line: str, cursor: int | None = None) -> list[str]:
    found = propose(line, len(line) if cursor is None else cursor, LIBRARY)
    return [each.text for each in found]


def test_an_empty_line_offers_what_was_searched_for() -> None:
    assert texts("") == texts("  ") == list(LIBRARY.recent)


@pytest.mark.parametrize(
    ("line", "text", "after"),
    [
        ("do", "dog", "tag:dog "),
        ("snow POLA", "polar bear", 'snow tag:"polar bear" '),
        ("tag:bea", "polar bear", 'tag:"polar bear" '),
        ('-tag:"polar b', "polar bear", '-tag:"polar bear" '),
        ("(a or door", "Doorway (old)", '(a or tag:"Doorway (old)" '),
        ("2:camera:5d", "Canon EOS 5D", '2:camera:"Canon EOS 5D" '),
        ("ทริ", "ทริป", "folder:ทริป "),
        ("fold", "folder:", "folder:"),
        ("a -is:scr", "screenshot", "a -is:screenshot "),
        ("sort:-d", "-date", "sort:-date "),
        ("portu", "Portugal without people", "folder:Portugal -people"),
        ("TWO", "two dogs -cat", "two dogs -cat"),
        ("ext:", "heic", "ext:heic "),
    ],
)
def test_a_proposal_replaces_the_part_at_the_cursor(line: str, text: str, after: str) -> None:
    assert taken(line, text) == (after, len(after))


def test_what_follows_the_cursor_stays() -> None:
    assert taken("tag:do snow", "dog", 6) == ("tag:dog snow", 8)
    assert taken("(tag:do) snow", "dog", 7) == ("(tag:dog) snow", 8)
    assert taken("tag:do snow", "dog", 5) == ("tag:dog snow", 8)


@pytest.mark.parametrize("line", ['"xy', '"dog"', "d", "tag:dog ", "snow ", "zzz", "date:20"])
def test_nothing_is_proposed_where_nothing_fits(line: str) -> None:
    assert texts(line) == []


def test_what_begins_so_comes_before_what_has_it_in_it() -> None:
    assert texts("folder:dog") == ["Trips/Dogs"]
    assert texts("tag:o") == ["Doorway (old)", "dog", "polar bear"]


def test_never_more_than_can_be_looked_through() -> None:
    many = Vocabulary({"tag": [f"dog {number}" for number in range(5_000)]}, {}, ["dog"] * 50)
    for line in ("", "dog", "tag:dog"):
        assert 0 < len(propose(line, len(line), many)) <= MOST_PROPOSED


@given(st.text(), st.integers(0, 40))
def test_any_line_has_an_answer(line: str, cursor: int) -> None:
    for proposal in propose(line, cursor, LIBRARY):
        assert 0 <= proposal.cursor <= len(proposal.line)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(is_visible))
def test_an_inserted_value_is_read_back(value: str) -> None:
    """Whatever signs a folder's name has."""
    library = Vocabulary({"folder": [value]}, {})
    (proposal,) = propose("-folder: x", 8, library)
    assert proposal.kind is ProposalKind.FOLDER
    tree = parse_tree(proposal.line)
    assert tree == parse_tree(f"-{proposal.line[1 : proposal.cursor]} x")
    assert isinstance(tree, All)
    assert Filter("folder", " ".join(value.split())) == tree.nodes[0].node  # type: ignore[union-attr]


def test_every_key_can_be_completed() -> None:
    for key in KEYS:
        if len(key) > 2:
            assert f"{key}:" in texts(key[:-1])
