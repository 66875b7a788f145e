"""Which frames of a video are abnormal: ground truth of the detection benchmarks (METHODS D).

Every source is turned into half-open spans of 0-based frame numbers:

    UCF-Crime      "start end" become `truth[start:end]`, as in the field's scripts: half-open
    XD-Violence    likewise
    ShanghaiTech   one value per frame, so its videos' lengths are known
    UCSD Ped2      first and last abnormal frame, *inclusive*: the end is last + 1

Of UCF-Crime and XD-Violence the number of frames is not in the annotations. Their protocol takes 16
frames per clip of the released features: ask `truth(video, 16 * clips)`.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
from jaxtyping import Bool

from benchmarks.datasets.base import DatasetMissing
from benchmarks.datasets.files import existing, lines_of, video_name
from benchmarks.datasets.xdviolence_ar import LISTS, listed_videos
from segments.errors import UserError

LISTS_SOURCE = "list/ of github.com/nwpu-zxr/VadCLIP"
SHANGHAI_SOURCE = "testing/test_frame_mask of the ShanghaiTech Campus data set (svip-lab.github.io)"
PED2_SOURCE = "this project's shared data, or the UCSD anomaly data set's ground truth"
UCF_FILE = "Temporal_Anomaly_Annotation.txt"
XD_FILE, XD_KINDS_FILE = "annotations.txt", "annotations_multiclasses.txt"


@dataclass(frozen=True)
class FrameSpan:
    """The frames n with `start` <= n < `end`, from 0."""

    start: int
    end: int
    kind: str = ""
    """What happens, in the source's own words ("Abuse", "B4"); empty where it does not tell."""


@dataclass(frozen=True)
class FrameLabels:
    """Abnormal frames of every video of a test set."""

    name: str
    spans: Mapping[str, tuple[FrameSpan, ...]]
    """By video, normal ones included."""
    num_frames: Mapping[str, int] = field(default_factory=dict)
    """Of the videos whose length the source tells."""

    @property
    def videos(self) -> tuple[str, ...]:
        """In the source's order."""
        return tuple(self.spans)

    def truth(self, video: str, num_frames: int | None = None) -> Bool[np.ndarray, " n"]:
        """Whether each frame is abnormal; spans that reach beyond `num_frames` are cut.

        Args:
            num_frames: how many frames to tell of. May be left out where the source tells a
                length; otherwise the smaller of the two counts.

        Raises:
            DatasetMissing: the video is not in the test set.
            ValueError: no length is given and none is known.
        """
        if video not in self.spans:
            raise DatasetMissing(f"{self.name} has no labels of {video!r}, e.g. {self.videos[:2]}")
        lengths = {num_frames, self.num_frames.get(video)} - {None}
        if not lengths:
            raise ValueError(f"{self.name} does not tell the length of {video}: {num_frames = }")
        truth = np.zeros(min(length for length in lengths if length is not None), bool)
        for span in self.spans[video]:
            truth[span.start : span.end] = True
        return truth


def open_ucf_crime(annotations: Path) -> FrameLabels:
    """The 290 test videos of UCF-Crime: at most two spans each, -1 where there is none.

    Args:
        annotations: folder of `Temporal_Anomaly_Annotation.txt`.

    Raises:
        DatasetMissing: the file is not there.
        UserError: a line is not name, kind and pairs of numbers.
    """
    path = annotations / UCF_FILE
    spans: dict[str, tuple[FrameSpan, ...]] = {}
    for line in lines_of(path, source=LISTS_SOURCE):
        name, *words = line.split()
        spans[video_name(name)] = tuple(_spans(words, f"{path}: {line!r}"))
    return FrameLabels("ucf-crime", spans)


def open_xd_violence(annotations: Path, *, kinds: bool = False) -> FrameLabels:
    """The 800 test videos of XD-Violence; the 300 without violence have no span.

    Args:
        annotations: folder of `audio_test.list` and `annotations.txt`.
        kinds: read `annotations_multiclasses.txt` instead, whose spans have a kind each and
            differ from the others in a few videos.

    Raises:
        DatasetMissing: a file is not there.
        UserError: a line is not a name and pairs of numbers.
    """
    path = annotations / (XD_KINDS_FILE if kinds else XD_FILE)
    spans: dict[str, tuple[FrameSpan, ...]] = dict.fromkeys(
        listed_videos(annotations / LISTS["test"]), ()
    )
    for line in lines_of(path, source=LISTS_SOURCE):
        name, *words = line.split()
        # 14 of the 500 names end in .mp4; `video_name` takes it off.
        spans[video_name(name)] = tuple(_spans(words, f"{path}: {line!r}"))
    return FrameLabels("xd-violence", spans)


def open_shanghaitech(folder: Path) -> FrameLabels:
    """ShanghaiTech's test videos, one `test_frame_mask/NAME.npy` of 0 and 1 per video.

    Args:
        folder: that holds `test_frame_mask`, or its parent, which holds `testing`.

    Raises:
        DatasetMissing: no mask is there.
        UserError: a mask is not one number per frame.
    """
    places = [folder / "test_frame_mask", folder / "testing" / "test_frame_mask"]
    masks = {p.stem: _mask(p) for place in places for p in sorted(place.glob("*.npy"))}
    if not masks:
        raise DatasetMissing(f"{places[0]} has no .npy files: they come from {SHANGHAI_SOURCE}")
    return labels_of_masks("shanghaitech", masks)


def open_ped2(folder: Path) -> FrameLabels:
    """The 12 test clips of UCSD Ped2, one span each; `labels.csv` tells its last frame inclusively.

    Args:
        folder: of `labels.csv` with the columns file, first_abnormal_frame, last_abnormal_frame.

    Raises:
        DatasetMissing: the file is not there.
    """
    path = existing(folder / "labels.csv", source=PED2_SOURCE)
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    spans = {video_name(row["file"]): (_inclusive(row),) for row in rows}
    return FrameLabels("ped2", spans)


def labels_of_masks(name: str, masks: Mapping[str, Bool[np.ndarray, " n"]]) -> FrameLabels:
    """Labels of videos of which every frame is told; the kinds are unknown."""
    spans = {video: tuple(_runs(mask)) for video, mask in masks.items()}
    return FrameLabels(name, spans, {video: len(mask) for video, mask in masks.items()})


def _spans(words: list[str], where: str) -> Iterator[FrameSpan]:
    """Spans of "KIND start end start end KIND start end"; kinds may be left out."""
    kind, numbers = "", []
    for word in words:
        if not word.lstrip("-").isdigit():
            kind = word
            continue
        numbers.append(int(word))
        if len(numbers) == 2:
            start, end = numbers
            numbers = []
            if start >= 0:
                yield FrameSpan(start, end, kind)
    if numbers:
        raise UserError(f"{where} has a start without an end")


def _mask(path: Path) -> Bool[np.ndarray, " n"]:
    mask = np.load(path)
    if mask.ndim != 1:
        raise UserError(f"{path} has the shape {mask.shape}, not one number per frame")
    return mask.astype(bool)


def _runs(mask: Bool[np.ndarray, " n"]) -> Iterator[FrameSpan]:
    edges = np.flatnonzero(np.diff(mask, prepend=False, append=False))
    for start, end in list(pairwise(edges.tolist()))[::2]:
        yield FrameSpan(start, end)


def _inclusive(row: dict[str, str]) -> FrameSpan:
    return FrameSpan(int(row["first_abnormal_frame"]), int(row["last_abnormal_frame"]) + 1)
