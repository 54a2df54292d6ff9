"""One decode gives everything, the right way up."""

from __future__ import annotations

import io
import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms

from photofind.domain import Box, ImageGeometry, Interpolation, MediaCode, MediaError, ResizeMode
from photofind.media.decode import (
    RgbImage,
    decode_jpeg,
    decode_photo,
    decode_preview,
    decode_region,
)
from tests.plugins.pictures import PhotoExif, make_photo, make_pixels, save_picture

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_SQUASH = ImageGeometry(288, ResizeMode.SQUASH)
_SHORTEST = ImageGeometry(224, ResizeMode.SHORTEST)

_T = Image.Transpose
_TO_STORED = {
    1: None,
    2: _T.FLIP_LEFT_RIGHT,
    3: _T.ROTATE_180,
    4: _T.FLIP_TOP_BOTTOM,
    5: _T.TRANSPOSE,
    6: _T.ROTATE_90,
    7: _T.TRANSVERSE,
    8: _T.ROTATE_270,
}
"""How an upright picture lies in a file of each orientation."""


def _array(image: RgbImage) -> NDArray[np.uint8]:
    flat = np.frombuffer(image.pixels, dtype=np.uint8)
    return flat.reshape(image.height, image.width, 3)


def _similarity(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Correlation of two pictures of one size."""
    assert a.shape == b.shape
    return float(np.corrcoef(a.reshape(-1).astype(float), b.reshape(-1).astype(float))[0, 1])


def _lopsided(width: int, height: int) -> Image.Image:
    """A smooth picture no rotation or mirroring of which looks like itself."""
    return Image.fromarray(make_pixels(width, height, seed=7))


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif", "heic", "avif"])
@pytest.mark.parametrize("size", [(640, 480), (1920, 1280)])
def test_all_orientations_of_a_picture_look_the_same(
    tmp_path: Path, suffix: str, size: tuple[int, int]
) -> None:
    picture = _lopsided(*size)
    reference = decode_photo(_saved(picture, tmp_path / "upright.png", None), [_SQUASH, _SHORTEST])
    for orientation, transposition in _TO_STORED.items():
        stored = picture if transposition is None else picture.transpose(transposition)
        path = _saved(stored, tmp_path / f"{orientation}.{suffix}", orientation)
        photo = decode_photo(path, [_SQUASH, _SHORTEST])
        assert (photo.width, photo.height) == size, orientation
        for tensor, expected in zip(photo.tensors, reference.tensors, strict=True):
            assert _similarity(tensor, expected) > 0.999, orientation
        thumbnail, expected_thumbnail = (
            decode_jpeg(photo.thumbnail),
            decode_jpeg(reference.thumbnail),
        )
        assert _similarity(_array(thumbnail), _array(expected_thumbnail)) > 0.999, orientation
        preview = decode_preview(path, 400)
        assert (preview.width, preview.height) == (400, round(400 * size[1] / size[0]))
        assert (
            _similarity(
                _array(preview), np.asarray(picture.resize((preview.width, preview.height)))
            )
            > 0.999
        ), orientation


def _saved(image: Image.Image, path: Path, orientation: int | None) -> Path:
    exif = Image.Exif()
    if orientation is not None:
        exif[274] = orientation
    return save_picture(image, path, exif=exif.tobytes())


@pytest.mark.parametrize("scene", ["Landscape", "Portrait"])
def test_real_photos_of_all_orientations(fixtures_dir: Path, scene: str) -> None:
    """Labels are drawn into these pictures, so they differ a little."""
    photos = [
        decode_photo(fixtures_dir / "orientation-mit" / f"{scene}_{orientation}.jpg", [_SQUASH])
        for orientation in range(1, 9)
    ]
    assert {(photo.width, photo.height) for photo in photos} == {
        (1800, 1200) if scene == "Landscape" else (1200, 1800)
    }
    for photo in photos:
        assert _similarity(photo.tensors[0], photos[0].tensors[0]) > 0.95


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("metadata/faces/portrait-orientation-6.jpg", (840, 700)),
        ("formats/heic/IMG_2682.heic", (4032, 3024)),
        ("formats/motionphoto/samsung-one-ui-6.heic", (3000, 4000)),
        ("formats/avif/8bit-sRGB.avif", (1617, 1080)),
        ("formats/webp/denali.webp", (600, 315)),
        ("formats/png/density_plot.png", (800, 800)),
    ],
)
def test_sizes_of_real_photos(fixtures_dir: Path, name: str, size: tuple[int, int]) -> None:
    photo = decode_photo(fixtures_dir / "immich-pd" / name, [])
    assert (photo.width, photo.height) == size


def test_one_picture_in_many_formats_looks_the_same(fixtures_dir: Path) -> None:
    folder = fixtures_dir / "iscc-ccby" / "image"
    tensors = {
        suffix: decode_photo(folder / f"demo.{suffix}", [_SQUASH]).tensors[0]
        for suffix in ("jpg", "png", "gif", "tif", "bmp")
    }
    for suffix, tensor in tensors.items():
        assert _similarity(tensor, tensors["png"]) > 0.99, suffix


def test_one_tensor_for_each_geometry(tmp_path: Path) -> None:
    path = make_photo(tmp_path / "x.jpg", size=(640, 480))
    geometries = [_SQUASH, _SHORTEST, ImageGeometry(64, ResizeMode.SQUASH, Interpolation.BILINEAR)]
    tensors = decode_photo(path, geometries).tensors
    assert [tensor.shape for tensor in tensors] == [(288, 288, 3), (224, 224, 3), (64, 64, 3)]
    assert all(tensor.dtype == np.uint8 and tensor.flags.owndata for tensor in tensors)


def test_small_pictures_go_to_the_model_exactly_as_described(tmp_path: Path) -> None:
    """No shrinking in between: the model's own preprocessing, bit for bit."""
    path = make_photo(tmp_path / "x.png", size=(640, 480))
    squash, shortest = decode_photo(path, [_SQUASH, _SHORTEST]).tensors
    bicubic = Image.Resampling.BICUBIC
    with Image.open(path) as image:
        assert np.array_equal(squash, np.asarray(image.resize((288, 288), bicubic)))
        resized = image.resize((298, 224), bicubic).crop((37, 0, 261, 224))
        assert np.array_equal(shortest, np.asarray(resized))


def test_a_shrunk_decode_is_as_good_as_a_full_one(tmp_path: Path) -> None:
    noisy = make_pixels(2400, 1800, seed=3).astype(np.int16)
    noisy += np.random.default_rng(3).integers(-40, 40, noisy.shape, dtype=np.int16)
    picture = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
    picture.save(tmp_path / "x.jpg", quality=92)
    tensor = decode_photo(tmp_path / "x.jpg", [_SQUASH]).tensors[0]
    with Image.open(tmp_path / "x.jpg") as full:
        expected = np.asarray(full.resize((288, 288), Image.Resampling.BICUBIC))
    assert np.abs(tensor.astype(int) - expected.astype(int)).mean() < 1.5


@pytest.mark.parametrize(
    ("size", "expected"),
    [((1600, 1200), (512, 384)), ((600, 1200), (256, 512)), ((300, 200), (300, 200)),
     ((1, 1), (1, 1)), ((6000, 3), (512, 1))],
)  # fmt: skip
def test_thumbnails_are_512_on_the_long_side_and_never_enlarged(
    tmp_path: Path, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    photo = decode_photo(make_photo(tmp_path / "x.png", size=size), [_SQUASH])
    with Image.open(io.BytesIO(photo.thumbnail)) as thumbnail:
        assert thumbnail.format == "JPEG"
        assert thumbnail.mode == "RGB"
        assert thumbnail.size == expected


def test_thumbnails_carry_nothing_private(tmp_path: Path) -> None:
    exif = PhotoExif(make="SecretCam", latitude=1.0, longitude=2.0)
    path = make_photo(
        tmp_path / "x.jpg", exif=exif, comment="secret comment", icc_profile=b"secret"
    )
    thumbnail = decode_photo(path, []).thumbnail
    assert b"ecret" in path.read_bytes()
    assert b"ecret" not in thumbnail
    assert b"Exif" not in thumbnail


def test_a_preview_is_never_enlarged(tmp_path: Path) -> None:
    preview = decode_preview(make_photo(tmp_path / "x.jpg", size=(320, 240)), 2000)
    assert (preview.width, preview.height, len(preview.pixels)) == (320, 240, 320 * 240 * 3)


@pytest.mark.parametrize("size", [(3000, 200), (200, 3000), (2000, 1500)])
def test_a_preview_is_as_large_as_asked(tmp_path: Path, size: tuple[int, int]) -> None:
    preview = decode_preview(make_photo(tmp_path / "x.jpg", size=size), 900)
    assert max(preview.width, preview.height) == 900


def test_a_preview_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(MediaError) as caught:
        decode_preview(tmp_path / "gone.jpg", 900)
    assert caught.value.media_code is MediaCode.VANISHED


def test_decode_jpeg_of_a_thumbnail() -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (5, 3), (255, 0, 0)).save(buffer, "JPEG", subsampling=0)
    image = decode_jpeg(buffer.getvalue())
    assert (image.width, image.height) == (5, 3)
    assert _array(image)[1, 2] == pytest.approx((255, 0, 0), abs=2)


def test_decode_jpeg_of_a_gray_thumbnail() -> None:
    buffer = io.BytesIO()
    Image.new("L", (5, 3), 77).save(buffer, "JPEG")
    assert set(decode_jpeg(buffer.getvalue()).pixels) <= {76, 77, 78}


@pytest.mark.parametrize("data", [b"", b"no picture", b"\xff\xd8\xff\xe0\x00\x10JFIF"])
def test_decode_jpeg_of_a_damaged_thumbnail(data: bytes) -> None:
    with pytest.raises(MediaError) as caught:
        decode_jpeg(data)
    assert caught.value.media_code is MediaCode.UNREADABLE


def test_an_animation_is_its_first_frame(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue")]
    for name in ("x.gif", "x.webp", "x.png", "x.avif"):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:], quality=90)
        red, green, blue = decode_photo(tmp_path / name, [_SQUASH]).tensors[0].mean(axis=(0, 1))
        assert (red > 200, green < 60, blue < 60) == (True, True, True), name


