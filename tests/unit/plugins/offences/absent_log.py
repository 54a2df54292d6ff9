"""did not come: ['cold']"""

import pytest


@pytest.mark.expects_log("cold")
def test() -> None:
    pass
