"""The commands as typer sees them: their arguments, their help, and what an error becomes."""

from __future__ import annotations

import contextlib
import io
import itertools
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.exceptions import TyperException

from photofind import __version__
from photofind.cli.arguments import HELP_OPTIONS, UsageError, absolute_path
from photofind.cli.declare_export import declare_export
from photofind.cli.exits import EXIT_INTERRUPTED, InterruptedByPersonError
from photofind.cli.output import Output
from photofind.cli.session import Session

if TYPE_CHECKING:
    from photofind.cli.arguments import Invocation
    from photofind.paths import AppFolders

_EXAMPLES = """\b
Examples:
  photofind ~/Pictures                       the window, on a folder
  photofind index ~/Pictures                 indexes it without a window
  photofind search two dogs in the snow      finds the photo you remember
  photofind similar ~/Downloads/cat.jpg      finds photos that look like it

A folder that is named like a command is given as ./index. Exit codes: 0 done (also when nothing
was found), 1 the job could not be done, 2 wrong use."""
# (\b keeps the lines of its paragraph as they are.)
_GLOBAL_OPTIONS = "--json and --data-dir DIR go with every command, before or after it."


app = typer.Typer(
    name="photofind",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    subcommand_metavar="[FOLDER ...] | COMMAND [ARGS] ...",
)
folders_app = typer.Typer(rich_markup_mode=None, epilog=_GLOBAL_OPTIONS)
app.add_typer(folders_app, name="folders", help="List, add or remove the folders that are indexed.")
models_app = typer.Typer(rich_markup_mode=None, epilog=_GLOBAL_OPTIONS)
app.add_typer(models_app, name="models", help="Export models from PyTorch.")
declare_export(models_app)

Limit = Annotated[int, typer.Option(metavar="N", min=1, help="Show at most this many photos.")]

ModelKey = Annotated[str, typer.Option("--model", metavar="KEY", help="Which model to use.")]


def _argument(name: str) -> Any:
    """An argument that the command's own description explains (typer would show its type)."""
    return typer.Argument(metavar=name, hidden=True)


@app.callback(epilog=_EXAMPLES)
def _describe(
    _data_dir: Annotated[
        str | None,
        typer.Option(
            "--data-dir",
            metavar="DIR",
            help="Keep all of photofind's own files here (or: PHOTOFIND_DATA_DIR).",
        ),
    ] = None,
    _as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document and nothing else.")
    ] = False,
    _version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Find a photo by describing it, on your own computer, offline.

    Without a command, photofind opens its window, on the FOLDERs if any are given.
    """
    # The options are named here for the help alone: arguments.parse() has taken them already.


@app.command(epilog=_GLOBAL_OPTIONS)
def index(
    context: typer.Context,
    folders: Annotated[list[str] | None, _argument("FOLDER")] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Then go on noticing changes until Ctrl-C.")
    ] = False,
) -> None:
    """Add folders and index them until done.

    FOLDER is a folder of photos; its subfolders are included. What is indexed already is not
    done again. Without a FOLDER, all known folders are looked through for changes.
    """
    from photofind.cli.index import index_folders

    paths = [absolute_path(word) for word in folders or ()]
    index_folders(_session(context), paths, watch=watch)


@app.command(epilog=_GLOBAL_OPTIONS)
def search(
    context: typer.Context,
    query: Annotated[list[str] | None, _argument("QUERY")] = None,
    limit: Limit = 20,
) -> None:
    """Find photos by what they show.

    QUERY is what you remember, in your words, as one argument or several: photofind search two
    dogs playing in the snow. Names of files and tags are searched too.
    """
    from photofind.cli.search import search_photos

    search_photos(_session(context), " ".join(query or ()), limit)


@app.command(epilog=_GLOBAL_OPTIONS)
def similar(
    context: typer.Context, file: Annotated[str, _argument("FILE")], limit: Limit = 20
) -> None:
    """Find photos that look like a picture.

    FILE is any picture, indexed or not; it is never among the results itself.
    """
    from photofind.cli.search import find_similar

    find_similar(_session(context), absolute_path(file), limit)


@app.command(epilog=_GLOBAL_OPTIONS)
def status(context: typer.Context) -> None:
    """Say how many photos are indexed, and which folders."""
    from photofind.cli.status import show_status

    show_status(_session(context))


@app.command(epilog=_GLOBAL_OPTIONS)
def problems(context: typer.Context) -> None:
    """List the files that can't be searched, and why."""
    from photofind.cli.status import show_problems

    show_problems(_session(context))


