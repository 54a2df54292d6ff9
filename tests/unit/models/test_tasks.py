"""What is asked of the installing process arrives there as it was meant."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import pytest

from photofind.models.tasks import (
    Check,
    Download,
    Export,
    Import,
    Task,
    add_arguments,
    from_arguments,
    to_arguments,
)


@pytest.mark.parametrize(
    "task",
    [
        Download("blip-base"),
        Download("mobileclip2-s0", accept_licence=True),
        Download("mobileclip2-s0", offline=True),
        Import(Path("a stick") / "model.zip"),
        Import(Path("--help")),
        Import(Path(os.fsdecode(b"caf\xe9"))),
        Check("-odd"),
        Export("ViT-B-32", "openai"),
        Export("ViT-B-32", "openai", offline=False),
        Export("-own.json", "my weights.pt", Path("-a folder") / "tokenizer.json"),
    ],
)
def test_every_task_arrives(task: Task) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path)
    add_arguments(parser)
    assert from_arguments(parser.parse_args(["--data", "here", *to_arguments(task)])) == task
