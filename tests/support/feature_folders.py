"""Small folders of made-up features and annotations, laid out as the released ones are."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from openpyxl import Workbook

NOISE = 0.3
"""Of clips and crops around their video's own direction, which is of unit variance."""


def write_ucfcrime_like(
    folder: Path, videos: Iterable[str], *, clips: int = 6, dim: int = 16, crops: int = 10
) -> Path:
    """`RGB/CATEGORY/NAME__0.npy` and so on, `Flow/` likewise, float32 [clips, dim]; `folder`.

    Clips of one video lie around one direction, so videos can be told apart.
    """
    for video in videos:
        for stream in ("RGB", "Flow"):
            place = folder / stream / re.split(r"_?\d", video)[0]
            _write_crops(place, video, stream, clips=clips, dim=dim, crops=crops)
    return folder


def write_xdviolence_like(
    folder: Path, splits: Mapping[str, Iterable[str]], *, clips: int = 6, dim: int = 16
) -> Path:
    """Five crops in `RGB`, `RGBTest`, `Flow` and `FlowTest`, sound in `vggish-features/`; `folder`.

    As in the release, flow is one clip shorter than RGB, and the sound as long as RGB.
    """
    for split, videos in splits.items():
        end = "Test" if split == "test" else ""
        for video in videos:
            place = folder / "i3d-features"
            _write_crops(place / f"RGB{end}", video, "RGB", clips=clips, dim=dim, crops=5)
            _write_crops(place / f"Flow{end}", video, "Flow", clips=clips - 1, dim=dim, crops=5)
            sound = _around(f"{video} sound", clips=clips, dim=128)
            _save(folder / "vggish-features" / split / f"{video}__vggish.npy", sound)
    return folder


def write_captions(folder: Path, split: str, captions: Mapping[str, str]) -> Path:
    """`ucf_crime_SPLIT.xlsx`, names with folder, extension and newline as in the official ones."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(["Video Name", "Chinese Text", "English Text"])
    for video, text in captions.items():
        sheet.append([f"Somewhere/{video}.mp4\n", f"中文 {text}", text])
    path = folder / f"ucf_crime_{split}.xlsx"
    folder.mkdir(parents=True, exist_ok=True)
    workbook.save(path)
    return path


def write_audio_list(path: Path, videos: Iterable[str]) -> Path:
    """A list of VGGish files on somebody else's disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"/disk/vggish-features/{video}__vggish.npy\n" for video in videos))
    return path


def _write_crops(
    folder: Path, video: str, stream: str, *, clips: int, dim: int, crops: int
) -> None:
    centre = _around(f"{video} {stream}", clips=clips, dim=dim)
    for crop in range(crops):
        noise = NOISE * _rng(f"{video} {stream} {crop}").normal(size=centre.shape)
        _save(folder / f"{video}__{crop}.npy", centre + noise)


def _around(name: str, *, clips: int, dim: int) -> np.ndarray:
    rng = _rng(name)
    return rng.normal(size=dim) + NOISE * rng.normal(size=(clips, dim))


def _rng(name: str) -> np.random.Generator:
    return np.random.default_rng(list(name.encode()))


def _save(path: Path, array: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, array.astype(np.float32))
