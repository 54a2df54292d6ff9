"""What the declarations of commands share."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from photofind.cli.session import Session

GLOBAL_OPTIONS = "--json and --data-dir DIR go with every command, before or after it."

Limit = Annotated[int, typer.Option(metavar="N", min=1, help="Show at most this many photos.")]
ModelKey = Annotated[str, typer.Option("--model", metavar="KEY", help="Which model to use.")]


def new_group() -> typer.Typer:
    """A group of commands that may also be given alone (see `is_alone`)."""
    return typer.Typer(
        rich_markup_mode=None,
        epilog=GLOBAL_OPTIONS,
        invoke_without_command=True,
        subcommand_metavar="[COMMAND] [ARGS]...",
    )


def is_alone(context: typer.Context) -> bool:
    """Whether a group was given without one of its commands."""
    return context.invoked_subcommand is None


def argument(name: str) -> Any:
    """An argument that the command's own description explains (typer would show its type)."""
    return typer.Argument(metavar=name, hidden=True)


def session_of(context: typer.Context) -> Session:
    """What `app.run_command` handed to the command."""
    session = context.obj
    assert isinstance(session, Session)
    return session
