"""`photofind models …`: its arguments and its help."""

from __future__ import annotations

from typing import Annotated

import typer

from photofind.cli.arguments import absolute_path
from photofind.cli.declaring import GLOBAL_OPTIONS, argument, is_alone, new_group, session_of

app = new_group()

AcceptLicence = Annotated[
    bool,
    typer.Option(
        "--accept-licence", help="You have read the model's licence and agree to it, if it asks."
    ),
]

NoUse = Annotated[
    bool, typer.Option("--no-use", help="Only install it: search keeps its present model.")
]


@app.callback()
def list_when_alone(context: typer.Context) -> None:
    if is_alone(context):
        list_models(context)


@app.command("list", epilog=GLOBAL_OPTIONS, short_help="List the models, and which are installed.")
def list_models(context: typer.Context) -> None:
    """List the models, what they are good for, and which are installed."""
    from photofind.cli.models import show_models

    show_models(session_of(context))


@app.command("install", epilog=GLOBAL_OPTIONS)
def install_model(
    context: typer.Context,
    key: Annotated[str, argument("KEY")],
    accept_licence: AcceptLicence = False,
    no_use: NoUse = False,
) -> None:
    """Download a model and make it ready.

    KEY is a model's name in the list. Ctrl-C
    stops it; the same command goes on from there.

    A search model then gets an index of its own, beside the one there is: while photofind is open,
    or at once by `photofind index`. Search changes to it when that is complete.
    """
    from photofind.cli.models_install import install

    install(session_of(context), key, accept_licence=accept_licence, use=not no_use)


@app.command("use", epilog=GLOBAL_OPTIONS)
def use_model(context: typer.Context, key: Annotated[str, argument("KEY")]) -> None:
    """Search with a model from now on.

    The photos are indexed with it first, from the files; until that is done search stays with the
    model it has. If its index is there already, the change is immediate.
    """
    from photofind.cli.models import use

    use(session_of(context), key)


@app.command(
    "remove", epilog=GLOBAL_OPTIONS, short_help="Delete a model and its index, or half a download."
)
def remove_model(context: typer.Context, key: Annotated[str, argument("KEY")]) -> None:
    """Delete a model's files and its index, or half a download of it."""
    from photofind.cli.models import remove

    remove(session_of(context), key)


@app.command(
    "verify",
    epilog=GLOBAL_OPTIONS,
    short_help="Read every file of a model and test what it computes.",
)
def verify_models(
    context: typer.Context, key: Annotated[str | None, argument("KEY")] = None
) -> None:
    """Read every file of a model, or of all installed ones, and test that it computes right.

    Accelerators (CUDA, DirectML, CoreML, OpenVINO) are tried again: what was added to this computer
    is used from the next start on, if it computes the same and faster.
    """
    from photofind.cli.models import verify

    verify(session_of(context), key)


@app.command(
    "import", epilog=GLOBAL_OPTIONS, short_help="Install a model from a folder or an archive."
)
def import_model(
    context: typer.Context, source: Annotated[str, argument("PATH")], no_use: NoUse = False
) -> None:
    """Install a model from a folder or an archive (zip, tar), such as one carried on a stick.

    The layouts of photofind's own export, immich, transformers.js, rclip and MobileCLIP2 as ONNX
    are recognised, and so is the official checkpoint of a model in the list (a file, or in its
    folder). Nothing in them is executed. Search changes to it as after install.
    """
    from photofind.cli.models_install import import_model as run_import

    run_import(session_of(context), absolute_path(source), use=not no_use)


@app.command(
    "export", epilog=GLOBAL_OPTIONS, short_help="Turn a checkpoint into a folder to import."
)
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
        typer.Option(metavar="TAG", help="Published weights with the same preprocessing."),
    ] = None,
    pictures: Annotated[
        str | None, typer.Option(metavar="DIR", help="Pictures to compare with.")
    ] = None,
    precision: Annotated[
        str,
        typer.Option(
            metavar="auto|int8|fp32",
            help="auto: int8 for each tower where it is quicker and as good.",
        ),
    ] = "auto",
) -> None:
    """Turn a CLIP or SigLIP checkpoint into a folder that photofind can import.

    ARCH is open_clip's name of the architecture, such as ViT-B-32, or a JSON file that describes
    one. The folder only appears if pictures and words get the same numbers as in PyTorch. Needs
    the packages of photofind's extra "export".
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
