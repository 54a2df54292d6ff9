"""BLIP of the transformers library with random weights, and photofind's graphs bound to them."""

from __future__ import annotations

import importlib
import shutil
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from photofind.domain import ImageGeometry, ResizeMode
from photofind.inference.binding import bind
from photofind.inference.blip.words import Words
from photofind.inference.checkpoints.opening import open_checkpoint
from photofind.inference.manifest import read_manifest
from photofind.inference.processor import largest_int8_weight
from photofind.inference.spec import Checkpoint, FileSpec
from photofind.inference.store import InstalledModel
from photofind.paths import resources
from tests.unit.inference.light_networks import SHARED_FROM, Supplies
from tests.unit.inference.transformers_reference import import_transformers

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from photofind.inference.spec_texts import AnswererSpec, CaptionerSpec

TINY_IMAGE = 64
STOP_BIAS = 16.0
"""With it a network ends its texts now and then."""
STOP = 102


@dataclass(frozen=True)
class Sizes:
    """Of a network, as the transformers library's configuration has them."""

    image: int
    image_width: int
    image_layers: int
    width: int
    layers: int

    def configuration(self) -> Any:
        text = {
            "hidden_size": self.width,
            "intermediate_size": 4 * self.width,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.width // 64,
        }
        vision = {
            "hidden_size": self.image_width,
            "intermediate_size": 4 * self.image_width,
            "num_hidden_layers": self.image_layers,
            "num_attention_heads": self.image_width // 64,
            "image_size": self.image,
        }
        return import_transformers().BlipConfig(text_config=text, vision_config=vision)


BASE = Sizes(384, 768, 12, 768, 12)
LARGE = Sizes(384, 1024, 24, 768, 12)
TINY = Sizes(TINY_IMAGE, 192, 2, 128, 2)
TINY_VQA = Sizes(TINY_IMAGE, 128, 2, 128, 2)
"""Of one width: the decoder looks at what the question's encoder gives."""


def make_network(sizes: Sizes, *, answers: bool, seed: int = 0, stop_bias: float = 0.0) -> Any:
    """A network with random weights whose texts depend on the picture.

    Args:
        stop_bias: added to the logit of the stop token; without it hardly a text would end.
    """
    transformers = import_transformers()
    import torch

    kind = "BlipForQuestionAnswering" if answers else "BlipForConditionalGeneration"
    with torch.device("meta"):
        model = getattr(transformers, kind)(sizes.configuration()).eval()
    with torch.no_grad():
        _set_weights(model, seed)
        model.tie_weights()
        model.text_decoder.cls.predictions.decoder.bias[STOP] += stop_bias
        for module in model.modules():
            if hasattr(module, "position_ids"):
                module.position_ids = torch.arange(512).expand((1, -1))
    return model


def _set_weights(model: Any, seed: int) -> None:
    """Random numbers in place of the meta device's."""
    import torch

    # Cut from one tensor: to draw every weight by itself takes ten seconds at the true size.
    numbers = torch.randn(2**24, generator=torch.Generator().manual_seed(seed))
    starts = np.random.default_rng(seed)
    supplies = Supplies()

    def fill(values: Any, spread: float) -> Any:
        for part in values.view(-1).split(2**23):
            start = int(starts.integers(len(numbers) - len(part)))
            torch.mul(numbers[start : start + len(part)], spread, out=part)
        return values

    weights = {}
    for name, parameter in model.named_parameters():
        draw = partial(fill, spread=_spread(name, parameter))
        if parameter.numel() >= SHARED_FROM and "embeddings" not in name:
            values = supplies.take(parameter.shape, draw)
        else:
            values = draw(torch.empty(parameter.shape, device="cpu"))
        if "norm" in name.lower() and name.endswith("weight"):
            values += 1
        weights[parameter] = torch.nn.Parameter(values)
    for module in model.modules():
        for name, parameter in module._parameters.items():
            module._parameters[name] = None if parameter is None else weights[parameter]
        for name, buffer in module._buffers.items():
            module._buffers[name] = torch.empty_like(buffer, device="cpu")


