"""Finding photos: search, explain, similar; how well that goes: eval."""

from __future__ import annotations

from typing import Annotated

import typer

from photofind.cli.arguments import absolute_path
from photofind.cli.declaring import GLOBAL_OPTIONS, Limit, argument, new_group, session_of

app = new_group()


@app.command(epilog=GLOBAL_OPTIONS)
def search(
    context: typer.Context,
    query: Annotated[list[str] | None, argument("QUERY")] = None,
    limit: Annotated[
        int, typer.Option(metavar="N", min=0, help="Show at most this many photos; 0: all.")
    ] = 20,
    save: Annotated[
        str | None, typer.Option(metavar="NAME", help="Also keep the search, under this name.")
    ] = None,
) -> None:
    """Find photos by what they show.

    QUERY is what you remember, in your words, as one argument or several: photofind search two
    dogs playing in the snow. Names of files and tags are searched too.
    """
    from photofind.cli.search import search_photos

    search_photos(session_of(context), " ".join(query or ()), limit, save)


@app.command(epilog=GLOBAL_OPTIONS, short_help="Say how a query is read.")
def explain(
    context: typer.Context, query: Annotated[list[str] | None, argument("QUERY")] = None
) -> None:
    """Say how a query is read, and which filters leave how many photos.

    Nothing is searched for. Words between filters are ranked together by what they mean.
    """
    from photofind.cli.explain import explain_query

    explain_query(session_of(context), " ".join(query or ()))


@app.command(epilog=GLOBAL_OPTIONS)
def similar(
    context: typer.Context,
    file: Annotated[str, argument("FILE")],
    box: Annotated[
        str | None,
        typer.Option(metavar="X,Y,W,H", help="Compare only this part of the picture."),
    ] = None,
    limit: Limit = 20,
) -> None:
    """Find photos that look like a picture.

    FILE is any picture, indexed or not; it is never among the results itself. A part of it is
    a rectangle, given as shares of the picture's width and height: its left and upper edge, its
    width and its height. 0.5,0,0.5,1 is the right half.
    """
    from photofind.cli.search import find_similar

    find_similar(session_of(context), absolute_path(file), limit, box)


@app.command("eval", epilog=GLOBAL_OPTIONS)
def evaluate(context: typer.Context, captions: Annotated[str, argument("CAPTIONS.tsv")]) -> None:
    """Measure how well captions find their photos.

    CAPTIONS.tsv has lines of a file's name, a tab and a caption. Every indexed photo competes;
    lines of other kinds and names that are not indexed are skipped and counted.
    """
    from photofind.cli.evaluate import evaluate_captions

    evaluate_captions(session_of(context), absolute_path(captions))
