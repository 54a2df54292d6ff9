"""What is indexed: index, pause, resume, battery, settings, status, problems, forget,
delete-everything."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from photofind.cli.arguments import UsageError, absolute_path
from photofind.cli.declaring import GLOBAL_OPTIONS, argument, new_group, session_of

app = new_group()


@app.command(epilog=GLOBAL_OPTIONS)
def index(
    context: typer.Context,
    folders: Annotated[list[str] | None, argument("FOLDER")] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Then keep watching for changes until Ctrl-C.")
    ] = False,
    refine: Annotated[
        bool,
        typer.Option(
            "--refine/--no-refine",
            help="Wait until photos indexed by their previews are indexed in full.",
        ),
    ] = True,
) -> None:
    """Add folders and index them until done.

    FOLDER is a folder of photos; its subfolders are included. What is indexed already is not
    done again. Without a FOLDER, all known folders are looked through for changes. With
    --no-refine it ends as soon as everything can be found; the window, or the next time, goes on.
    """
    from photofind.cli.index import index_folders

    paths = [absolute_path(word) for word in folders or ()]
    index_folders(session_of(context), paths, watch=watch, refine=refine)


@app.command(epilog=GLOBAL_OPTIONS, short_help="Let indexing rest until it is resumed.")
def pause(context: typer.Context) -> None:
    """Let indexing rest until `photofind resume`, also in the window and after a restart.

    Meanwhile searching works as ever, and `photofind index` says that it is paused.
    """
    from photofind.cli.settings import set_paused

    set_paused(session_of(context), paused=True)


@app.command(epilog=GLOBAL_OPTIONS)
def resume(context: typer.Context) -> None:
    """Let indexing go on after `photofind pause`."""
    from photofind.cli.settings import set_paused

    set_paused(session_of(context), paused=False)


@app.command(epilog=GLOBAL_OPTIONS, short_help="Choose what indexing does on battery.")
def battery(
    context: typer.Context,
    choice: Annotated[
        Literal["slower", "pause", "full"] | None, argument("[slower|pause|full]")
    ] = None,
) -> None:
    """Choose what indexing does while the computer runs on its battery.

    slower: it goes on at a third of its speed (so it is unless you choose); pause: it waits for
    mains power; full: it makes no difference. Without a choice: say what is chosen.
    """
    from photofind.cli.settings import choose_on_battery

    choose_on_battery(session_of(context), choice)


@app.command(epilog=GLOBAL_OPTIONS, short_help="List all settings, or change one.")
def settings(
    context: typer.Context,
    name: Annotated[str | None, argument("[NAME]")] = None,
    value: Annotated[str | None, argument("[VALUE]")] = None,
) -> None:
    """List all settings and what they do; with a NAME say its value, with a VALUE change it.

    A change holds at once, also in an open window. Where the value is a switch, it is on or off.
    """
    from photofind.cli.settings import show_or_change, show_settings

    if name is None:
        show_settings(session_of(context))
    else:
        show_or_change(session_of(context), name, value)


@app.command(epilog=GLOBAL_OPTIONS)
def status(context: typer.Context) -> None:
    """Say how many photos are indexed, and which folders."""
    from photofind.cli.status import show_status

    show_status(session_of(context))


@app.command(epilog=GLOBAL_OPTIONS, short_help="List what can't be searched, described or read.")
def problems(context: typer.Context) -> None:
    """List what can't be searched, described or read, and why."""
    from photofind.cli.status import show_problems

    show_problems(session_of(context))


@app.command(epilog=GLOBAL_OPTIONS, short_help="Delete all that is known of photos; never a photo.")
def forget(
    context: typer.Context,
    files: Annotated[list[str] | None, argument("FILE")] = None,
    folder: Annotated[
        str | None, typer.Option(metavar="DIR", help="Forget all photos of a folder.")
    ] = None,
    missing: Annotated[
        bool, typer.Option("--missing", help="Forget photos whose files are gone.")
    ] = False,
    undo: Annotated[
        bool,
        typer.Option("--undo", help="Bring back forgotten FILEs; without a FILE, all of them."),
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
        forgetting.forget_folder(session_of(context), absolute_path(folder))
    elif missing:
        forgetting.forget_missing(session_of(context))
    elif undo:
        forgetting.recall(session_of(context), paths)
    else:
        forgetting.forget_files(session_of(context), paths)


@app.command("delete-everything", epilog=GLOBAL_OPTIONS)
def delete_everything(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Delete all that photofind has made.

    That is the catalog, its copies, previews, settings, logs, and models that were installed.
    Your photos are not touched, nor is any other file that lies in photofind's folders. The window
    must be closed.
    """
    from photofind.cli.deleting import delete_everything as delete

    delete(session_of(context), confirmed=yes)
