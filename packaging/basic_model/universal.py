"""The Universal Sentence Encoder (multilingual v3) as an ONNX graph.

The network (Yang et al. 2019, "Multilingual Universal Sentence Encoder for Semantic Retrieval", the
convolutional variant) averages word pieces and n-grams of 2, 3 and 5, and puts three dense layers
on top. Its weights come from a package that stores the embedding table in 8 bits; here each row
gets 4, with a scale and an offset of its own.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper

from basic_model.graphs import GraphWriter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Weights = dict[str, NDArray[np.float32]]

TEXT_DIM = 512
OUTPUT = "sentence"
_PIECES = 128_000
_TABLE_PARTS, _PART_ROWS = 17, 7530
"""The package deals rows out to so many tables: row i is the (i // 17)th of table i % 17."""
_HALF = TEXT_DIM // 2
_BRANCH_DIM = 256
_BRANCHES = ((2, 0), (3, 1), (5, 2))
"""Length of n-grams, and how many of their pieces lie before the one they belong to."""
_LEVELS = 15
_CLIPS = (2.3, 2.7, 3.1)
"""Standard deviations at which a row may be cut off, to use 16 levels where most values are."""
_ROWS_AT_ONCE = 8192


def build_tokenizer(sentencepiece_model: bytes) -> bytes:
    """Makes a tokenizer.json of the network's SentencePiece model."""
    from sentencepiece import sentencepiece_model_pb2
    from tokenizers import (
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    proto = sentencepiece_model_pb2.ModelProto()  # type: ignore[attr-defined,unused-ignore]
    proto.ParseFromString(sentencepiece_model)
    unknown = 2  # SentencePiece's type of the unknown piece, whose score means nothing
    pieces = [(p.piece, 0.0 if p.type == unknown else p.score) for p in proto.pieces]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=0, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap),
            normalizers.Strip(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(
        replacement="▁", prepend_scheme="always", split=False
    )
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)]
    )
    return str(tokenizer.to_str(pretty=False)).encode("utf-8")


def build_universal(weights: bytes) -> bytes:
    """Makes an ONNX graph of the network.

    Args:
        weights: the package's weights.npz.

    Returns:
        A graph from input_ids and attention_mask (int64 [B, length]) to OUTPUT (float32
        [B, 512], unit length).
    """
    with np.load(io.BytesIO(weights), allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    tokens = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"])
        for name in ("input_ids", "attention_mask")
    ]
    graph = helper.make_graph([], "universal", tokens, [])
    write = GraphWriter(graph, "use")
    axis_1 = write.constant("axis_1", np.array([1], np.int64))
    axis_2 = write.constant("axis_2", np.array([2], np.int64))
    epsilon = write.constant("epsilon", np.float32(arrays["eps"]))
    mask = write.node("Cast", ["attention_mask"], "mask", to=TensorProto.FLOAT)
    column_mask = write.node("Unsqueeze", [mask, axis_2], "column_mask")

    pieces = _look_up(write, _read_table(arrays))
    branches = _write_branches(write, arrays, pieces, column_mask, epsilon)
    features = write.node("Concat", [pieces, *branches], "features", axis=2)
    features = _layer_norm(write, features, "normal", arrays["ln_g"], arrays["ln_b"], epsilon)

    # the sum over pieces, divided by the square root of their number
    kept = write.node("Mul", [features, column_mask], "kept")
    total = write.node("ReduceSum", [kept, axis_1], "total", keepdims=0)
    count = write.node("ReduceSum", [mask, axis_1], "count", keepdims=1)
    projected = write.node("MatMul", [total, write.weight("out", arrays["cnn_W"])], "projected")
    bias = write.node("Mul", [count, write.weight("out_bias", arrays["cnn_b"])], "bias")
    biased = write.node("Add", [projected, bias], "biased")
    mean = write.node("Div", [biased, write.node("Sqrt", [count], "root")], "mean")
    sentence = write.unit(_write_dense(write, arrays, mean), "unit")
    write.output(sentence, OUTPUT, TEXT_DIM)

    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _read_table(arrays: Weights) -> NDArray[np.float32]:
    """The embedding table, float32 [128000, 512]."""
    stored = np.empty((_TABLE_PARTS * _PART_ROWS, TEXT_DIM), np.uint8)
    for part in range(_TABLE_PARTS):
        stored[part::_TABLE_PARTS] = arrays[f"q{part + 1}"]
    part_of = np.arange(_PIECES) % _TABLE_PARTS
    scale, offset = arrays["scale"][part_of, None], arrays["lo"][part_of, None]
    return np.asarray(stored[:_PIECES].astype(np.float32) * scale + offset)


