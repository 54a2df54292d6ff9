"""One photo, or some: info, tags, classify, caption, ask."""

from __future__ import annotations

from typing import Annotated

import typer

from photofind.cli.arguments import UsageError, absolute_path
from photofind.cli.declaring import GLOBAL_OPTIONS, ModelKey, argument, new_group, session_of

app = new_group()


@app.command(epilog=GLOBAL_OPTIONS)
def info(context: typer.Context, file: Annotated[str, argument("FILE")]) -> None:
    """Print all that is known of one photo."""
    from photofind.cli.info import show_info

    show_info(session_of(context), absolute_path(file))


@app.command(epilog=GLOBAL_OPTIONS)
def tags(
    context: typer.Context,
    file: Annotated[str, argument("FILE")],
    add: Annotated[
        list[str] | None,
        typer.Option(metavar="LABEL", help="Give it this tag, or confirm a proposed one."),
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option(metavar="LABEL", help="Take this tag off for good.")
    ] = None,
) -> None:
    """Print a photo's tags, or change them.

    Your own tags and the keywords of files are found by searching for them; tag:dog in a query
    lists what has a tag, proposed ones included.
    """
    from photofind.cli.tags import show_tags

    show_tags(session_of(context), absolute_path(file), add or (), remove or ())


@app.command(epilog=GLOBAL_OPTIONS)
def text(
    context: typer.Context,
    files: Annotated[list[str] | None, argument("FILE")] = None,
    folder: Annotated[
        str | None, typer.Option(metavar="DIR", help="Read all indexed photos of a folder.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Also those of the folder that were read.")
    ] = False,
    background: Annotated[
        str | None,
        typer.Option(metavar="on|off", help="Whether all photos are read, bit by bit."),
    ] = None,
) -> None:
    """Read the text in photos, so that searching finds it.

    "no parking" in quotation marks then finds the sign. Needs the package rapidocr, which works
    offline: pip install rapidocr==3.10.0
    """
    from photofind.cli import texts

    chosen = session_of(context)
    paths = [absolute_path(word) for word in files or ()]
    if background is not None and (paths or folder or background not in {"on", "off"}):
        raise UsageError("Say on or off, and nothing else: photofind text --background on")
    if folder and paths:
        raise UsageError("Name either pictures or --folder DIR. `photofind text --help`")
    if paths:
        texts.read_files(chosen, paths)
    elif folder:
        texts.read_folder(chosen, absolute_path(folder), again=again)
    else:
        texts.choose_background(chosen, on=None if background is None else background == "on")


@app.command(
    epilog=GLOBAL_OPTIONS, short_help="Say whether .xmp sidecars are written, or choose it."
)
def sidecars(
    context: typer.Context,
    choice: Annotated[str | None, argument("on|off")] = None,
) -> None:
    """Say whether .xmp sidecars are written for other programs, or turn it on or off.

    On, captions, your own tags, titles and ratings are written into .xmp files beside photos, and
    kept up to date while photofind runs. What other programs wrote there stays; photos themselves
    are never changed.
    """
    from photofind.cli.sidecars import choose_sidecars

    if choice not in {None, "on", "off"}:
        raise UsageError("Say on or off: photofind sidecars on")
    choose_sidecars(session_of(context), on=None if choice is None else choice == "on")


@app.command(epilog=GLOBAL_OPTIONS, short_help="Say which of your own labels fits each photo best.")
def classify(
    context: typer.Context,
    labels: Annotated[str, argument("LABELS.txt")],
    folder: Annotated[str, argument("FOLDER")],
) -> None:
    """Say which of your own labels fits each photo of a folder best.

    LABELS.txt has one label a line: words or whole sentences. FOLDER must be indexed. The
    percentage says how likely a label is, given that one of them fits; below 50 % look yourself.
    """
    from photofind.cli.classify import classify_photos

    classify_photos(session_of(context), absolute_path(labels), absolute_path(folder))


@app.command(epilog=GLOBAL_OPTIONS)
def caption(
    context: typer.Context,
    files: Annotated[list[str] | None, argument("FILE")] = None,
    folder: Annotated[
        str | None, typer.Option(metavar="DIR", help="Describe every indexed photo in DIR.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="With --folder: also what the model described before.")
    ] = False,
    model: ModelKey = "",
    prefix: Annotated[
        str, typer.Option(metavar="WORDS", help="Begin with these words: a photograph of")
    ] = "",
    beams: Annotated[
        int, typer.Option(metavar="N", help="Captions to follow at once; the best is kept.")
    ] = 3,
    seed: Annotated[
        int | None,
        typer.Option(metavar="N", help="Draw words by chance: another number, another caption."),
    ] = None,
) -> None:
    """Describe photos in a sentence.

    FILE is any picture. What is said about indexed photos is kept and searched from then on;
    captions that you have edited or accepted stay as they are.
    """
    from photofind.cli.captions import CaptionWish, caption_files, caption_folder

    wish = CaptionWish(model, prefix, beams, seed)
    if (folder is None) == (not files):
        raise UsageError("Name either pictures or --folder DIR. `photofind caption --help`")
    if folder is None:
        caption_files(session_of(context), [absolute_path(word) for word in files or ()], wish)
    else:
        caption_folder(session_of(context), absolute_path(folder), wish, again=again)


@app.command(epilog=GLOBAL_OPTIONS)
def ask(
    context: typer.Context,
    file: Annotated[str, argument("FILE")],
    question: Annotated[list[str], argument("QUESTION")],
    model: ModelKey = "",
) -> None:
    """Ask a question about a photo.

    FILE is any picture. Questions about indexed photos are kept with their answers.
    """
    from photofind.cli.questions import ask_about

    ask_about(session_of(context), absolute_path(file), " ".join(question), model)
