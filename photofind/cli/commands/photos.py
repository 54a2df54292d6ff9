"""One photo, or some: info, tags, rate, favourite, flag, title, note, classify, caption, ask."""

from __future__ import annotations

from typing import Annotated

import typer

from photofind.cli.arguments import UsageError, absolute_path
from photofind.cli.declaring import GLOBAL_OPTIONS, ModelKey, argument, new_group, session_of
from photofind.domain import EditedField, EditValue, Flag

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
        list[str] | None, typer.Option(metavar="LABEL", help="Remove this tag for good.")
    ] = None,
) -> None:
    """Print a photo's tags, or change them.

    Your own tags and the keywords of files are found by searching for them; tag:dog in a query
    lists what has a tag, proposed ones included.
    """
    from photofind.cli.editing import show_tags

    show_tags(session_of(context), absolute_path(file), add or (), remove or ())


Files = Annotated[list[str], argument("FILE")]


@app.command(epilog=GLOBAL_OPTIONS)
def rate(
    context: typer.Context,
    files: Files,
    stars: Annotated[
        int | None, typer.Option(metavar="N", min=0, max=5, help="0 to 5; 0 removes it.")
    ] = None,
) -> None:
    """Print photos' ratings, or change them."""
    _show_or_set(context, files, EditedField.RATING, stars)


@app.command(epilog=GLOBAL_OPTIONS)
def favourite(
    context: typer.Context,
    files: Files,
    on: Annotated[
        bool | None, typer.Option("--on/--off", help="Mark them as favourites, or unmark them.")
    ] = None,
) -> None:
    """Print whether photos are favourites, or change it."""
    _show_or_set(context, files, EditedField.FAVOURITE, None if on is None else int(on))


@app.command(epilog=GLOBAL_OPTIONS)
def flag(
    context: typer.Context,
    files: Files,
    choice: Annotated[
        str | None, typer.Option("--set", metavar="pick|reject|none", help="The new flag.")
    ] = None,
) -> None:
    """Print photos' flags, or change them.

    A flag says whether a photo is picked or rejected. No file is deleted.
    """
    names = [each.name.lower() for each in Flag]
    if choice is not None and choice not in names:
        raise UsageError("Say pick, reject or none: photofind flag FILE --set pick")
    value = None if choice is None else int(Flag[choice.upper()])
    _show_or_set(context, files, EditedField.FLAG, value)


@app.command(epilog=GLOBAL_OPTIONS)
def title(
    context: typer.Context,
    files: Files,
    text: Annotated[
        str | None, typer.Option("--set", metavar="TEXT", help='The new title; "" for none.')
    ] = None,
) -> None:
    """Print photos' titles, or change them."""
    _show_or_set(context, files, EditedField.TITLE, text)


@app.command(epilog=GLOBAL_OPTIONS)
def note(
    context: typer.Context,
    files: Files,
    text: Annotated[
        str | None, typer.Option("--set", metavar="TEXT", help='The new note; "" for none.')
    ] = None,
) -> None:
    """Print your notes on photos, or change them. Search finds their words."""
    _show_or_set(context, files, EditedField.NOTE, text)


def _show_or_set(
    context: typer.Context, files: list[str], field: EditedField, value: EditValue
) -> None:
    from photofind.cli.editing import show_field

    show_field(session_of(context), [absolute_path(word) for word in files], field, value)


@app.command(epilog=GLOBAL_OPTIONS)
def text(
    context: typer.Context,
    files: Annotated[list[str] | None, argument("FILE")] = None,
    folder: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Read the text in all photos of a folder."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="With --folder: also photos that were read before.")
    ] = False,
    background: Annotated[
        str | None,
        typer.Option(metavar="on|off", help="Read the text in all photos in the background."),
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
    from photofind.cli.settings import choose_sidecars

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
        int, typer.Option(metavar="N", help="Width of the beam search; the best caption is kept.")
    ] = 3,
    seed: Annotated[
        int | None,
        typer.Option(metavar="N", help="Sample the words: another seed, another caption."),
    ] = None,
) -> None:
    """Describe photos in a sentence.

    FILE is any picture. What is said about indexed photos is kept and searched from then on;
    captions that you have edited or accepted stay as they are.
    """
    from photofind.cli.captions import caption_files, caption_folder
    from photofind.describe.job_params import CaptionOptions

    options = CaptionOptions(model=model, prefix=prefix, beams=beams, seed=seed)
    if (folder is None) == (not files):
        raise UsageError("Name either pictures or --folder DIR. `photofind caption --help`")
    if folder is None:
        caption_files(session_of(context), [absolute_path(word) for word in files or ()], options)
    else:
        caption_folder(session_of(context), absolute_path(folder), options, again=again)


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
    from photofind.cli.ask import ask_about

    ask_about(session_of(context), absolute_path(file), " ".join(question), model)
