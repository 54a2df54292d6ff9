"""Makes an installed BLIP of an official checkpoint: `python packaging/export_blip.py KEY FILE`.

The graphs are written anew, compared with the transformers library on some pictures, filled with
the file's weights and installed, without any connection. Needs the extra `export`.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))  # photofind itself, whether it is installed or not

import numpy as np  # noqa: E402
from shipped_graphs import layouts  # noqa: E402
from transformers_blip import load_blip, measure_blip  # noqa: E402

from photofind import paths  # noqa: E402
from photofind.domain import PhotofindError  # noqa: E402
from photofind.exporting import gates  # noqa: E402
from photofind.exporting.gates import Gate  # noqa: E402
from photofind.exporting.material import find_pictures  # noqa: E402
from photofind.exporting.request import ExportError  # noqa: E402
from photofind.inference.binding import bind  # noqa: E402
from photofind.inference.blip.networks import QuestionReader, TextDecoder, Vision  # noqa: E402
from photofind.inference.blip.words import Words, rules  # noqa: E402
from photofind.inference.checkpoints.opening import open_checkpoint  # noqa: E402
from photofind.inference.decoding.greedy import greedy_search  # noqa: E402
from photofind.inference.installing import install_checkpoint  # noqa: E402
from photofind.inference.manifest import read_manifest  # noqa: E402
from photofind.inference.precision_check import TEXTS  # noqa: E402
from photofind.inference.preprocess import to_batch  # noqa: E402
from photofind.inference.processor import FULL_RANGE  # noqa: E402
from photofind.inference.registry import find_spec  # noqa: E402
from photofind.inference.spec import ModelSpec  # noqa: E402
from photofind.inference.spec_texts import AnswererSpec, CaptionerSpec  # noqa: E402
from photofind.media.decode import decode_photo  # noqa: E402
from photofind.models.places import installing_alone  # noqa: E402
from photofind.sentences import Sentence  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from shipped_graphs.blip import Blip

    from photofind.inference.blip.networks import Seen
    from photofind.inference.checkpoints.tensors import TensorFile
    from photofind.inference.store import InstalledModel

_PICTURES = 8
"""Each takes two seconds at the true size."""
_QUESTION = "how many people are in the picture?"
_LONGEST = 64
"""Tokens of what is compared."""
_TIE = 1e-3
"""Two tokens whose logits are closer may change places."""


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Writes the graphs of a BLIP, compares them with transformers and installs it."
    )
    parser.add_argument("key", metavar="KEY", help="blip-base, blip-large or blip-vqa-base")
    parser.add_argument("checkpoint", metavar="FILE", type=Path, help="the authors' own file")
    parser.add_argument("--out", type=Path, help="a new folder for the graphs, without weights")
    parser.add_argument("--pictures", type=Path, help="a folder of pictures to compare with")
    parser.add_argument("--data-dir", type=Path, help="as for photofind itself")
    chosen = parser.parse_args(words)
    try:
        report = export_blip(
            chosen.key,
            chosen.checkpoint,
            paths.app_folders(chosen.data_dir),
            out=chosen.out,
            pictures=chosen.pictures,
            say=print,
        )
    except PhotofindError as error:
        print(error.user_message, file=sys.stderr)
        return 1
    print(f"Installed {report.model.spec.title}.")
    return 0


@dataclass(frozen=True, slots=True)
class BlipReport:
    """What was made.

    Attributes:
        pictures: where those are from that were compared with.
        gates: all of them passed.
        as_shipped: whether the graphs are byte for byte those that photofind ships.
    """

    model: InstalledModel[ModelSpec]
    pictures: str
    gates: tuple[Gate, ...]
    as_shipped: bool


def export_blip(
    key: str,
    checkpoint: Path,
    folders: paths.AppFolders,
    *,
    out: Path | None = None,
    pictures: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> BlipReport:
    """Writes the graphs of a checkpoint's network, compares them with transformers, and installs
    the model if they agree.

    Args:
        key: of a captioner or an answerer in the registry.
        checkpoint: the official file; only read.
        out: a folder for the graphs, which hold no weights; it must not exist yet.
        pictures: a folder of pictures to compare with.
        say: told what is being done and what was found, a line at a time.

    Raises:
        ExportError: export_unknown, it is no such model; export_weights, the file is another's;
            export_gate, the graphs compute something else; export_folder, `out` exists or can't
            be written; export_tools_missing.
        ModelError: as for `install_checkpoint`; model_busy, another installation is at work.
    """
    spec = find_spec(key, ModelSpec)
    if not isinstance(spec, (CaptionerSpec, AnswererSpec)) or spec.checkpoint is None:
        raise ExportError(
            "export_unknown",
            f"{key} neither describes photos nor answers questions.",
        )
    if not checkpoint.is_file():
        raise ExportError("export_weights", f"There is no file {checkpoint}. Check its name.")
    if out is not None and out.exists():
        raise ExportError("export_folder", f"{out} exists already. Give another folder with --out.")
    opened = open_checkpoint(checkpoint)
    sizes = measure_blip(opened, answers=isinstance(spec, AnswererSpec))
    with tempfile.TemporaryDirectory(prefix="photofind-export-") as temporary:
        work = Path(temporary)
        graphs = work / "graphs"
        say("writing the graphs")
        as_shipped = _write_graphs(spec, sizes, graphs)
        say("they are those that photofind ships" if as_shipped else "they are not those shipped")
        say(f"loading {checkpoint.name} into transformers")
        network = load_blip(opened, sizes)
        _bind(spec, graphs, opened, work)
        found = find_pictures(pictures, work)
        say(f"compared with {_PICTURES} pictures {found.description}")
        passed = _compare(_Both(spec, network, work), found.paths[:_PICTURES], say)
        del network
        say("installing")
        with installing_alone(folders):
            files = {spec.checkpoint.file.path: checkpoint}
            model = install_checkpoint(spec, files, folders, graphs=graphs)
        if out is not None:
            _give_out(graphs, out)
    return BlipReport(model, str(found.description), passed, as_shipped)


def _write_graphs(spec: CaptionerSpec | AnswererSpec, sizes: Blip, folder: Path) -> bool:
    """Writes the graphs without weights; whether they are the shipped ones byte for byte."""
    from shipped_graphs.build import build  # it needs onnx, which measure_blip has looked for

    assert spec.checkpoint is not None
    build(sizes, layouts.transformers_blip, folder)
    shipped = paths.resources() / spec.checkpoint.graphs
    if read_manifest(folder / "manifest.json") != read_manifest(shipped / "manifest.json"):
        raise ExportError(
            "export_weights", f"The file holds a BLIP of other sizes than “{spec.title}”."
        )
    return all((shipped / each.name).read_bytes() == each.read_bytes() for each in folder.iterdir())


def _give_out(graphs: Path, out: Path) -> None:
    try:
        shutil.copytree(graphs, out)
    except OSError as error:
        raise ExportError(
            "export_folder",
            f"The model is installed, but the folder {out} can't be written:"
            f" {error.strerror or error}. Give another one with --out.",
        ) from error


def _bind(
    spec: CaptionerSpec | AnswererSpec, graphs: Path, checkpoint: TensorFile, work: Path
) -> None:
    """The graphs in float32, and the words."""
    for name, pair in read_manifest(graphs / "manifest.json").items():
        bind(checkpoint, pair.fp32, work / f"{name}.bin", FULL_RANGE)
        shutil.copyfile(graphs / pair.fp32.graph, work / f"{name}.onnx")
    shutil.copyfile(paths.resources() / spec.tokenizer.shipped_as, work / spec.tokenizer.path)


def _compare(
    both: _Both, pictures: tuple[Path, ...], say: Callable[[str], None]
) -> tuple[Gate, ...]:
    logits, expected, same = [], [], []
    for picture, text in zip(pictures, TEXTS * len(pictures), strict=False):
        both.look_at(picture)
        ours, theirs = both.logits(text)
        logits.append(ours)
        expected.append(theirs)
        same.append(both.writes_the_same())
    found = (
        gates.float_gate(
            Sentence("logits, float32 graphs"), np.concatenate(logits), np.concatenate(expected)
        ),
        Gate(
            Sentence("texts, float32 graphs"),
            Sentence(
                "{same} of {count} the same up to the first tie", same=sum(same), count=len(same)
            ),
            all(same),
        ),
    )
    for gate in found:
        if not gate.passed:
            raise ExportError(
                "export_gate",
                f"Not exported: {gate.name}: {gate.figures}."
                " What would be installed is not what was trained.",
            )
        say(f"passed: {gate.name}: {gate.figures}")
    return found


class _Both:
    """photofind's graphs and transformers' network, looking at one picture after the other."""

    def __init__(self, spec: CaptionerSpec | AnswererSpec, network: Any, folder: Path) -> None:
        self._spec = spec
        self._network = network
        self._vision = Vision(folder / spec.vision.path, spec.preprocess)
        self._decoder = TextDecoder(folder / spec.decoder.path)
        self._words = Words(folder / spec.tokenizer.path, _LONGEST)
        self._reader = None
        if isinstance(spec, AnswererSpec):
            self._reader = QuestionReader(folder / spec.question.path)
        self._seen: Seen = ()
        self._theirs: Any = None

    def look_at(self, picture: Path) -> None:
        import torch

        preprocess = self._spec.preprocess
        tensor = decode_photo(picture, [preprocess.geometry]).tensors[0]
        self._seen = self._vision.see([tensor])
        pixels = torch.from_numpy(to_batch([tensor], preprocess))
        with torch.inference_mode():
            self._theirs = self._network.vision_model(pixels).last_hidden_state
            if self._reader is not None:
                ids = self._words.question(_QUESTION)
                self._seen = self._reader.read(ids, self._seen)
                self._theirs = self._network.text_encoder(
                    input_ids=torch.from_numpy(ids), encoder_hidden_states=self._theirs
                ).last_hidden_state

    def logits(self, text: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """After every token of a text, ours and theirs: [tokens, vocabulary]."""
        import torch

        ids = self._words.prompt(text)
        writing = self._decoder.about(self._seen)
        ours = [writing.start(ids[:, :1])]
        ours += [writing.step(ids[:, place], np.arange(1)) for place in range(1, ids.shape[1])]
        with torch.inference_mode():
            theirs = self._network.text_decoder(
                torch.from_numpy(ids), encoder_hidden_states=self._theirs
            ).logits
        return np.concatenate(ours), theirs[0].numpy()

    def writes_the_same(self) -> bool:
        """Whether greedy texts are equal up to the first tie."""
        import torch

        prompt, limits = self._words.prompt(), rules(self._spec.longest)
        (ours,) = greedy_search(self._decoder.about(self._seen), prompt, limits)
        found = self._network.text_decoder.generate(
            input_ids=torch.from_numpy(prompt),
            encoder_hidden_states=self._theirs,
            eos_token_id=limits.stop,
            pad_token_id=limits.pad,
            max_new_tokens=limits.longest,
            no_repeat_ngram_size=limits.no_repeat,
            do_sample=False,
            return_dict_in_generate=True,
            output_scores=True,
        )
        theirs = tuple(found.sequences[0].tolist())
        for place, (own, other) in enumerate(zip(ours.ids[1:], theirs[1:], strict=False)):
            if own != other:
                best, second = found.scores[place][0].topk(2).values.tolist()
                return bool(best - second < _TIE)
        return len(ours.ids) == len(theirs)


if __name__ == "__main__":
    sys.exit(main())
