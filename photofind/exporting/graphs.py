"""From PyTorch to ONNX: float32 first, then int8."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from photofind.exporting.request import ExportError
from photofind.exporting.tools import quiet

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

IMAGE_INPUT, IMAGE_OUTPUT = "pixel_values", "image_embeds"
TEXT_INPUT, TEXT_OUTPUT = "input_ids", "text_embeds"
_OPSET = 20
"""The first with Gelu as one operator."""
_EXTERNAL_FROM_BYTES = 1_500_000_000
"""protobuf ends at 2 GB; weights beyond this lie in a file beside the graph."""
_PROBE_LENGTH = 8


def write_visual(visual: Any, size: int, path: Path) -> None:
    """Writes the graph for pictures: float32 [batch, 3, size, size] to [batch, dim].

    Raises:
        ExportError: export_unknown, PyTorch can't write this network.
    """
    import torch

    example = torch.zeros(2, 3, size, size)
    _write(visual, example, {0: "batch"}, (IMAGE_INPUT, IMAGE_OUTPUT), path)


def write_textual(text: Any, context_length: int, *, any_length: bool, path: Path) -> None:
    """Writes the graph for words: int64 [batch, length] to [batch, dim].

    Args:
        any_length: texts may be shorter than the context.

    Raises:
        ExportError: export_unknown, PyTorch can't write this network.
    """
    import torch

    length = min(_PROBE_LENGTH, context_length) if any_length else context_length
    example = torch.ones(2, length, dtype=torch.long)
    dynamic = {0: "batch", 1: "length"} if any_length else {0: "batch"}
    _write(text, example, dynamic, (TEXT_INPUT, TEXT_OUTPUT), path)


def _write(
    network: Any, example: Any, dynamic: Mapping[int, str], names: tuple[str, str], path: Path
) -> None:
    import torch

    class Tower(torch.nn.Module):  # type: ignore[misc]
        """Gives the argument the name that the graph's input gets."""

        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, values: Any) -> Any:
            return self.network(values)

    fast_path = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)  # one operator that ONNX doesn't have
    try:
        with quiet(), torch.no_grad():
            program = torch.onnx.export(
                Tower().eval(),  # else BatchNorm is written as it is while learning
                (example,),
                dynamo=True,  # the other way freezes the text's length
                input_names=[names[0]],
                output_names=[names[1]],
                dynamic_shapes=(dict.fromkeys(dynamic, torch.export.Dim.DYNAMIC),),
                opset_version=_OPSET,
                verbose=False,
            )
            program.save(str(path), external_data=_bytes(network) > _EXTERNAL_FROM_BYTES)
    except (torch.onnx.errors.OnnxExporterError, RuntimeError, AssertionError) as error:
        raise ExportError(
            "export_unknown", "PyTorch can't write this network as ONNX. Try another architecture."
        ) from error
    finally:
        torch.backends.mha.set_fastpath_enabled(fast_path)


def _bytes(network: Any) -> int:
    return sum(value.numel() * value.element_size() for value in network.state_dict().values())


def quantise(source: Path, target: Path, *, reduced: bool) -> None:
    """Writes a graph whose matrix products are int8, one scale a channel.

    Convolutions stay float32: onnxruntime's are slow or refused in int8.

    Args:
        reduced: weights of seven bits, which are exact on every processor.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with quiet():
        quantize_dynamic(
            str(source),
            str(target),
            op_types_to_quantize=["MatMul", "Gemm"],
            per_channel=True,
            reduce_range=reduced,
            weight_type=QuantType.QInt8,
            use_external_data_format=source.with_name(f"{source.name}.data").exists(),
            extra_options={"MatMulConstBOnly": True},
        )
