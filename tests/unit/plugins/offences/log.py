"""WARNING x: hot"""

import logging


def test() -> None:
    logging.getLogger("x").warning("hot")
