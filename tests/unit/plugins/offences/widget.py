"""QWidget 'lost'"""

import pytest
from PySide6.QtWidgets import QWidget

keep: list[QWidget] = []


@pytest.mark.usefixtures("qapp")
def test() -> None:
    widget = QWidget()
    widget.setObjectName("lost")
    keep.append(widget)
