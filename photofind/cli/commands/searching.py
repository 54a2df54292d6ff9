"""Finding photos: search, similar; how well that goes: eval, eval-captions."""

from __future__ import annotations

from typing import Annotated

import typer

from photofind.cli.arguments import absolute_path
from photofind.cli.declaring import GLOBAL_OPTIONS, Limit, ModelKey, argument, new_group, session_of

app = new_group()


@app.command(epilog=GLOBAL_OPTIONS)
def search(
    context: typer.Context,
    query: Annotated[list[str] | None, argument("QUERY")] = None,
    limit: Limit = 20,
) -> None:
    """Find photos by what they show.

    QUERY is what you remember, in your words, as one argument or several: photofind search two
    dogs playing in the snow. Names of files and tags are searched too.
    """
    from photofind.cli.search import search_photos

    search_photos(session_of(context), " ".join(query or ()), limit)


@app.command(epilog=GLOBAL_OPTIONS)
def similar(
    context: typer.Context, file: Annotated[str, argument("FILE")], limit: Limit = 20
) -> None:
    """Find photos that look like a picture.

    FILE is any picture, indexed or not; it is never among the results itself.
    """
    from photofind.cli.search import find_similar

    find_similar(session_of(context), absolute_path(file), limit)


@app.command("eval", epilog=GLOBAL_OPTIONS)
def evaluate(context: typer.Context, captions: Annotated[str, argument("CAPTIONS.tsv")]) -> None:
    """Measure how well captions find their photos.

    CAPTIONS.tsv has lines of a file's name, a tab and a caption. Every indexed photo competes;
    lines of other kinds and names that are not indexed are skipped and counted.
    """
    from photofind.cli.evaluate import evaluate_captions

    evaluate_captions(session_of(context), absolute_path(captions))


@app.command(
    "eval-captions",
    epilog=GLOBAL_OPTIONS,
    short_help="Measure how near captions are to those of people.",
)
def evaluate_captions(
    context: typer.Context,
    references: Annotated[str, argument("REFS.tsv")],
    model: ModelKey = "",
    prefix: Annotated[
        str,
        typer.Option(metavar="WORDS", help="Begin with these words, which are not compared."),
    ] = "",
) -> None:
    """Measure how near a model's captions are to those of people.

    REFS.tsv has lines of a file's name, a tab and a caption, and lies beside the files; a file may
    have several lines. Prints BLEU-4, ROUGE-L and CIDEr as coco-caption defines them.
    """
    from photofind.cli.evaluate_captioner import evaluate_captions as evaluate_all

    evaluate_all(session_of(context), absolute_path(references), model, prefix)
