"""The words' half: a sentence encoder with the joint space on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto

from basic_model import layout
from basic_model.graphs import GraphWriter, quantise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from basic_model.concepts import Concepts

OUTPUTS = ("text_embeds", "concept_weights", "object_weights")


def joint_vectors(texts: Sequence[str], concepts: Concepts, index: int) -> NDArray[np.float32]:
    """The joint space in NumPy: what the graph must compute, for comparison.

    Args:
        index: which of the sentence encoders this is, in the order of `layout`.

    Returns:
        float32 [n, 1489], unit length.
    """
    parts = concepts.query_parts(texts)
    shared, directions = np.split(parts, [layout.CONCEPTS + layout.OBJECTS], 1)
    both = np.zeros((len(texts), 2, layout.DIRECTIONS), np.float32)
    both[:, index] = directions
    hubness = np.zeros((len(texts), 3), np.float32)
    hubness[:, index] = layout.HUB_SCALE
    joint = np.concatenate([shared, both.reshape(len(texts), -1), hubness], 1)
    return np.asarray(joint / np.linalg.norm(joint, axis=1, keepdims=True), np.float32)


def extend_textual(graph: bytes, concepts: Concepts, index: int) -> bytes:
    """Appends the joint space to a sentence encoder.

    Args:
        graph: has one output, float32: vectors of tokens [B, length, d], whose mean is taken, or
            of sentences [B, d].
        index: which of the sentence encoders this is, in the order of `layout`.

    Returns:
        An ONNX graph with OUTPUTS: text_embeds [B, 1489], unit length; concept_weights
        [B, 1022], summing to 1; object_weights [B, 80], summing to 1 at most.
    """
    model = onnx.load_from_string(graph)
    (found,) = model.graph.output
    of_tokens = len(found.type.tensor_type.shape.dim) == 3
    write = GraphWriter(model.graph, "joint")
    axis_1 = write.constant("axis_1", np.array([1], np.int64))
    sentence = _mean_of_tokens(write, found.name) if of_tokens else found.name
    del model.graph.output[:]

    # the direction without what all classes share
    unit = write.unit(sentence, "unit")
    centred = write.node("Sub", [unit, write.constant("mean", concepts.mean[None])], "centred")
    direction = write.unit(centred, "direction")

    # nearness to the concepts
    anchors, scale = quantise(concepts.anchors.T.copy(), 1)
    wide = write.node("Cast", [write.constant("anchors", anchors)], "wide", to=TensorProto.FLOAT)
    anchors_ = write.node("Mul", [wide, write.constant("anchors_scale", scale)], "anchors_wide")
    cosines = write.node("MatMul", [direction, anchors_], "cosines")
    temperature = write.constant("temperature", np.float32(concepts.temperature))
    nearness = write.node(
        "Softmax", [write.node("Div", [cosines, temperature], "scaled")], "nearness", axis=1
    )
    weight = write.constant("concept_weight", np.float32(layout.CONCEPT_WEIGHT))
    weighted = write.node("Mul", [nearness, weight], "weighted")

    one = write.node("ReduceSum", [nearness, axis_1], "one", keepdims=1)
    zero = write.node("Sub", [one, one], "zero")
    objects = _object_weights(write, direction, zero, concepts)
    weight = write.constant("object_weight", np.float32(layout.OBJECT_WEIGHT))
    weighted_objects = write.node("Mul", [objects, weight], "weighted_objects")

    # the principal directions, beside zeros where the other encoder has its own
    principal = write.half("principal", concepts.principal)
    own = write.node("MatMul", [direction, principal], "own")
    row = write.constant("row", np.zeros((1, layout.DIRECTIONS), np.float32))
    others = write.node("Add", [zero, row], "others")
    hub = write.node("Add", [zero, write.constant("hub", np.float32(layout.HUB_SCALE))], "hub_own")
    pairs = [(own, others), (hub, zero)]
    ordered = [value for pair in pairs for value in (pair if index == 0 else pair[::-1])]
    joint = write.node("Concat", [weighted, weighted_objects, *ordered, zero], "joint", axis=1)
    write.output(write.unit(joint, "vector"), "text_embeds", layout.SEARCH_DIM)
    write.output(nearness, "concept_weights", layout.CONCEPTS)
    write.output(objects, "object_weights", layout.OBJECTS)
    return bytes(model.SerializeToString(deterministic=True))


def _mean_of_tokens(write: GraphWriter, hidden: str) -> str:
    """The mean over tokens that are not padding, [B, d]."""
    axis_1 = write.constant("tokens", np.array([1], np.int64))
    axis_last = write.constant("axis_last", np.array([-1], np.int64))
    mask = write.node("Cast", ["attention_mask"], "mask_wide", to=TensorProto.FLOAT)
    mask = write.node("Unsqueeze", [mask, axis_last], "mask")
    kept = write.node("Mul", [hidden, mask], "kept")
    total = write.node("ReduceSum", [kept, axis_1], "total", keepdims=0)
    count = write.node("ReduceSum", [mask, axis_1], "count", keepdims=0)
    return write.node("Div", [total, count], "mean_of_tokens")


def _object_weights(write: GraphWriter, direction: str, zero: str, concepts: Concepts) -> str:
    """How much the query is about each object, [B, 80]: see `Concepts.object_weights`."""
    names = write.half("objects", np.ascontiguousarray(concepts.objects.T))
    cosines = write.node("MatMul", [direction, names], "object_cosines")
    threshold = write.constant("threshold", np.float32(layout.OBJECT_THRESHOLD))
    temperature = write.constant("object_temperature", np.float32(layout.OBJECT_TEMPERATURE))
    above = write.node("Sub", [cosines, threshold], "above")
    logits = write.node("Div", [above, temperature], "object_logits")
    with_none = write.node("Concat", [logits, zero], "with_none", axis=1)
    shares = write.node("Softmax", [with_none], "object_shares", axis=1)
    indices = write.constant("object_indices", np.arange(layout.OBJECTS, dtype=np.int64))
    return write.node("Gather", [shares, indices], "object_weights_", axis=1)