@app.command(epilog=_GLOBAL_OPTIONS)
def info(context: typer.Context, file: Annotated[str, _argument("FILE")]) -> None:
    """Print all that is known of one photo."""
    from photofind.cli.info import show_info

    show_info(_session(context), absolute_path(file))


@app.command(epilog=_GLOBAL_OPTIONS)
def forget(
    context: typer.Context,
    files: Annotated[list[str] | None, _argument("FILE")] = None,
    folder: Annotated[
        str | None, typer.Option(metavar="DIR", help="Forget all photos of a folder.")
    ] = None,
    missing: Annotated[
        bool, typer.Option("--missing", help="Forget photos that have no file any more.")
    ] = False,
    undo: Annotated[
        bool,
        typer.Option("--undo", help="Let forgotten FILEs in again; without a FILE, all of them."),
    ] = False,
) -> None:
    """Delete all that photofind knows of photos, without a trace.

    The preview, the model's numbers, captions, answers, tags, ratings and notes are gone at once;
    the files are not touched. A FILE that is still there stays out, also when it is moved, copied
    or rated, until you ask for it with --undo; for that, only a fingerprint of it is kept.
    """
    from photofind.cli import forget as forgetting

    paths = [absolute_path(word) for word in files or ()]
    if bool(folder) + missing + undo + (bool(paths) and not undo) != 1:
        raise UsageError(
            "Say what to forget: a FILE, --folder DIR, or --missing; or --undo, with a FILE or "
            "without."
        )
    if folder:
        forgetting.forget_folder(_session(context), absolute_path(folder))
    elif missing:
        forgetting.forget_missing(_session(context))
    elif undo:
        forgetting.recall(_session(context), paths)
    else:
        forgetting.forget_files(_session(context), paths)


