"""What every test gets: isolation from this machine, and a failure for whatever it leaves behind.

The parts live in tests/plugins, one idea each.
"""

from __future__ import annotations

pytest_plugins = (
    "tests.plugins.places",
    "tests.plugins.isolation",
    "tests.plugins.network",
    "tests.plugins.logs",
    "tests.plugins.leaks",
    "tests.plugins.memory",
    "tests.plugins.patience",
    "tests.plugins.own_process",
    "tests.plugins.widgets",
)