def _to_four_bits(
    rows: NDArray[np.float32],
) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]:
    """16 levels a row, with the clipping of least squared error.

    Args:
        rows: float32 [n, 512].

    Returns:
        Levels uint8 [n, 512] (0 to 15), scale and offset float32 [n, 1].
    """
    mean, deviation = rows.mean(1, keepdims=True), rows.std(1, keepdims=True)
    smallest, largest = rows.min(1, keepdims=True), rows.max(1, keepdims=True)
    levels = np.empty(rows.shape, np.uint8)
    scales, offsets = np.empty((2, len(rows), 1), np.float32)
    least_error = np.full((len(rows), 1), np.inf, np.float32)
    for clip in _CLIPS:
        offset = np.maximum(smallest, mean - clip * deviation)
        scale = (np.minimum(largest, mean + clip * deviation) - offset) / _LEVELS + 1e-9
        tried = np.clip(np.rint((rows - offset) / scale), 0, _LEVELS)
        error = ((tried * scale + offset - rows) ** 2).mean(1, keepdims=True)
        better = (error < least_error)[:, 0]
        levels[better], scales[better] = tried[better], scale[better]
        offsets[better], least_error[better] = offset[better], error[better]
    return levels, scales, offsets


def _look_up(write: GraphWriter, table: NDArray[np.float32]) -> str:
    """Nodes that give each token its row of the table: [B, length, 512]."""
    packed = np.empty((len(table), _HALF), np.uint8)
    scales, offsets = np.empty((2, len(table), 1), np.float16)
    for start in range(0, len(table), _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        levels, scales[part], offsets[part] = _to_four_bits(table[part])
        packed[part] = levels[:, :_HALF] | (levels[:, _HALF:] << 4)
    sixteen = write.constant("sixteen", np.int32(16))
    rows = write.node("Gather", [write.constant("table", packed), "input_ids"], "rows", axis=0)
    rows = write.node("Cast", [rows], "rows_wide", to=TensorProto.INT32)
    upper = write.node("Div", [rows, sixteen], "upper")
    lower = write.node("Sub", [rows, write.node("Mul", [upper, sixteen], "shifted")], "lower")
    levels_ = write.node("Concat", [lower, upper], "levels", axis=2)
    levels_ = write.node("Cast", [levels_], "levels_wide", to=TensorProto.FLOAT)
    parts = []
    for name, values in (("scale", scales), ("offset", offsets)):
        table_name = write.constant(f"{name}s", values)
        found = write.node("Gather", [table_name, "input_ids"], f"{name}_half", axis=0)
        parts.append(write.node("Cast", [found], name, to=TensorProto.FLOAT))
    scaled = write.node("Mul", [levels_, parts[0]], "scaled")
    return write.node("Add", [scaled, parts[1]], "pieces")


def _write_branches(
    write: GraphWriter, arrays: Weights, pieces: str, column_mask: str, epsilon: str
) -> list[str]:
    """The n-gram branches, [B, length, 256] each: a projection, then two residual convolutions."""

    def joined(name: str) -> NDArray[np.float32]:
        return np.concatenate([arrays[f"{name}{n}"] for n, _ in _BRANCHES], axis=-1)

    projected = write.node("MatMul", [pieces, write.weight("project", joined("proj"))], "project_0")
    projected = write.node("Add", [projected, write.weight("project_bias", joined("proj_b"))], "p")
    # Each branch normalises over all three, as the original graph does.
    normal = _layer_norm(write, projected, "branch", joined("ln_g"), joined("ln_b"), epsilon)
    normal = write.node("Mul", [normal, column_mask], "branch_kept")
    columns = write.node("Transpose", [normal], "columns", perm=[0, 2, 1])
    row_mask = write.node("Transpose", [column_mask], "row_mask", perm=[0, 2, 1])
    outputs = []
    for index, (length, before) in enumerate(_BRANCHES):
        bounds = [
            write.constant(f"bound_{index}_{i}", np.array([i * _BRANCH_DIM], np.int64))
            for i in (index, index + 1)
        ]
        axis = write.constant(f"channels_{index}", np.array([1], np.int64))
        value = write.node("Slice", [columns, *bounds, axis], f"branch_{length}")
        for layer in (1, 2):
            kernel = arrays[f"w{layer}_{length}"].reshape(length, _BRANCH_DIM, _BRANCH_DIM)
            kernel_name = write.weight(
                f"kernel_{length}_{layer}", np.ascontiguousarray(kernel.transpose(2, 1, 0)), 0
            )
            bias = write.weight(f"kernel_bias_{length}_{layer}", arrays[f"b{layer}_{length}"])
            found = write.node(
                "Conv",
                [value, kernel_name, bias],
                f"conv_{length}_{layer}",
                pads=[before, length - 1 - before],
                kernel_shape=[length],
            )
            found = write.node("Relu", [found], f"relu_{length}_{layer}")
            value = write.node("Add", [found, value], f"sum_{length}_{layer}")
            if layer == 1:  # what lies beyond the text's end must not reach the second layer
                value = write.node("Mul", [value, row_mask], f"kept_{length}")
        outputs.append(write.node("Transpose", [value], f"rows_{length}", perm=[0, 2, 1]))
    return outputs


def _write_dense(write: GraphWriter, arrays: Weights, mean: str) -> str:
    """Three dense layers with shortcuts: [B, 512], between -1 and 1."""

    def times(value: str, name: str) -> str:
        return write.node("MatMul", [value, write.weight(name, arrays[name])], f"times_{name}")

    def rectified(value: str, output: str) -> str:
        return write.node("Relu", [value], output)

    first = rectified(times(mean, "d0"), "dense_0")
    second = rectified(
        write.node("Add", [times(mean, "p1"), times(first, "d1")], "dense_1_sum"), "dense_1"
    )
    third = rectified(times(second, "d2"), "dense_2")
    last = write.node("Add", [times(second, "p3"), times(third, "d3")], "dense_3_sum")
    return write.node("Tanh", [last], "dense_3")


def _layer_norm(
    write: GraphWriter,
    value: str,
    output: str,
    gain: NDArray[np.float32],
    bias: NDArray[np.float32],
    epsilon: str,
) -> str:
    mean = write.node("ReduceMean", [value], f"{output}_mean", axes=[2], keepdims=1)
    centred = write.node("Sub", [value, mean], f"{output}_centred")
    squares = write.node("Mul", [centred, centred], f"{output}_squares")
    variance = write.node("ReduceMean", [squares], f"{output}_variance", axes=[2], keepdims=1)
    deviation = write.node(
        "Sqrt",
        [write.node("Add", [variance, epsilon], f"{output}_stable")],
        f"{output}_deviation",
    )
    normal = write.node("Div", [centred, deviation], f"{output}_scaled")
    gained = write.node("Mul", [normal, write.weight(f"{output}_gain", gain)], f"{output}_gained")
    return write.node("Add", [gained, write.weight(f"{output}_bias", bias)], output)
