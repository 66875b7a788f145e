"""XDViolence-AR: videos that are asked for by their own sound (METHODS A.2)."""

from pathlib import Path

from benchmarks.datasets.base import FeatureReader, Item, RetrievalDataset, Split
from benchmarks.datasets.feature_files import require_audio
from benchmarks.datasets.files import lines_of, video_name

LISTS_SOURCE = "the feature lists of XD-Violence, list/ of github.com/Roc-Ng/XDVioDet"
NORMAL_MARK = "label_A"
AUDIO_ENDING = "__vggish.npy"
LISTS: dict[Split, str] = {"train": "audio.list", "test": "audio_test.list"}


def open_xdviolence_ar(annotations: Path, features: FeatureReader) -> RetrievalDataset:
    """3,954 training and 800 test videos; a video is normal if its name has `label_A`.

    Args:
        annotations: folder of `audio.list` and `audio_test.list`, one sound file per video.
        features: with sound.

    Raises:
        DatasetMissing: a list is not there, or the features have no sound.
    """
    require_audio(features, "xdviolence-ar")
    files: dict[Split, Path] = {split: annotations / name for split, name in LISTS.items()}
    items = [
        Item(video, split, NORMAL_MARK not in video)
        for split, path in files.items()
        for video in listed_videos(path)
    ]
    return RetrievalDataset("xdviolence-ar", "audio", tuple(items), features, tuple(files.values()))


def listed_videos(path: Path) -> list[str]:
    """Names of the videos in a list of VGGish files, in its order.

    Raises:
        DatasetMissing: the list is not there.
    """
    lines = lines_of(path, source=LISTS_SOURCE)
    return [video_name(line.removesuffix(AUDIO_ENDING)) for line in lines]
