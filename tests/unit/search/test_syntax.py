from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photofind.search.syntax import (
    All,
    Any,
    Filter,
    Node,
    Not,
    Phrase,
    Weighted,
    Word,
    parse_tree,
    print_tree,
)

A, B, C = Word("a"), Word("b"), Word("c")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", All(())),
        ("( ) \"\" ''", Word("''")),
        ("a b", All((A, B))),
        ("a -b", All((A, Not(B)))),
        ("2:a b", All((Weighted(2, A), B))),
        ("0.1:a 10:b", All((Weighted(0.1, A), Weighted(10, B)))),
        ("11:a", Word("11:a")),
        ("18:30", Word("18:30")),
        ("a b or c", Any((All((A, B)), C))),
        ("(a or b) -c", All((Any((A, B)), Not(C)))),
        ("a OR b", Any((A, B))),
        ("or a or", All((Word("or"), A, Word("or")))),
        ("-(a b)", Not(All((A, B)))),
        ("-tag:x", Not(Filter("tag", "x"))),
        ("a-b --c -5 °C", All((Word("a-b"), Word("--c"), Word("-5"), Word("°C")))),
        ("-2014", Not(Word("2014"))),
        ("TAG:x", Filter("tag", "x")),
        ('tag:"polar  bear" a', All((Filter("tag", "polar bear"), A))),
        ('tag:"polar bea', Filter("tag", "polar bea")),
        ("(tag:x)", Filter("tag", "x")),
        ("rating:>=4", Filter("rating", ">=4")),
        (r"folder:C:\Photos", Filter("folder", r"C:\Photos")),
        ("colour:red", Word("colour:red")),
        ('"no  parking"', Phrase("no parking")),
        ("“a”", Phrase("a")),
        (r'"say \"a\""', Phrase('say "a"')),
        ('24" a', All((Word('24"'), A))),
        ("((a", A),
        ("a) b", All((Word("a)"), B))),
        ("IMG (1).jpg", All((Word("IMG"), Word("1"), Word(".jpg")))),
        ("f(a) b", All((Word("f(a)"), B))),
        (r"\-a \(b\) \or", All((Word("-a"), Word("(b)"), Word("or")))),
        (r"tag\:x", Word("tag:x")),
    ],
)
def test_grammar(text: str, tree: Node) -> None:
    assert parse_tree(text) == tree
    assert parse_tree(print_tree(tree)) == tree


def test_every_node_knows_where_it_began() -> None:
    tree = parse_tree('dog tag:x "no way"')
    assert isinstance(tree, All)
    leaves = (each for each in tree.nodes if isinstance(each, Word | Filter | Phrase))
    positions = [each.position for each in leaves]
    assert positions == [0, 4, 10]


def test_brackets_by_the_thousand_are_no_trouble() -> None:
    assert parse_tree("(" * 5_000 + "a" + ")" * 5_000) == A


@settings(deadline=None, max_examples=1_000)
@given(
    st.one_of(
        st.text(st.characters(exclude_categories=()), max_size=20),
        st.lists(
            st.sampled_from(
                [
                    "or",
                    " ",
                    "(",
                    ")",
                    "-",
                    "2:",
                    "tag:",
                    '"',
                    "\\",
                    "a",
                    "b",
                    "“",
                    ":",
                    "-5",
                    "name:x",
                ]
            ),
            max_size=14,
        ).map("".join),
    )
)
def test_what_is_printed_reads_as_the_same(text: str) -> None:
    tree = parse_tree(text)
    assert parse_tree(print_tree(tree)) == tree
