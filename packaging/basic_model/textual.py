"""The words' half: MiniLM (int8, as it comes) with the joint space on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from basic_model import layout
from basic_model.concepts import CONCEPTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from basic_model.concepts import Concepts

OUTPUTS = ("text_embeds", "concept_weights")


def pool_tokens(hidden: NDArray[np.float32]) -> NDArray[np.float32]:
    """The sentence vector: the mean over tokens, unit length.

    Args:
        hidden: float32 [length, 384], MiniLM's last hidden state.
    """
    mean = hidden.mean(0)
    return np.asarray(mean / np.linalg.norm(mean))


def joint_vector(sentence: NDArray[np.float32], concepts: Concepts) -> NDArray[np.float32]:
    """The joint space in NumPy: what the graph must compute, for comparison.

    Args:
        sentence: float32 [384], unit length.

    Returns:
        float32 [1407], unit length.
    """
    centred = sentence - concepts.mean
    direction = centred / np.linalg.norm(centred)
    nearness = np.exp(concepts.anchors @ direction / layout.CONCEPT_TEMPERATURE)
    parts = [layout.CONCEPT_WEIGHT * nearness / nearness.sum(), direction, np.zeros(1, np.float32)]
    joint = np.concatenate(parts)
    return np.asarray(joint / np.linalg.norm(joint), np.float32)


def extend_textual(minilm: bytes, concepts: Concepts) -> bytes:
    """Appends pooling and the joint space to MiniLM's graph.

    Args:
        minilm: an ONNX graph with the output last_hidden_state [B, length, 384].

    Returns:
        An ONNX graph with OUTPUTS: text_embeds [B, 1407], unit length; concept_weights
        [B, 1022], summing to 1.
    """
    model = onnx.load_from_string(minilm)
    head = _Head(model.graph)
    axis_1 = head.constant("axis_1", np.array([1], np.int64))
    axis_last = head.constant("axis_last", np.array([-1], np.int64))

    # the mean over tokens that are not padding
    mask = head.node("Cast", ["attention_mask"], "mask_float", to=TensorProto.FLOAT)
    mask = head.node("Unsqueeze", [mask, axis_last], "mask")
    kept = head.node("Mul", ["last_hidden_state", mask], "kept")
    total = head.node("ReduceSum", [kept, axis_1], "total", keepdims=0)
    count = head.node("ReduceSum", [mask, axis_1], "count", keepdims=0)
    mean = head.node("Div", [total, count], "mean")
    sentence = head.unit(mean, "sentence")

    # the direction without what all classes share
    shared = head.constant("shared", concepts.mean[None])
    centred = head.node("Sub", [sentence, shared], "centred")
    direction = head.unit(centred, "direction")

    # nearness to the concepts
    anchors = head.constant("anchors_half", concepts.anchors.T.astype(np.float16))
    anchors = head.node("Cast", [anchors], "anchors", to=TensorProto.FLOAT)
    temperature = head.constant("temperature", np.float32(layout.CONCEPT_TEMPERATURE))
    weight = head.constant("weight", np.float32(layout.CONCEPT_WEIGHT))
    cosines = head.node("MatMul", [direction, anchors], "cosines")
    scaled = head.node("Div", [cosines, temperature], "scaled")
    nearness = head.node("Softmax", [scaled], "concept_weights", prefix=False, axis=1)
    weighted = head.node("Mul", [nearness, weight], "weighted")

    one = head.node("ReduceSum", [nearness, axis_1], "one", keepdims=1)
    zero = head.node("Sub", [one, one], "zero")
    joint = head.node("Concat", [weighted, direction, zero], "joint", axis=1)
    head.unit(joint, "text_embeds", prefix=False)

    del model.graph.output[:]
    model.graph.output.extend(
        [
            helper.make_tensor_value_info(
                "text_embeds", TensorProto.FLOAT, ["batch", layout.SEARCH_DIM]
            ),
            helper.make_tensor_value_info(
                "concept_weights", TensorProto.FLOAT, ["batch", CONCEPTS]
            ),
        ]
    )
    return bytes(model.SerializeToString(deterministic=True))


class _Head:
    """Appends nodes to a graph; every name gets a prefix of its own."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self._graph = graph

    def constant(self, name: str, value: object) -> str:
        full_name = f"joint_{name}"
        self._graph.initializer.append(numpy_helper.from_array(np.asarray(value), full_name))
        return full_name

    def node(
        self, operator: str, inputs: list[str], output: str, *, prefix: bool = True, **options: int
    ) -> str:
        full_name = f"joint_{output}" if prefix else output
        self._graph.node.append(
            helper.make_node(operator, inputs, [full_name], name=f"joint_node_{output}", **options)
        )
        return full_name

    def unit(self, value: str, output: str, *, prefix: bool = True) -> str:
        """Divides rows by their L2 norm."""
        name = f"joint_{output}_norm"
        self._graph.node.append(
            helper.make_node("ReduceL2", [value], [name], name=f"{name}_node", axes=[1], keepdims=1)
        )
        return self.node("Div", [value, name], output, prefix=prefix)
