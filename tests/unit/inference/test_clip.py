from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from photofind.domain import ModelError
from photofind.inference.clip import (
    DualEncoder,
    ImageEncoder,
    TextEncoder,
    read_background,
    to_unit_length,
)
from photofind.inference.registry import BASIC
from photofind.inference.spec import FileSpec

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


RED = (200, 25, 25)
BLUE = (30, 60, 190)
GRAY = (120, 120, 120)


def square_on(background: tuple[int, int, int], colour: tuple[int, int, int]) -> NDArray[np.uint8]:
    picture = np.full((288, 288, 3), background, np.uint8)
    picture[50:240, 50:240] = colour
    return picture


def noise(seed: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (288, 288, 3), dtype=np.uint8)


def test_shapes_and_lengths(basic: DualEncoder, image_encoder: ImageEncoder) -> None:
    found = image_encoder.encode([noise(seed) for seed in range(3)])
    assert found.search.shape == (3, basic.spec.dim)
    assert found.similar is not None
    assert found.similar.shape == (3, basic.spec.similar_dim)
    assert found.posterior is not None
    assert found.posterior.shape == (3, 1000)
    for vectors in (found.search, found.similar):
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(found.posterior.sum(1), 1, atol=1e-4)
    assert found.presence is not None
    assert found.presence.shape == (3, 80)
    assert ((found.presence >= 0) & (found.presence <= 1)).all()


def test_no_pictures_and_no_words_are_fine(
    image_encoder: ImageEncoder, text_encoder: TextEncoder
) -> None:
    assert image_encoder.encode([]).search.shape == (0, BASIC.dim)
    assert text_encoder.encode([]).shape == (0, BASIC.dim)


def test_a_photo_does_not_depend_on_its_batch(image_encoder: ImageEncoder) -> None:
    pictures = [noise(seed) for seed in range(5)]
    together = image_encoder.encode(pictures).search
    alone = np.concatenate([image_encoder.encode([picture]).search for picture in pictures])
    np.testing.assert_array_equal(together, alone)


def test_larger_runs_give_the_same_vectors(basic: DualEncoder, image_encoder: ImageEncoder) -> None:
    in_fours = ImageEncoder(replace(basic, spec=replace(basic.spec, image_batch=4)))
    pictures = [noise(seed) for seed in range(5)]
    np.testing.assert_allclose(
        in_fours.encode(pictures).search, image_encoder.encode(pictures).search, atol=1e-4
    )


def test_a_picture_made_for_another_model_is_refused(image_encoder: ImageEncoder) -> None:
    with pytest.raises(ValueError, match="expected uint8"):
        image_encoder.encode([np.zeros((224, 224, 3), np.uint8)])


def test_threads_may_share_an_encoder(
    image_encoder: ImageEncoder, text_encoder: TextEncoder
) -> None:
    pictures = [noise(seed) for seed in range(8)]
    texts = [f"{count} dogs" for count in range(8)]
    with ThreadPoolExecutor(4) as pool:
        images = pool.map(lambda p: image_encoder.encode([p]).search[0], pictures)
        words = pool.map(lambda t: text_encoder.encode([t])[0], texts)
        np.testing.assert_array_equal(list(images), image_encoder.encode(pictures).search)
        np.testing.assert_array_equal(list(words), text_encoder.encode(texts))


def test_texts_have_unit_length(text_encoder: TextEncoder) -> None:
    vectors = text_encoder.encode(["a dog", "", "x" * 10_000, "หมา", "\ud800", "😀 " * 5_000])
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_text_does_not_depend_on_the_others(text_encoder: TextEncoder) -> None:
    together = text_encoder.encode(["a dog", "a very long sentence about many other things"])
    np.testing.assert_array_equal(together[:1], text_encoder.encode(["a dog"]))


