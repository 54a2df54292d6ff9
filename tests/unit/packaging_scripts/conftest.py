"""A hub on this machine, for the script that asks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.plugins.local_hub import LocalHub

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def local_hub() -> Iterator[LocalHub]:
    with LocalHub() as hub:
        yield hub
