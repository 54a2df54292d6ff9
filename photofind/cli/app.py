"""The commands as typer sees them: their arguments, their help, and what an error becomes."""

from __future__ import annotations

import contextlib
import io
import itertools
from typing import TYPE_CHECKING, Annotated

import typer
from typer.exceptions import TyperException

from photofind import __version__
from photofind.cli.arguments import HELP_OPTIONS, UsageError
from photofind.cli.commands import folders, history, library, models, photos, saved, searching
from photofind.cli.exits import (
    EXIT_DONE,
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    InterruptedByPersonError,
)
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


app = typer.Typer(
    name="photofind",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    subcommand_metavar="[FOLDER ...] | COMMAND [ARGS] ...",
)
for part in (library, searching, photos):
    app.add_typer(part.app)
app.add_typer(
    folders.app,
    name="folders",
    help="List, add or remove the folders that are indexed. Without a command: the list.",
)
app.add_typer(
    saved.app,
    name="saved",
    help="List, rename or remove saved searches. Without a command: the list.",
)
app.add_typer(
    history.app,
    name="history",
    help="List or forget recent searches. Without a command: the list.",
)
app.add_typer(
    models.app,
    name="models",
    help="List, install, import, choose, remove or export them. Without a command: the list.",
)


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
    _offline: Annotated[
        bool, typer.Option("--offline", help="Never use the network, whatever is asked for.")
    ] = False,
    _version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Find a photo by describing it, on your own computer, offline.

    Without a command, photofind opens its window, on the FOLDERs if any are given.
    """
    # The options are named here for the help alone: arguments.parse() has taken them already.


def run_command(invocation: Invocation, folders: AppFolders) -> int:
    """Runs one command and prints its result.

    Returns:
        The exit code.

    Raises:
        UsageError: the words make no command.
        PhotofindError: the command failed.
    """
    output = Output(invocation.as_json)
    if invocation.version:
        _show_version(output)
        return EXIT_DONE
    if invocation.as_json and _asks_for_help(invocation):
        output.document({"help": _capture_help(invocation)})
        return EXIT_DONE
    return _main(invocation, Session(folders, output))


def _main(invocation: Invocation, session: Session | None) -> int:
    command = typer.main.get_command(app)
    words = list(invocation.arguments)
    try:
        code = command.main(words, prog_name="photofind", standalone_mode=False, obj=session)
    except TyperException as error:
        raise UsageError(_one_sentence(error)) from error
    if code == EXIT_INTERRUPTED:
        # typer turns Ctrl-C into this code.
        raise InterruptedByPersonError
    return EXIT_FAILED if code == EXIT_FAILED else EXIT_DONE


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
    parameter = getattr(error, "param", None)
    if type(error) is typer.BadParameter and parameter is not None:  # else it names what is missing
        name = parameter.opts[0] if parameter.opts[0].startswith("-") else f"`{command}`"
        message = f"{name} {_what_is_taken(parameter.metavar or '')}"
    return f"{message}. `{command} --help` says what is possible."


def _what_is_taken(metavar: str) -> str:
    """What a value that was not understood should have been; typer says it in pydantic's words."""
    if metavar == "N":
        return "takes a whole number, 1 or more"
    if "|" in metavar:
        *others, last = metavar.strip("[]").split("|")
        return f"takes {', '.join(others)} or {last}"
    return "does not take this value"
