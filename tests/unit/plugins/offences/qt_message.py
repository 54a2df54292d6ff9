"""the paint is torn"""

import pytest
from PySide6.QtCore import qWarning


@pytest.mark.usefixtures("qapp")
def test() -> None:
    qWarning("the paint is torn")
