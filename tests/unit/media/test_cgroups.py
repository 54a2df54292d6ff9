"""The memory that control groups leave to a process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.media.cgroups import memory_limit

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("own", "files", "expected"),
    [
        pytest.param("0::/\n", {}, None, id="no limit at the top"),
        pytest.param("0::/\n", {"memory.max": "2147483648\n"}, 2147483648, id="a container"),
        pytest.param(
            "0::/a.slice/b.service\n",
            {"a.slice/memory.max": "3000", "a.slice/b.service/memory.max": "max\n"},
            3000,
            id="a group above",
        ),
        pytest.param(
            "0::/a/b\n", {"a/memory.max": "3000", "a/b/memory.max": "2000"}, 2000, id="the least"
        ),
        pytest.param("0::/../other\n", {"memory.max": "5000"}, 5000, id="outside the container"),
        pytest.param(
            "5:cpu,cpuacct:/x\n4:memory:/docker/f00\n",
            {"memory/memory.limit_in_bytes": "4000", "x/memory.max": "1"},
            4000,
            id="version 1, its own group mounted at the top",
        ),
        pytest.param("0::/\n", {"memory.max": "0"}, None, id="nothing at all is no limit"),
        pytest.param("rubbish\n\n", {"memory.max": "7"}, None, id="something else"),
    ],
)
def test_the_least_limit_above_a_process_counts(
    tmp_path: Path, own: str, files: dict[str, str], expected: int | None
) -> None:
    groups = tmp_path / "groups"
    for name, text in files.items():
        (groups / name).parent.mkdir(parents=True, exist_ok=True)
        (groups / name).write_text(text)
    (tmp_path / "own").write_text(own)
    assert memory_limit(groups, tmp_path / "own") == expected


def test_systems_without_control_groups_have_no_limit(tmp_path: Path) -> None:
    assert memory_limit(tmp_path, tmp_path / "none") is None