def _spread(name: str, parameter: Any) -> float:
    """Standard deviation of a weight."""
    if parameter.ndim <= 1:
        return 0.1
    if "embedding" in name and "patch" not in name:
        return float(4 / np.sqrt(parameter.shape[-1]))  # logits of about ±15, as trained ones
    return float(1.2 / np.sqrt(parameter[0].numel()))


@dataclass(frozen=True)
class BoundBlip:
    """A network of transformers, and photofind's graphs with its weights.

    Attributes:
        folder: holds `fp32` and `int8`.
    """

    network: Any
    spec: CaptionerSpec | AnswererSpec
    folder: Path

    def installed(self, precision: str) -> InstalledModel[Any]:
        return InstalledModel(self.spec, self.folder / precision)

    def words(self) -> Words:
        return Words(self.installed("fp32").file(self.spec.tokenizer), 512)

    def without_network(self) -> BoundBlip:
        """What another process can be handed."""
        return replace(self, network=None)


def bind_network(
    network: Any, spec: CaptionerSpec | AnswererSpec, graphs: Path, folder: Path
) -> BoundBlip:
    """Saves a network as its authors do and binds both precisions to the file."""
    import torch

    assert spec.checkpoint is not None
    official = folder / "pytorch_model.bin"
    torch.save(network.state_dict(), official)
    checkpoint = open_checkpoint(official)
    manifest = read_manifest(graphs / "manifest.json")
    for precision in ("fp32", "int8"):
        (folder / precision).mkdir()
        for name, pair in manifest.items():
            graph = getattr(pair, precision)
            shutil.copyfile(graphs / graph.graph, folder / precision / f"{name}.onnx")
            bind(checkpoint, graph, folder / precision / f"{name}.bin", largest_int8_weight())
        shutil.copyfile(
            resources() / spec.tokenizer.shipped_as, folder / precision / spec.tokenizer.path
        )
    official.unlink()
    return BoundBlip(network, spec, folder)


def tiny_spec(spec: Any) -> Any:
    """A registry entry for a network of the tiny sizes."""
    geometry = ImageGeometry(TINY_IMAGE, ResizeMode.SQUASH)
    checkpoint = Checkpoint(FileSpec("pytorch_model.bin"), f"tiny-{spec.key}")
    preprocess = replace(spec.preprocess, geometry=geometry)
    return replace(spec, preprocess=preprocess, checkpoint=checkpoint)


def build_graphs_of(sizes: Sizes, folder: Path, *, answers: bool) -> Path:
    """Writes the graphs of a network."""
    from shipped_graphs import layouts
    from shipped_graphs.blip import Blip
    from shipped_graphs.build import build

    network = Blip(
        image=sizes.image,
        image_width=sizes.image_width,
        image_layers=sizes.image_layers,
        width=sizes.width,
        layers=sizes.layers,
        answers=answers,
    )
    build(network, layouts.transformers_blip, folder)
    return folder


def photos(size: int, count: int) -> list[NDArray[np.uint8]]:
    """Crops of scikit-image's photos: uint8 [size, size, 3] each."""
    sources = sample_photos()
    random = np.random.default_rng(0)
    cut = []
    for index in range(count):
        source = sources[index % len(sources)]
        side = int(random.integers(size, min(source.shape[:2]) + 1)) if size < 300 else 300
        top = int(random.integers(source.shape[0] - side + 1))
        left = int(random.integers(source.shape[1] - side + 1))
        square = source[top : top + side, left : left + side]
        places = np.arange(size) * side // size
        cut.append(np.ascontiguousarray(square[places][:, places]))
    return cut


def sample_photos() -> list[NDArray[np.uint8]]:
    """Photos that come with scikit-image, uint8 [height, width, 3]."""
    data: Any = importlib.import_module("skimage.data")
    return [data.astronaut(), data.coffee(), data.chelsea(), data.rocket()]
