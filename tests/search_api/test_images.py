import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from search_api.images import Image, cropped, decode_image, load_frame, load_image
from segments.errors import MediaError, UserError
from tests.support.tiny_footage import write_video

GREY = Image("grey.png", np.arange(40 * 80 * 3, dtype=np.uint8).reshape(40, 80, 3))


def written(pixels: np.ndarray, form: str, **options: object) -> bytes:
    content = io.BytesIO()
    Pillow.fromarray(pixels).save(content, form, **options)
    return content.getvalue()


@pytest.mark.parametrize("form", ["PNG", "BMP", "TIFF"])
def test_a_picture_is_read_as_it_was_written(form: str) -> None:
    assert (decode_image(written(GREY.pixels, form), "x").pixels == GREY.pixels).all()


def test_a_picture_stands_upright() -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6  # a quarter turn clockwise shows it upright
    turned = decode_image(written(GREY.pixels, "PNG", exif=exif), "x")
    assert (turned.pixels == np.rot90(GREY.pixels, -1)).all()


def test_a_grey_or_transparent_picture_has_three_colours() -> None:
    assert decode_image(written(GREY.pixels[..., 0], "PNG"), "x").pixels.shape == (40, 80, 3)


@pytest.mark.parametrize("content", [b"", b"no picture", written(GREY.pixels, "PNG")[:90]])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(MediaError, match="notes.txt is not a picture that can be read: JPEG, PNG"):
        decode_image(content, "notes.txt")


def test_a_small_file_of_a_huge_picture_is_refused_before_it_is_decoded() -> None:
    huge = written(np.zeros((3000, 3000), np.uint8), "PNG")
    assert len(huge) < 20_000
    with pytest.raises(UserError, match="x has 3000x3000 pixels and at most 1,000,000 are read"):
        decode_image(huge, "x", max_pixels=1_000_000)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="gone.png cannot be read: No such file"):
        load_image(tmp_path / "gone.png")


def test_a_crop_is_cut_by_shares() -> None:
    part = cropped(GREY, (0.25, 0.5, 0.75, 1.0))
    assert (part == GREY.pixels[20:40, 20:60]).all()
    assert cropped(GREY, None).shape == (40, 80, 3)


def test_a_crop_of_next_to_nothing_is_refused() -> None:
    with pytest.raises(UserError, match=r"grey.png: a part of 80x4 pixels shows nothing"):
        cropped(GREY, (0.0, 0.0, 1.0, 0.1))


def test_a_frame_of_a_video(tmp_path: Path) -> None:
    video = write_video(tmp_path / "clip.mp4", seconds=1)
    frame = load_frame(video, 0.5)
    assert frame.name == "clip.mp4@00:00.5"
    assert frame.pixels.ndim == 3
    with pytest.raises(UserError, match=r"clip.mp4 has no picture at 00:09.0: it ends at 00:01"):
        load_frame(video, 9.0)
