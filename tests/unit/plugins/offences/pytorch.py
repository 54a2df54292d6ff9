"""mark the test as pytorch"""

import sys
import types


def test() -> None:
    sys.modules["torch"] = types.ModuleType("torch")
