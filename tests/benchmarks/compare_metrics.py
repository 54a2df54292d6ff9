"""Compares the figures of eval_captions.py with those of coco-caption.

    pip install pycocoevalcap       (100 MB, most of it Java that is not needed)
    python tests/benchmarks/compare_metrics.py [REFS.tsv]

Takes the captions of REFS.tsv (default: ../shared/fixtures/coco-ccby/captions.tsv), gives out one
of each picture as if a model had written it, and prints both programs' figures. The words are cut
by Stanford's tokenizer too where there is Java. Fails where anything differs.
"""

from __future__ import annotations

import importlib
import shutil
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # tests, as pytest finds them

from photofind.reference_captions import read_reference_captions
from tests.benchmarks.caption_metrics import bleu, cider, rouge_l, tokenize

DEFAULT = Path(__file__).resolve().parents[3] / "shared" / "fixtures" / "coco-ccby" / "captions.tsv"


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    texts: dict[str, list[str]] = {}
    for caption in read_reference_captions(path):
        texts.setdefault(caption.file, []).append(caption.text)
    compare_words([text for each in texts.values() for text in each])
    several = {file: each for file, each in texts.items() if len(each) > 1}
    words = {file: [tokenize(text) for text in each] for file, each in several.items()}
    written = {file: each[-1] for file, each in words.items()}
    wanted = {file: each[:-1] for file, each in words.items()}
    ours = (
        *bleu(list(written.values()), list(wanted.values())),
        rouge_l(list(written.values()), list(wanted.values())),
        cider(list(written.values()), list(wanted.values())),
    )
    theirs = measure_theirs(written, wanted)
    names = ("BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "ROUGE-L", "CIDEr")
    print(f"{len(written)} pictures, {sum(map(len, wanted.values()))} references")
    for name, own, other in zip(names, ours, theirs, strict=True):
        print(f"{name:8s} photofind {own:.9f}  coco-caption {other:.9f}")
        assert abs(own - other) < 1e-9, name


def measure_theirs(
    written: dict[str, list[str]], wanted: dict[str, list[list[str]]]
) -> tuple[float, ...]:
    results = {file: [" ".join(words)] for file, words in written.items()}
    references = {file: [" ".join(words) for words in each] for file, each in wanted.items()}
    four = _load("bleu.bleu").Bleu(4).compute_score(references, results)[0]
    rouge = _load("rouge.rouge").Rouge().compute_score(references, results)[0]
    cider_d = _load("cider.cider").Cider().compute_score(references, results)[0]
    return (*four, float(rouge), float(cider_d))


def compare_words(texts: list[str]) -> None:
    if shutil.which("java") is None:
        print("words are not compared: there is no Java")
        return
    captions = {number: [{"caption": text}] for number, text in enumerate(texts)}
    cut = _load("tokenizer.ptbtokenizer").PTBTokenizer().tokenize(captions)
    different = [
        text for number, text in enumerate(texts) if cut[number][0].split() != tokenize(text)
    ]
    print(
        f"{len(texts)} captions, {len(different)} cut into other words", *different[:5], sep="\n  "
    )
    assert not different


def _load(name: str) -> Any:
    return importlib.import_module(f"pycocoevalcap.{name}")


if __name__ == "__main__":
    main()
