"""Is an installed model still what was installed, and does it compute here what it did?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.inference.steps import Step
from photofind.inference.trials import trial_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.inference.store import ModelStore


def verify_model(
    store: ModelStore, key: str, report: Callable[[Step], None] = lambda _: None
) -> None:
    """Hashes every file of a model and runs its self-test.

    Args:
        report: told what is done next.

    Raises:
        ModelError: model_missing, it is not installed; model_checksum, a file is not what it was;
            model_incompatible, it computes something else.
    """
    report(Step.VERIFYING)
    model = store.verify(key)
    report(Step.TESTING)
    trial_of(model.spec).self_test(model.folder)
