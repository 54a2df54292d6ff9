"""`photofind saved …`."""

from __future__ import annotations

from typing import Annotated

import typer  # noqa: TC002 (typer reads the annotations)

from photofind.cli.declaring import GLOBAL_OPTIONS, argument, is_alone, new_group, session_of

app = new_group()


@app.callback()
def list_when_alone(context: typer.Context) -> None:
    if is_alone(context):
        list_saved(context)


@app.command("list", epilog=GLOBAL_OPTIONS)
def list_saved(context: typer.Context) -> None:
    """List saved searches, and how many photos each finds."""
    from photofind.cli.saved import show_saved

    show_saved(session_of(context))


@app.command("rename", epilog=GLOBAL_OPTIONS)
def rename(
    context: typer.Context,
    name: Annotated[str, argument("NAME")],
    new_name: Annotated[str, argument("NEW_NAME")],
) -> None:
    """Give a saved search another name."""
    from photofind.cli.saved import rename_saved

    rename_saved(session_of(context), name, new_name)


@app.command("remove", epilog=GLOBAL_OPTIONS)
def remove(context: typer.Context, name: Annotated[str, argument("NAME")]) -> None:
    """Remove a saved search. The photos that it finds stay."""
    from photofind.cli.saved import remove_saved

    remove_saved(session_of(context), name)