@pytest.mark.parametrize(
    ("text", "best"), [("something red", 0), ("a blue thing", 1), ("something gray", 2)]
)
def test_colours_are_ranked_as_they_are_named(
    image_encoder: ImageEncoder, text_encoder: TextEncoder, text: str, best: int
) -> None:
    white = (245, 245, 245)
    pictures = [square_on(white, colour) for colour in (RED, BLUE, GRAY)]
    scores = image_encoder.encode(pictures).search @ text_encoder.encode([text])[0]
    assert int(scores.argmax()) == best


def test_the_same_motif_in_other_light_looks_more_alike_than_another(
    image_encoder: ImageEncoder,
) -> None:
    first = noise(1) // 2
    first[100:200] = RED
    similar = image_encoder.encode([first, first + 30, square_on(BLUE, GRAY)]).similar
    assert similar is not None
    assert similar[0] @ similar[1] > similar[0] @ similar[2] + 0.1


def test_files_of_another_model_are_a_clear_error(basic: DualEncoder) -> None:
    spec = replace(basic.spec, image=basic.spec.text, text=basic.spec.image)
    swapped = replace(basic, spec=spec)
    for encoder in (ImageEncoder, TextEncoder):
        with pytest.raises(ModelError, match="another version") as caught:
            encoder(swapped)
        assert caught.value.code == "model_incompatible"


def test_presence_stands_in_the_search_vector(image_encoder: ImageEncoder) -> None:
    cuts = BASIC.cuts.objects
    assert cuts is not None
    found = image_encoder.encode([noise(1), square_on(RED, BLUE)])
    assert found.presence is not None
    stored = cuts.scale * found.search[:, cuts.start : cuts.start + 80] ** 2
    np.testing.assert_allclose(stored, found.presence, atol=1e-4)


def test_english_is_read_by_both_encoders_and_anything_else_by_one(basic: DualEncoder) -> None:
    both = TextEncoder(basic)
    alone = TextEncoder(replace(basic, spec=replace(basic.spec, further_text=())))
    text = "a dog next to a fire hydrant"
    english, other = both.encode_text(text).vector, alone.encode_text(text).vector
    assert english @ other < 0.95
    np.testing.assert_array_equal(both.encode_text(text, "en-GB").vector, english)
    np.testing.assert_array_equal(both.encode_text(text, "de").vector, other)
    for foreign in ("หมาเล่นหิมะ", "ein Hund neben einem Hydranten"):
        np.testing.assert_array_equal(
            both.encode_text(foreign).vector, alone.encode_text(foreign).vector
        )


def test_the_english_encoder_is_loaded_when_english_is_read(
    basic: DualEncoder, tmp_path: Path
) -> None:
    (english,) = basic.spec.further_text
    for file in basic.spec.files:
        if file != english.text:
            (tmp_path / file.path).symlink_to(basic.file(file))
    encoder = TextEncoder(replace(basic, folder=tmp_path))
    assert encoder.encode(["หมา"]).shape == (1, BASIC.dim)
    with pytest.raises(ModelError, match=r"textual_en\.onnx can't be used"):
        encoder.encode(["a dog"])


def test_words_say_which_object_they_are_about(text_encoder: TextEncoder) -> None:
    for text in ("a dog", "ein Hund", "หมา"):
        objects = text_encoder.encode_text(text).objects
        assert objects is not None
        assert objects.shape == (80,)
        assert objects.argmax() == 16
        assert objects.sum() <= 1 + 1e-5
    assert text_encoder.encode_text("justice").objects.max() < 0.3  # type: ignore[union-attr]


def test_the_background_are_photos_of_the_model(basic: DualEncoder, tmp_path: Path) -> None:
    vectors = read_background(basic)
    assert vectors.shape == (78, BASIC.dim)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=2e-3)
    (tmp_path / "bad.npy").write_bytes(b"no array")
    broken = replace(basic.spec, background=FileSpec("bad.npy"))
    with pytest.raises(ModelError, match="another version"):
        read_background(replace(basic, spec=broken, folder=tmp_path))


def test_a_zero_vector_stays_zero() -> None:
    vectors = np.array([[0, 0], [3, 4]], np.float32)
    assert to_unit_length(vectors) == pytest.approx(np.array([[0, 0], [0.6, 0.8]]))
