"""How much of the computer a process in the background asks for."""

from __future__ import annotations

import logging
import sys

import psutil

logger = logging.getLogger(__name__)


def step_back() -> None:
    """Leaves processor and disk to whatever the person does meanwhile."""
    process = psutil.Process()
    try:
        if sys.platform == "win32":
            process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
            process.ionice(psutil.IOPRIO_LOW)
        else:
            process.nice(10)
            if sys.platform == "linux":
                process.ionice(psutil.IOPRIO_CLASS_BE, 7)
    except (OSError, psutil.Error) as error:
        logger.info("the priority stays as it is: %s", error)