def test_cmyk_jpegs_are_not_inverted(tmp_path: Path) -> None:
    Image.new("RGB", (64, 48), (220, 40, 30)).convert("CMYK").save(tmp_path / "x.jpg")
    colour = decode_photo(tmp_path / "x.jpg", [_SQUASH]).tensors[0].mean(axis=(0, 1))
    assert colour == pytest.approx((220, 40, 30), abs=6)


def test_transparent_pictures_lie_on_white(tmp_path: Path) -> None:
    for name in ("x.png", "x.webp", "x.avif", "x.tif"):
        Image.new("RGBA", (64, 48), (255, 0, 0, 0)).save(tmp_path / name)
        assert decode_photo(tmp_path / name, [_SQUASH]).tensors[0].min() > 250, name


def test_sixteen_bit_gray(tmp_path: Path) -> None:
    values = np.full((48, 64), 0x8000, dtype=np.uint16)
    for name in ("x.png", "x.tif"):
        Image.fromarray(values).save(tmp_path / name)
        assert decode_photo(tmp_path / name, [_SQUASH]).tensors[0].mean() == pytest.approx(
            128, abs=1
        )


def test_floating_point_tiff(tmp_path: Path) -> None:
    Image.fromarray(np.full((900, 1200), 0.5, dtype=np.float32)).save(tmp_path / "x.tif")
    assert decode_photo(tmp_path / "x.tif", [_SQUASH]).tensors[0].mean() == pytest.approx(
        128, abs=1
    )


