"""MB of memory"""


def test() -> None:
    assert len(bytearray(b"x") * 300_000_000)
