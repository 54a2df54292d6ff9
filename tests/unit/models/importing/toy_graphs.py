"""Graphs of a few thousand random weights with the inputs and outputs that others give theirs."""

from __future__ import annotations

import importlib.util
import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from photofind.inference.installing import shipped_file
from tests.unit.inference.small_tokenizers import write_gemma

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SIDE, DIM, WORDS, END = 32, 16, 49408, 49407
CLIP_PICTURES = {
    "do_center_crop": True,
    "do_normalize": True,
    "crop_size": {"height": SIDE, "width": SIDE},
    "size": {"shortest_edge": SIDE},
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711],
    "resample": 3,
}
SIGLIP_PICTURES = {
    "do_normalize": True,
    "size": {"height": SIDE, "width": SIDE},
    "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.5, 0.5, 0.5],
    "resample": 2,
}


def onnx() -> Any:
    """The library, which the extra `export` brings."""
    if importlib.util.find_spec("onnx") is None:
        pytest.skip("needs the extra `export` (onnx)")
    return importlib.import_module("onnx")


@dataclass(frozen=True)
class Toy:
    """A dual encoder: pictures times a matrix, and the sum of the words' rows of a table.

    Attributes:
        sees_filling: what texts are filled up with counts like any other token.
    """

    matrix: NDArray[np.float32]
    table: NDArray[np.float32]
    sees_filling: bool = False

    def image(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        vectors = pixels.reshape(len(pixels), -1) @ self.matrix
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def make_toy(words: int = WORDS, *, sees_filling: bool = False) -> Toy:
    random = np.random.default_rng(0)
    matrix = random.standard_normal((3 * SIDE * SIDE, DIM)).astype(np.float32)
    table = random.standard_normal((words, DIM)).astype(np.float32)
    if not sees_filling:
        table[0] = 0
    return Toy(matrix, table, sees_filling)


@dataclass(frozen=True)
class Names:
    """How a layout calls what goes in and out."""

    image: str = "pixel_values"
    image_vector: str = "image_embeds"
    text: str = "input_ids"
    text_vector: str = "text_embeds"
    int32: bool = False
    batch: int | str = "batch"
    length: int | str = "length"
    normalised: bool = False


def image_nodes(names: Names) -> list[Any]:
    helper = onnx().helper
    last = "raw_image" if names.normalised else names.image_vector
    nodes = [
        helper.make_node("Flatten", [names.image], ["flat"], axis=1),
        helper.make_node("MatMul", ["flat", "matrix"], [last]),
    ]
    if names.normalised:
        nodes.append(helper.make_node("LpNormalization", [last], [names.image_vector], axis=1, p=2))
    return nodes


def text_nodes(names: Names) -> list[Any]:
    helper = onnx().helper
    last = "raw_text" if names.normalised else names.text_vector
    nodes = [helper.make_node("Gather", ["table", names.text], ["rows"], axis=0)]
    nodes.append(helper.make_node("ReduceSum", ["rows", "axis"], [last], keepdims=0))
    if names.normalised:
        nodes.append(helper.make_node("LpNormalization", [last], [names.text_vector], axis=1, p=2))
    return nodes


def values(toy: Toy, *wanted: str) -> list[Any]:
    known = {
        "matrix": toy.matrix,
        "table": toy.table,
        "axis": np.asarray([1], np.int64),
    }
    return [onnx().numpy_helper.from_array(known[name], name) for name in wanted]


def value_infos(names: Names) -> dict[str, Any]:
    """Inputs and outputs by what they are."""
    make, types = onnx().helper.make_tensor_value_info, onnx().TensorProto
    ids = types.INT32 if names.int32 else types.INT64
    return {
        "image": make(names.image, types.FLOAT, [names.batch, 3, SIDE, SIDE]),
        "image_vector": make(names.image_vector, types.FLOAT, [names.batch, DIM]),
        "text": make(names.text, ids, [names.batch, names.length]),
        "text_vector": make(names.text_vector, types.FLOAT, [names.batch, DIM]),
    }


def save(path: Path, nodes: list[Any], inputs: list[Any], outputs: list[Any], weights: Any) -> None:
    helper = onnx().helper
    graph = helper.make_graph(nodes, "toy", inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx().save(model, str(path))


def save_image(path: Path, toy: Toy, names: Names) -> None:
    infos = value_infos(names)
    weights = values(toy, "matrix")
    save(path, image_nodes(names), [infos["image"]], [infos["image_vector"]], weights)


def save_text(path: Path, toy: Toy, names: Names) -> None:
    infos = value_infos(names)
    weights = values(toy, "table", "axis")
    save(path, text_nodes(names), [infos["text"]], [infos["text_vector"]], weights)


def write_json(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def copy_clip_tokenizer(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(shipped_file("tokenizers/clip.json"), path)


def make_immich(folder: Path, toy: Toy) -> None:
    names = Names("image", "embedding", "text", "embedding", True, 1, 77, True)
    save_image(folder / "visual" / "model.onnx", toy, names)
    save_text(folder / "textual" / "model.onnx", toy, names)
    pictures = {"mean": [0.48145466, 0.4578275, 0.40821073], "interpolation": "bicubic"}
    pictures |= {"size": [SIDE, SIDE], "std": [0.26862954, 0.26130258, 0.27577711]}
    write_json(folder / "visual" / "preprocess_cfg.json", pictures)
    copy_clip_tokenizer(folder / "textual" / "tokenizer.json")
    write_json(folder / "textual" / "tokenizer_config.json", {"pad_token": "<end_of_text>"})
    write_json(folder / "config.json", {"embed_dim": DIM, "text_cfg": {"context_length": 77}})


def make_xenova(folder: Path, toy: Toy, ending: str = "_quantized") -> None:
    save_image(folder / "onnx" / f"vision_model{ending}.onnx", toy, Names())
    save_text(folder / "onnx" / f"text_model{ending}.onnx", toy, Names())
    copy_clip_tokenizer(folder / "tokenizer.json")
    write_json(folder / "preprocessor_config.json", CLIP_PICTURES)
    text = {"max_position_embeddings": 77}
    write_json(folder / "config.json", {"model_type": "clip", "text_config": text})


def make_onnx_siglip(folder: Path) -> Toy:
    toy = make_toy(400, sees_filling=True)
    names = Names(image_vector="pooler_output", text_vector="pooler_output")
    save_image(folder / "onnx" / "vision_model_quantized.onnx", toy, names)
    save_text(folder / "onnx" / "text_model_quantized.onnx", toy, names)
    write_gemma(folder / "tokenizer.json")
    write_json(folder / "preprocessor_config.json", SIGLIP_PICTURES)
    text = {"max_position_embeddings": 64, "vocab_size": 256_000}
    write_json(folder / "config.json", {"model_type": "siglip", "text_config": text})
    return toy


def make_rclip(folder: Path, toy: Toy) -> None:
    names = Names("input", "output", "input", "output", length=77)
    save_image(folder / "visual.onnx", toy, names)
    save_text(folder / "textual.onnx", toy, names)


def make_mobileclip(folder: Path, toy: Toy, size: str = "s0") -> None:
    save_image(folder / "onnx" / size / "vision_model.onnx", toy, Names(image_vector="embeds"))
    save_text(folder / "onnx" / size / "text_model.onnx", toy, Names())
