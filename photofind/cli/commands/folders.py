"""`photofind folders …`."""

from __future__ import annotations

from typing import Annotated

import typer

from photofind.cli.arguments import absolute_path
from photofind.cli.declaring import GLOBAL_OPTIONS, argument, is_alone, new_group, session_of

app = new_group()


@app.callback()
def list_when_alone(context: typer.Context) -> None:
    if is_alone(context):
        list_folders(context)


@app.command("list", epilog=GLOBAL_OPTIONS)
def list_folders(context: typer.Context) -> None:
    """List the folders."""
    from photofind.cli.folders import show_folders

    show_folders(session_of(context))


@app.command("add", epilog=GLOBAL_OPTIONS)
def add_folders(context: typer.Context, folders: Annotated[list[str], argument("FOLDER")]) -> None:
    """Add folders and index them."""
    from photofind.cli.folders import add_folders as add

    add(session_of(context), [absolute_path(word) for word in folders])


@app.command("remove", epilog=GLOBAL_OPTIONS)
def remove_folder(
    context: typer.Context,
    folder: Annotated[str, argument("FOLDER")],
    forget: Annotated[
        bool, typer.Option("--forget", help="Also forget its photos, and what you made of them.")
    ] = False,
) -> None:
    """Take a folder off the list.

    Its photos are no longer found; the files themselves are not touched. What you made (ratings,
    tags, captions) comes back if you add the folder again, unless you say --forget.
    """
    from photofind.cli.folders import remove_folder as remove

    remove(session_of(context), absolute_path(folder), forget=forget)


@app.command("relocate", epilog=GLOBAL_OPTIONS)
def relocate_folder(
    context: typer.Context,
    old: Annotated[str, argument("OLD")],
    new: Annotated[str, argument("NEW")],
) -> None:
    """Say that a folder lies somewhere else now.

    OLD is the folder as it is listed, NEW the place its files were moved to. Nothing is indexed
    again, and nothing that belongs to the photos is lost.
    """
    from photofind.cli.folders import relocate_folder as relocate

    relocate(session_of(context), absolute_path(old), absolute_path(new))


@app.command("exclude", epilog=GLOBAL_OPTIONS)
def exclude(
    context: typer.Context,
    folder: Annotated[str, argument("FOLDER")],
    pattern: Annotated[str, argument("[PATTERN]")] = "",
) -> None:
    """Exclude files or a subfolder.

    FOLDER is one of the folders, or lies in one. PATTERN is written as in a .gitignore file
    ("*.png", "Screenshots/"), in quotes; without it, all of FOLDER is excluded. Photos that are
    indexed already are no longer found, and what you made of them is kept.
    """
    from photofind.cli.folders import exclude as leave_out

    leave_out(session_of(context), absolute_path(folder), pattern)


@app.command("include", epilog=GLOBAL_OPTIONS)
def include(
    context: typer.Context,
    folder: Annotated[str, argument("FOLDER")],
    pattern: Annotated[str, argument("[PATTERN]")] = "",
) -> None:
    """Take an exclusion back.

    FOLDER and PATTERN as they were given to exclude, or as the list shows them. What was indexed
    before is found again at once.
    """
    from photofind.cli.folders import include as take_back

    take_back(session_of(context), absolute_path(folder), pattern)


@app.command("online-only", epilog=GLOBAL_OPTIONS)
def online_only(
    context: typer.Context,
    folder: Annotated[str, argument("FOLDER")],
    included: Annotated[
        bool, typer.Option("--include/--skip", help="Index them too, or skip them (the default).")
    ],
) -> None:
    """Say what to do with online-only photos.

    To look at one, it must be downloaded: --include does that with all of them.
    """
    from photofind.cli.folders import set_online_only

    set_online_only(session_of(context), absolute_path(folder), included=included)
