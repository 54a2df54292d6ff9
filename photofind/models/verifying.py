"""Is an installed model still what was installed, and how is it best run on this computer now?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.inference.records import rewrite_record
from photofind.inference.spec import SourceKind
from photofind.inference.steps import Step
from photofind.inference.trials import trial_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.inference.store import ModelStore


def verify_model(
    store: ModelStore, key: str, report: Callable[[Step], None] = lambda _: None
) -> None:
    """Hashes every file of a model, runs its self-test and tries the accelerators again.

    One that was added since is used from the next start on, one that has gone or computes something
    else now is not.

    Args:
        report: told what is done next.

    Raises:
        ModelError: model_missing, it is not installed; model_checksum, a file is not what it was;
            model_incompatible, it computes something else; disk_failed, what was found can't be
            written down.
    """
    report(Step.VERIFYING)
    model = store.verify(key)
    report(Step.TESTING)
    trial = trial_of(model.spec)
    trial.self_test(model.folder)
    if model.spec.source_kind is SourceKind.BUILT_IN:
        return  # it always runs on the processor, and what ships is never written to
    found = trial.try_out(model.folder)
    rewrite_record(model.folder, found.provider, found.notices, found.pictures_per_s)