def test_profiles_are_honoured_everywhere(tmp_path: Path) -> None:
    """A profile with red and blue exchanged shows whether it is used."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = profile.index(b"rXYZ"), profile.index(b"bXYZ")
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    while (at := profile.find(b"s\x00R\x00G\x00B")) >= 0:
        profile[at] = ord("x")
    for name in ("x.jpg", "x.png", "x.webp", "x.tif", "x.avif"):
        path = tmp_path / name
        Image.new("RGB", (64, 48), "red").save(path, icc_profile=bytes(profile))
        photo = decode_photo(path, [_SQUASH])
        for pixels in (
            photo.tensors[0],
            _array(decode_jpeg(photo.thumbnail)),
            _array(decode_preview(path, 50)),
        ):
            assert pixels.mean(axis=(0, 1)) == pytest.approx((0, 0, 255), abs=8), name


def test_bytes_and_path_are_the_same(tmp_path: Path) -> None:
    exif = PhotoExif(orientation=6, make="Canon")
    for name in ("x.jpg", "x.tif", "x.png"):
        path = make_photo(tmp_path / name, exif=exif)
        a, b = decode_photo(path, [_SQUASH]), decode_photo(path.read_bytes(), [_SQUASH])
        assert (a.width, a.height, a.capture, a.thumbnail) == (
            b.width,
            b.height,
            b.capture,
            b.thumbnail,
        )
        assert a.capture.camera == "Canon"
        assert np.array_equal(a.tensors[0], b.tensors[0])


def test_many_threads_at_once(tmp_path: Path) -> None:
    exif = PhotoExif(orientation=8)
    paths = [
        make_photo(tmp_path / f"{seed}.{suffix}", seed=seed, exif=exif)
        for seed, suffix in enumerate(["jpg", "png", "tif", "heic", "avif", "webp"])
    ]
    expected = [decode_photo(path, [_SQUASH]).thumbnail for path in paths]
    results: dict[int, list[bytes]] = {}

    def work(number: int) -> None:
        results[number] = [decode_photo(path, [_SQUASH]).thumbnail for path in paths]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [results[number] for number in range(4)] == [expected] * 4


@pytest.fixture(scope="session")
def whole_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One small file of each format, with EXIF where it can have some."""
    folder = tmp_path_factory.mktemp("whole")
    exif = PhotoExif(orientation=6, make="Canon", latitude=1.0, longitude=2.0)
    files = {}
    for suffix in ("jpg", "png", "webp", "gif", "tif", "bmp", "heic", "avif"):
        own = exif if suffix not in ("gif", "bmp") else None
        files[suffix] = make_photo(folder / f"x.{suffix}", size=(80, 60), exif=own).read_bytes()
    Image.fromarray(make_pixels(80, 60)).save(folder / "lzw.tif", compression="tiff_lzw")
    files["lzw"] = (folder / "lzw.tif").read_bytes()
    Image.fromarray(make_pixels(80, 60)).save(folder / "progressive.jpg", progressive=True)
    files["progressive"] = (folder / "progressive.jpg").read_bytes()
    return files


