"""The only place that creates an onnxruntime session."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from photofind.domain import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import onnxruntime

_LOG_ERRORS_ONLY = 3

_tell: list[Callable[[], None]] = []


@contextmanager
def announcing_runs(tell: Callable[[], None]) -> Iterator[None]:
    """Has it told, inside the `with` block, before a graph is loaded or run: a stranger's may
    never come to an end."""
    _tell.append(tell)
    try:
        yield
    finally:
        _tell.remove(tell)


def announce_run() -> None:
    """To be called before a graph or its tokenizer runs."""
    for tell in _tell:
        tell()


def create_session(
    path: Path, *, threads: int = 1, provider: str | None = None
) -> onnxruntime.InferenceSession:
    """Loads a graph. Several threads may call `run` of one session at once.

    Args:
        provider: an accelerator by onnxruntime's name, for all it can do, where this onnxruntime
            has it; the CPU does the rest.
        threads: threads inside one `run`. More than one is ruinous beside other busy threads:
            they wait for each other at every operator.

    Raises:
        ModelError: model_incompatible, the file is not a graph that onnxruntime can run.
    """
    announce_run()
    import onnxruntime  # 0.1 s to import: not before a model is needed
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    # Reusing one run's layout of memory for the next costs 40 MB and saves no time.
    options.enable_mem_pattern = False
    options.log_severity_level = _LOG_ERRORS_ONLY
    wanted = [provider] if provider in onnxruntime.get_available_providers() else []
    try:
        return onnxruntime.InferenceSession(
            str(path), sess_options=options, providers=[*wanted, "CPUExecutionProvider"]
        )
    except (
        state.EPFail,
        state.Fail,
        state.InvalidArgument,
        state.InvalidGraph,
        state.InvalidProtobuf,
        state.NoSuchFile,
        state.NotImplemented,
        state.RuntimeException,
        UnicodeDecodeError,  # what onnxruntime says may repeat bytes of a hostile file
    ) as error:
        raise ModelError(
            "model_incompatible",
            "The model file {file} can't be used. Please install the model again.",
            file=path.name,
        ) from error
