"""`photofind history …`."""

from __future__ import annotations

from typing import Annotated

import typer  # noqa: TC002 (typer reads the annotations)

from photofind.cli.declaring import GLOBAL_OPTIONS, argument, is_alone, new_group, session_of

app = new_group()


@app.callback()
def list_when_alone(context: typer.Context) -> None:
    if is_alone(context):
        list_history(context)


@app.command("list", epilog=GLOBAL_OPTIONS)
def list_history(context: typer.Context) -> None:
    """List recent searches, the last one first."""
    from photofind.cli.history import show_history

    show_history(session_of(context))


@app.command("forget", epilog=GLOBAL_OPTIONS)
def forget(
    context: typer.Context, query: Annotated[list[str] | None, argument("QUERY")] = None
) -> None:
    """Forget a recent search; without a QUERY, all of them."""
    from photofind.cli.history import forget_history

    forget_history(session_of(context), " ".join(query) if query else None)