_KINDS = ["jpg", "png", "webp", "gif", "tif", "bmp", "heic", "avif", "lzw", "progressive"]


@settings(max_examples=40, derandomize=True, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("kind", _KINDS)
def test_damaged_files_are_decoded_or_refused_never_anything_else(
    whole_files: dict[str, bytes], kind: str, data: st.DataObject
) -> None:
    content = bytearray(whole_files[kind])
    flips = st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255))
    near_the_beginning = st.tuples(st.integers(0, min(600, len(content) - 1)), st.integers(0, 255))
    for position, value in data.draw(st.lists(st.one_of(flips, near_the_beginning), max_size=20)):
        content[position] = value
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content)))]
    try:
        photo = decode_photo(bytes(content), [_SQUASH])
    except MediaError:
        return
    assert photo.tensors[0].shape == (288, 288, 3)
    assert photo.thumbnail.startswith(b"\xff\xd8")


@pytest.mark.parametrize("orientation", _TO_STORED)
@pytest.mark.parametrize("box", [Box(0.1, 0.5, 0.4, 0.3), Box(0.5, 0, 0.5, 1), Box(0, 0, 1, 1)])
def test_a_part_is_cut_out_of_the_picture_as_it_is_seen(
    tmp_path: Path, orientation: int, box: Box
) -> None:
    picture = _lopsided(1200, 800)
    turn = _TO_STORED[orientation]
    stored = picture if turn is None else picture.transpose(turn)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    path = save_picture(stored, tmp_path / "a.png", exif=exif)
    left, top = round(1200 * box.x), round(800 * box.y)
    right, bottom = left + round(1200 * box.width), top + round(800 * box.height)
    seen = picture.crop((left, top, right, bottom)).resize((288, 288), Image.Resampling.BICUBIC)
    assert _similarity(decode_region(path, box, _SQUASH), np.asarray(seen)) > 0.999


def test_a_part_of_a_large_photo_keeps_its_pixels(tmp_path: Path) -> None:
    """The decoder may shrink a photo on the way, but not what is wanted of it."""
    pixels = np.random.default_rng(3).integers(0, 256, (1600, 2400), np.uint8)
    picture = Image.fromarray(pixels).convert("RGB")
    path = tmp_path / "a.jpg"
    picture.save(path, quality=95)
    box = Box(0.25, 0.5, 224 / 2400, 224 / 1600)
    seen = np.asarray(picture)[800:1024, 600:824]
    assert _similarity(decode_region(path, box, _SHORTEST), seen) > 0.95


def test_a_part_has_at_least_a_pixel(tmp_path: Path) -> None:
    path = save_picture(_lopsided(20, 30), tmp_path / "a.png")
    for box in (Box(0.999, 0.999, 0.001, 0.001), Box(0.3, 0.3, 1e-9, 0.5)):
        assert decode_region(path, box, _SQUASH).shape == (288, 288, 3)
