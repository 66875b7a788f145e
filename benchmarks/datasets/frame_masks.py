"""Ground truth of Avenue, Ubnormal and NWPU Campus, in the layouts that their authors publish.

    CUHK Avenue   a mask of pixels per frame: abnormal where any pixel is
    Ubnormal      one line per object, "object,first,last" from 0; the last frame is *inclusive*, as
                  in the authors' `write_frame_level_ground_truth.py`
    NWPU Campus   one value per frame and video, in one file

None of them was at hand: the readers are proved on made-up files of these layouts.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from jaxtyping import Bool
from scipy.io import loadmat

from benchmarks.datasets.base import DatasetMissing
from benchmarks.datasets.files import existing, lines_of
from benchmarks.datasets.frame_labels import FrameLabels, FrameSpan, labels_of_masks
from segments.errors import UserError

AVENUE_SOURCE = "ground_truth_demo of the CUHK Avenue data set (cse.cuhk.edu.hk/leojia)"
UBNORMAL_SOURCE = "github.com/lilygeorgescu/UBnormal and the data set that it links"
NWPU_SOURCE = "groundtruth/ of the NWPU Campus data set (campusvad.github.io)"
AVENUE_MASKS = "testing_label_mask"
UBNORMAL_LISTS = ("abnormal_test_video_names.txt", "normal_test_video_names.txt")
NWPU_FILE = "NWPU_Campus_gt.npz"
_AVENUE_NAME = re.compile(r"(?P<number>\d+)_label")


def open_avenue(folder: Path) -> FrameLabels:
    """The 21 test videos of CUHK Avenue, `01` to `21` as their files are called.

    Args:
        folder: that holds `testing_label_mask/1_label.mat`, ..., or its parent `ground_truth_demo`.

    Raises:
        DatasetMissing: no mask is there.
        UserError: a file has no `volLabel`.
    """
    places = [folder / AVENUE_MASKS, folder / "ground_truth_demo" / AVENUE_MASKS]
    paths = [path for place in places for path in place.glob("*_label.mat")]
    if not paths:
        raise DatasetMissing(f"{places[0]} has no .mat files: they come from {AVENUE_SOURCE}")
    masks = {_avenue_name(path): _volume(path) for path in paths}
    return labels_of_masks("avenue", dict(sorted(masks.items())))


def open_ubnormal(folder: Path) -> FrameLabels:
    """The test videos of Ubnormal, the abnormal ones first; lengths are not in the annotations.

    Args:
        folder: of the two lists of names (or its `scripts/`) and of `Scene1/`, ..., whose
            `NAME_annotations/NAME_tracks.txt` tell what is abnormal in NAME.

    Raises:
        DatasetMissing: a list or a file of tracks is not there.
        UserError: a line is not an object, a first and a last frame.
    """
    lists = [_nearby(folder, name) for name in UBNORMAL_LISTS]
    abnormal, normal = (lines_of(path, source=UBNORMAL_SOURCE) for path in lists)
    spans: dict[str, tuple[FrameSpan, ...]] = {
        video: tuple(_tracks(_tracks_file(folder, video))) for video in abnormal
    }
    return FrameLabels("ubnormal", spans | dict.fromkeys(normal, ()))


def open_nwpu_campus(folder: Path) -> FrameLabels:
    """The test videos of NWPU Campus, `D001_01` and so on.

    Args:
        folder: that holds `NWPU_Campus_gt.npz`, or its parent, which holds `groundtruth`.

    Raises:
        DatasetMissing: the file is not there.
        UserError: a video's labels are not one number per frame.
    """
    at = folder / "groundtruth" if (folder / "groundtruth").is_dir() else folder
    path = existing(at / NWPU_FILE, source=NWPU_SOURCE)
    with np.load(path) as arrays:
        masks = {video: _one_per_frame(arrays[video], f"{path}: {video}") for video in arrays}
    return labels_of_masks("nwpu-campus", dict(sorted(masks.items())))


def _avenue_name(path: Path) -> str:
    """`1_label.mat` is about `01.avi`."""
    match = _AVENUE_NAME.fullmatch(path.stem)
    if match is None:
        raise UserError(f"{path}: mask files are called 1_label.mat, 2_label.mat, ...")
    return f"{int(match['number']):02}"


def _volume(path: Path) -> Bool[np.ndarray, " n"]:
    """A cell array of one mask per frame, as MATLAB writes it."""
    content = loadmat(path)
    if "volLabel" not in content:
        raise UserError(f"{path} has no volLabel: it is no mask file of Avenue")
    return np.array([np.any(mask) for mask in content["volLabel"].ravel()], bool)


def _nearby(folder: Path, name: str) -> Path:
    return folder / name if (folder / name).exists() else folder / "scripts" / name


def _tracks_file(folder: Path, video: str) -> Path:
    """`abnormal_scene_1_scenario_2_fog` lies in `Scene1`."""
    scene = video.split("_")[2]
    return folder / f"Scene{scene}" / f"{video}_annotations" / f"{video}_tracks.txt"


def _tracks(path: Path) -> Iterator[FrameSpan]:
    for line in lines_of(path, source=UBNORMAL_SOURCE):
        try:
            _, first, last, *_ = (int(float(word)) for word in line.split(","))
        except ValueError:
            raise UserError(
                f"{path}: {line!r} is not an object, its first and last frame"
            ) from None
        yield FrameSpan(first, last + 1)


def _one_per_frame(labels: np.ndarray, where: str) -> Bool[np.ndarray, " n"]:
    if labels.ndim != 1:
        raise UserError(f"{where} has the shape {labels.shape}, not one number per frame")
    return labels.astype(bool)