@app.command(epilog=_GLOBAL_OPTIONS)
def tags(
    context: typer.Context,
    file: Annotated[str, _argument("FILE")],
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

    show_tags(_session(context), absolute_path(file), add or (), remove or ())


@app.command(epilog=_GLOBAL_OPTIONS)
def classify(
    context: typer.Context,
    labels: Annotated[str, _argument("LABELS.txt")],
    folder: Annotated[str, _argument("FOLDER")],
) -> None:
    """Say which of your own labels fits each photo of a folder best.

    LABELS.txt has one label a line: words or whole sentences. FOLDER must be indexed.
    """
    from photofind.cli.classify import classify_photos

    classify_photos(_session(context), absolute_path(labels), absolute_path(folder))


@app.command("eval", epilog=_GLOBAL_OPTIONS)
def evaluate(context: typer.Context, captions: Annotated[str, _argument("CAPTIONS.tsv")]) -> None:
    """Measure how well captions find their photos.

    CAPTIONS.tsv has lines of a file's name, a tab and a caption. Every indexed photo competes;
    lines of other kinds and names that are not indexed are skipped and counted.
    """
    from photofind.cli.evaluate import evaluate_captions

    evaluate_captions(_session(context), absolute_path(captions))


@app.command(epilog=_GLOBAL_OPTIONS)
def caption(
    context: typer.Context,
    files: Annotated[list[str] | None, _argument("FILE")] = None,
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
) -> None:
    """Describe photos in a sentence.

    FILE is any picture. What is said about indexed photos is kept and searched from then on;
    captions that you have edited or accepted stay as they are.
    """
    from photofind.cli.captions import CaptionWish, caption_files, caption_folder

    wish = CaptionWish(model, prefix, beams)
    if (folder is None) == (not files):
        raise UsageError("Name either pictures or --folder DIR. `photofind caption --help`")
    if folder is None:
        caption_files(_session(context), [absolute_path(word) for word in files or ()], wish)
    else:
        caption_folder(_session(context), absolute_path(folder), wish, again=again)


@app.command(epilog=_GLOBAL_OPTIONS)
def ask(
    context: typer.Context,
    file: Annotated[str, _argument("FILE")],
    question: Annotated[list[str], _argument("QUESTION")],
    model: ModelKey = "",
) -> None:
    """Ask a question about a photo.

    FILE is any picture. Questions about indexed photos are kept with their answers.
    """
    from photofind.cli.questions import ask_about

    ask_about(_session(context), absolute_path(file), " ".join(question), model)


@folders_app.command("list", epilog=_GLOBAL_OPTIONS)
def list_folders(context: typer.Context) -> None:
    """List the folders."""
    from photofind.cli.folders import show_folders

    show_folders(_session(context))


@folders_app.command("add", epilog=_GLOBAL_OPTIONS)
def add_folders(context: typer.Context, folders: Annotated[list[str], _argument("FOLDER")]) -> None:
    """Add folders and index them."""
    from photofind.cli.folders import add_folders as add

    add(_session(context), [absolute_path(word) for word in folders])


@folders_app.command("remove", epilog=_GLOBAL_OPTIONS)
def remove_folder(
    context: typer.Context,
    folder: Annotated[str, _argument("FOLDER")],
    forget: Annotated[
        bool, typer.Option("--forget", help="Also forget its photos, and what you made of them.")
    ] = False,
) -> None:
    """Take a folder off the list.

    Its photos are no longer found; the files themselves are not touched. What you made (ratings,
    tags, captions) comes back if you add the folder again, unless you say --forget.
    """
    from photofind.cli.folders import remove_folder as remove

    remove(_session(context), absolute_path(folder), forget=forget)


@folders_app.command("relocate", epilog=_GLOBAL_OPTIONS)
def relocate_folder(
    context: typer.Context,
    old: Annotated[str, _argument("OLD")],
    new: Annotated[str, _argument("NEW")],
) -> None:
    """Say that a folder lies somewhere else now.

    OLD is the folder as it is listed, NEW the place its files were moved to. Nothing is indexed
    again, and nothing that belongs to the photos is lost.
    """
    from photofind.cli.folders import relocate_folder as relocate

    relocate(_session(context), absolute_path(old), absolute_path(new))


def run_command(invocation: Invocation, folders: AppFolders) -> None:
    """Runs one command and prints its result.

    Raises:
        UsageError: the words make no command.
        PhotofindError: the command failed.
    """
    output = Output(invocation.as_json)
    if invocation.version:
        _show_version(output)
    elif invocation.as_json and _asks_for_help(invocation):
        output.document({"help": _capture_help(invocation)})
    else:
        _main(invocation, Session(folders, output))


def _main(invocation: Invocation, session: Session | None) -> None:
    command = typer.main.get_command(app)
    words = list(invocation.arguments)
    try:
        code = command.main(words, prog_name="photofind", standalone_mode=False, obj=session)
    except TyperException as error:
        raise UsageError(_one_sentence(error)) from error
    if code == EXIT_INTERRUPTED:
        # typer turns Ctrl-C into this code.
        raise InterruptedByPersonError


def _session(context: typer.Context) -> Session:
    session = context.obj
    assert isinstance(session, Session)
    return session


def _asks_for_help(invocation: Invocation) -> bool:
    words = itertools.takewhile(lambda word: word != "--", invocation.arguments)
    return any(word in HELP_OPTIONS for word in words)


def _capture_help(invocation: Invocation) -> str:
    """With --json, standard output holds nothing but a document: help becomes one."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        _main(invocation, None)
    return text.getvalue()


def _show_version(output: Output) -> None:
    if output.as_json:
        output.document({"version": __version__})
    else:
        output.line(f"photofind {__version__}")


def _one_sentence(error: TyperException) -> str:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "photofind"
    message = error.format_message().strip().rstrip(".")
    return f"{message}. `{command} --help` says what is possible."
