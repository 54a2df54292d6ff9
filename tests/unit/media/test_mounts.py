"""Reading the mount table, with tables as Linux writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.media.mounts import Mounts, parse_mount_table, reachable_mounts, read_mounts

if TYPE_CHECKING:
    from pathlib import Path

TABLE = rb"""21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 21 8:17 / /home/a/My\040Photos/usb rw shared:2 master:1 - vfat /dev/sdb1 rw
31 30 0:50 / /home/a/My\040Photos/usb/in rw - nfs4 nas:/photos rw
32 21 8:1 /srv/x /home/a/My\040Photos/bound rw - ext4 /dev/sda1 rw
not a line of the table
33 21 8:33 / /mnt rw - ext4 /dev/sdc1 rw
34 33 8:34 / /mnt rw - ext4 /dev/sdc2 rw
35 33 8:35 / /mnt/hidden rw - ext4 /dev/sdc3 rw
36 21 8:36 / /data/disk/inner rw - ext4 /dev/sdd1 rw
37 21 8:37 / /data/disk rw - ext4 /dev/sdd2 rw
"""


def test_the_table_is_read_with_escapes_and_optional_fields() -> None:
    mounts = {mount.id: mount for mount in parse_mount_table(TABLE)}
    assert len(mounts) == 9
    assert mounts["30"].point == b"/home/a/My Photos/usb"
    assert (mounts["32"].root, mounts["32"].kind) == (b"/srv/x", "ext4")
    assert mounts["31"].source == b"nas:/photos"


def test_what_is_mounted_over_is_out_of_reach() -> None:
    points = [(mount.id, mount.point) for mount in reachable_mounts(parse_mount_table(TABLE))]
    assert sorted(points) == [
        ("21", b"/"),
        ("30", b"/home/a/My Photos/usb"),
        ("31", b"/home/a/My Photos/usb/in"),
        ("32", b"/home/a/My Photos/bound"),
        ("34", b"/mnt"),
        ("37", b"/data/disk"),
    ]


@pytest.mark.parametrize(
    ("path", "volume"),
    [
        (b"a.jpg", ""),
        (b"usb", "A"),
        (b"usb/a.jpg", "A"),
        (b"usb/deep/a.jpg", "A"),
        (b"usb/in/a.jpg", "B"),
        (b"usb2/a.jpg", ""),
    ],
)
def test_a_path_lies_on_the_innermost_volume(path: bytes, volume: str) -> None:
    assert Mounts("root", {b"usb": "A", b"usb/in": "B"}).volume_at(path) == volume


def test_what_was_mounted_or_unmounted_meanwhile() -> None:
    before = Mounts("root", {b"usb": "A", b"same": "C"})
    assert Mounts("root", {b"usb": "B", b"same": "C"}).changed_places(before) == {b"usb"}
    assert Mounts("root", {b"same": "C"}).changed_places(before) == {b"usb"}
    assert Mounts("other", before.below).changed_places(before) == {b""}
    assert before.changed_places(before) == set()


def test_this_system_names_the_volume_of_a_folder(tmp_path: Path) -> None:
    mounts = read_mounts(tmp_path)
    assert mounts.root
    assert mounts.below == {}
