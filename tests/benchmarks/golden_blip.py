"""Compares installed BLIP models with token ids that are published for the authors' picture.

    python tests/benchmarks/golden_blip.py demo.jpg [--data-dir DIR]

demo.jpg is the picture of a woman and her dog on a beach from the model cards of Salesforce's
repositories. Needs the real weights (`photofind models install blip-base`, `blip-vqa-base`): what
isn't installed is left out. The ids are those that transformers' own tests expect
(tests/models/blip/test_modeling_blip.py). Fails where float32 graphs write anything else; int8
graphs may differ in a word.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from photofind.domain import ModelError
from photofind.inference import registry_blip
from photofind.inference.blip.models import BlipAnswerer, BlipCaptioner
from photofind.inference.decoding.greedy import greedy_search
from photofind.inference.spec_texts import AnswererSpec, CaptionerSpec
from photofind.inference.store import ModelStore
from photofind.media.decode import decode_photo
from photofind.paths import app_folders

CAPTIONS = {
    "": (30522, 1037, 2450, 3564, 2006, 1996, 3509, 2007, 2014, 3899, 102),
    "a picture of": (
        *(30522, 1037, 3861, 1997, 1037, 2450, 1998, 2014, 3899, 2006, 1996, 3509),
        102,
    ),
}
ANSWERS = {"how many dogs are in the picture?": (30522, 1015, 102)}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("picture", type=Path)
    parser.add_argument("--data-dir", type=Path)
    arguments = parser.parse_args()
    geometry = registry_blip.BASE.preprocess.geometry
    tensors = decode_photo(arguments.picture, (geometry,)).tensors
    store = ModelStore(app_folders(arguments.data_dir))
    compared = different = 0
    try:
        captioner = BlipCaptioner(store.find(registry_blip.BASE.key, CaptionerSpec))
    except ModelError as error:
        print(error.user_message)
    else:
        seen = captioner._vision.see(tensors)
        for prefix, expected in CAPTIONS.items():
            prompt = captioner._words.prompt(prefix)
            (found,) = greedy_search(captioner._decoder.about(seen), prompt, captioner._rules)
            compared, different = compared + 1, different + (found.ids != expected)
            print(f"{prefix!r}: {captioner._words.text(found)!r} {found.ids == expected}")
    try:
        answerer = BlipAnswerer(store.find(registry_blip.VQA_BASE.key, AnswererSpec))
    except ModelError as error:
        print(error.user_message)
    else:
        for question, expected in ANSWERS.items():
            words = answerer._words
            seen = answerer._reader.read(words.question(question), answerer._vision.see(tensors))
            writing = answerer._decoder.about(seen)
            (found,) = greedy_search(writing, words.prompt(), answerer._rules)
            compared, different = compared + 1, different + (found.ids != expected)
            print(f"{question!r}: {words.text(found)!r} {found.ids == expected}")
    print(f"{compared} compared, {different} different")
    raise SystemExit(different > 0 or not compared)


if __name__ == "__main__":
    main()
