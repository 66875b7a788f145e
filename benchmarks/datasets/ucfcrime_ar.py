"""UCFCrime-AR (METHODS A.2), and the part of it whose C3D features are at hand."""

import json
from dataclasses import dataclass
from pathlib import Path

from benchmarks.datasets.base import FeatureReader, Item, RetrievalDataset, Split
from benchmarks.datasets.captions import UCA_FILES, read_captions, read_uca
from benchmarks.datasets.feature_files import C3dFeatures
from benchmarks.datasets.files import existing

SHEETS: dict[Split, str] = {"train": "ucf_crime_train.xlsx", "test": "ucf_crime_test.xlsx"}
C3D_FILE = "c3d_fc6_32seg_290videos.npz"
SPLITS_FILE = "c3d_splits.json"
SHARED_SOURCE = "this project's shared data: name the folder that holds data/ with --shared"


@dataclass(frozen=True)
class C3DSubset:
    """The 290 videos that have C3D features: 244 of the official training split, 46 of its test."""

    dataset: RetrievalDataset
    folds: tuple[tuple[str, ...], ...]
    """Five fixed folds of 58 videos that part the 290."""
    uca: dict[str, tuple[str, ...]]
    """UCA's sentences of these videos: extra text in training, for videos trained on only."""


def open_ucfcrime_ar(
    annotations: Path, features: FeatureReader, *, language: str = "en"
) -> RetrievalDataset:
    """1,610 training and 290 test videos, each asked for by its one caption.

    Args:
        annotations: folder of `ucf_crime_train.xlsx` and `ucf_crime_test.xlsx`.
        language: of the captions, "en" or "zh".

    Raises:
        DatasetMissing: a sheet is not there.
        UserError: another language.
    """
    files: dict[Split, Path] = {split: annotations / name for split, name in SHEETS.items()}
    items = [
        Item(video, split, not video.startswith("Normal"), (caption,))
        for split, path in files.items()
        for video, caption in read_captions(path, language=language).items()
    ]
    return RetrievalDataset("ucfcrime-ar", "text", tuple(items), features, tuple(files.values()))


def open_c3d_subset(shared: Path, *, language: str = "en") -> C3DSubset:
    """The videos of UCFCrime-AR in the C3D archive, with the official split in the items.

    Args:
        shared: the folder that holds data/.
        language: of the captions, "en" or "zh".

    Raises:
        DatasetMissing: a file is not there.
        UserError: another language.
    """
    folder, uca = shared / "data" / "ucfcrime-ar", shared / "data" / "uca"
    splits = existing(folder / SPLITS_FILE, source=SHARED_SOURCE)
    features = C3dFeatures(existing(folder / C3D_FILE, source=SHARED_SOURCE))
    whole = open_ucfcrime_ar(folder, features, language=language)
    videos = set(features.videos)
    items = tuple(item for item in whole.items if item.video in videos)
    files = (*whole.files, splits, *(uca / name for name in UCA_FILES))
    return C3DSubset(
        RetrievalDataset("c3d-subset", "text", items, features, files),
        tuple(tuple(fold) for fold in json.loads(splits.read_text(encoding="utf-8"))["folds"]),
        _texts(uca, videos),
    )


def _texts(folder: Path, videos: set[str]) -> dict[str, tuple[str, ...]]:
    said = {video: timed for video, timed in read_uca(folder).items() if video in videos}
    return {video: tuple(sentence.text for sentence in timed) for video, timed in said.items()}
