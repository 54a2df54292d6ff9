"""`photofind models …`: its arguments and its help."""

from __future__ import annotations

from typing import Annotated

import typer

from photofind.cli.declaring import GLOBAL_OPTIONS, argument, new_group, session_of

app = new_group()

AcceptLicence = Annotated[
    bool,
    typer.Option(
        "--accept-licence", help="You have read the model's licence and agree to it, if it asks."
    ),
]


@app.command("list", epilog=GLOBAL_OPTIONS)
def list_models(context: typer.Context) -> None:
    """List the models, what they are good for, and which are installed."""
    from photofind.cli.models import show_models

    show_models(session_of(context))


@app.command("install", epilog=GLOBAL_OPTIONS)
def install_model(
    context: typer.Context,
    key: Annotated[str, argument("KEY")],
    accept_licence: AcceptLicence = False,
) -> None:
    """Download a model and make it ready.

    KEY is a model's name in the list. This is the only command that connects to anything. Ctrl-C
    stops it; the same command goes on from there.
    """
    from photofind.cli.models_install import install

    install(session_of(context), key, accept_licence=accept_licence)


@app.command("use", epilog=GLOBAL_OPTIONS)
def use_model(context: typer.Context, key: Annotated[str, argument("KEY")]) -> None:
    """Search with a model from now on.

    The photos are indexed with it first, from the files; until that is done search stays with the
    model it has. If its index is there already, the change is immediate.
    """
    from photofind.cli.models import use

    use(session_of(context), key)


@app.command("remove", epilog=GLOBAL_OPTIONS)
def remove_model(context: typer.Context, key: Annotated[str, argument("KEY")]) -> None:
    """Delete a model's files and its index, or half a download of it."""
    from photofind.cli.models import remove

    remove(session_of(context), key)


@app.command("verify", epilog=GLOBAL_OPTIONS)
def verify_models(
    context: typer.Context, key: Annotated[str | None, argument("KEY")] = None
) -> None:
    """Read every file of a model, or of all installed ones, and test that it computes right."""
    from photofind.cli.models import verify

    verify(session_of(context), key)


@app.command("check-sources", epilog=GLOBAL_OPTIONS)
def check_model_sources(context: typer.Context) -> None:
    """Compare photofind's list of models with what their repositories say now.

    Nothing is downloaded. Needs a connection.
    """
    from photofind.cli.models_sources import check

    check(session_of(context))
