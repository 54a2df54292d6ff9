"""`photofind models export` as typer sees it."""

from __future__ import annotations

from typing import Annotated

import typer

from photofind.cli.declaring import GLOBAL_OPTIONS, argument, session_of


def declare_export(models_app: typer.Typer) -> None:
    """Adds the command to its group."""
    models_app.command("export", epilog=GLOBAL_OPTIONS)(export_model)


def export_model(
    context: typer.Context,
    architecture: Annotated[str, argument("ARCH")],
    pretrained: Annotated[
        str,
        typer.Option(
            metavar="TAG|FILE",
            help="open_clip's name of published weights, which are fetched, or a checkpoint"
            " (.safetensors, .pt, .pth, .bin); nothing in a file is executed.",
        ),
    ],
    out: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="The folder to make (default: named ARCH-TAG)."),
    ] = None,
    tokenizer: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A tokenizer.json, where it isn't CLIP's own."),
    ] = None,
    like: Annotated[
        str | None,
        typer.Option(metavar="TAG", help="Published weights that want pictures prepared alike."),
    ] = None,
    pictures: Annotated[
        str | None, typer.Option(metavar="DIR", help="Pictures to compare with.")
    ] = None,
    precision: Annotated[
        str,
        typer.Option(
            metavar="auto|int8|fp32",
            help="auto: int8 for each half where it is quicker and as good.",
        ),
    ] = "auto",
) -> None:
    """Turn a CLIP or SigLIP checkpoint into a folder that photofind can import.

    ARCH is open_clip's name of the architecture, such as ViT-B-32, or a JSON file that describes
    one. The folder only appears if pictures and words get the same numbers as in PyTorch. Needs
    the extra packages of photofind[export].
    """
    from photofind.cli.export import export_model_folder

    export_model_folder(
        session_of(context),
        architecture,
        pretrained,
        out=out,
        tokenizer=tokenizer,
        like=like,
        pictures=pictures,
        precision=precision,
    )
