"""Ped2 as a user would have it: clips in a library, a camera that learns, and its curves.

What is normal is cut from the clips into videos of their own, which the camera is fitted on by
name: for each clip those of the others, as in `retrace bench local-patterns`.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float32, Float64, UInt8

from benchmarks.datasets.files import existing
from benchmarks.datasets.frame_labels import PED2_SOURCE, FrameLabels
from benchmarks.local_patterns.writing import write_clip
from detectors import local_patterns
from detectors.local_patterns.cameras import camera_folder
from encoders.compact.profile import CompactProfile
from indexer.discovery import discover
from indexer.pipeline import IndexSettings, index_files
from indexer.region_choice import RegionChoice
from indexer.region_fitting import FitSettings, fit_camera, rescore_camera
from segments.catalog import Catalog, VideoRecord
from segments.library import Library
from segments.reading import iter_frames, probe
from segments.scores import AnomalyTrack
from segments.sources import SourceRules
from segments.tracks import TrackStore

CAMERA = "walkway"
_LEAST_PICTURES = 7
"""Of a run of normal ones; a clip of the library has more."""
_SAME_TIME_S = 1e-6
Truth = Bool[np.ndarray, " f"]


@dataclass(frozen=True, eq=False)
class LabelledVideo:
    """One clip as a file, when its frames are shown, and which are abnormal."""

    path: Path
    pts_s: Float64[np.ndarray, " f"]
    truth: Truth
    normal: tuple[Path, ...]
    """Its normal frames as files."""


def labelled_videos(folder: Path, labels: FrameLabels, work: Path) -> list[LabelledVideo]:
    """The clips of a folder, with what is normal in them cut into `work`.

    Raises:
        DatasetMissing: a clip is not there.
    """
    return [
        _labelled(existing(folder / f"{n}.mp4", source=PED2_SOURCE), labels, work)
        for n in labels.videos
    ]


class WalkwayLibrary:
    """All videos of one camera in a library, made in `root` where it is not there yet."""

    def __init__(self, root: Path, videos: Sequence[LabelledVideo], *, regions: str) -> None:
        """Raises:
        IndexMismatch: the library's regions were found in another way.
        """
        settings = IndexSettings(
            rules=SourceRules(camera=CAMERA),
            detectors=("alan", local_patterns.NAME),
            regions=RegionChoice(regions),
            workers=1,
        )
        files = [path for video in videos for path in (video.path, *video.normal)]
        index_files(root, discover(files), CompactProfile.load(), settings)
        self._library, self._videos = Library.open(root), videos
        self._tracks = TrackStore(self._library.tracks)

    def unfitted(self) -> list[AnomalyTrack]:
        """Each clip's curve while nothing is known to be normal: the speed of its fastest region.

        What the camera learned is forgotten.
        """
        shutil.rmtree(camera_folder(self._library, CAMERA), ignore_errors=True)
        rescore_camera(self._library, CAMERA)
        return [self._curve(video) for video in self._videos]

    def fitted(self, *, seed: int) -> list[AnomalyTrack]:
        """Each clip's curve by a camera that was fitted on the normal footage of the others."""
        return [self._fitted(video, seed) for video in self._videos]

    def _fitted(self, video: LabelledVideo, seed: int) -> AnomalyTrack:
        normal = [path for other in self._videos if other is not video for path in other.normal]
        records = [self._record(path) for path in normal]
        fit_camera(self._library, CAMERA, records, FitSettings(seed=seed))
        rescore_camera(self._library, CAMERA)
        return self._curve(video)

    def _curve(self, video: LabelledVideo) -> AnomalyTrack:
        return self._tracks.load(self._record(video.path).video_id, local_patterns.NAME)

    def _record(self, path: Path) -> VideoRecord:
        with Catalog(self._library) as catalog:
            return catalog.find(str(path.resolve()))


def _labelled(path: Path, labels: FrameLabels, work: Path) -> LabelledVideo:
    source = probe(path)
    size = (source.height, source.width)
    batches = list(iter_frames(source, size=size, threads=1))
    pixels = np.concatenate([batch.pixels for batch in batches])
    pts_s = np.concatenate([batch.pts_s for batch in batches])
    truth = labels.truth(path.stem, len(pts_s))
    step_s = float(np.median(np.diff(pts_s)))
    cuts = [
        _cut(work / f"{path.stem}-{run.start}.mp4", pixels[run], 1 / step_s)
        for run in _runs(~truth)
    ]
    return LabelledVideo(path, pts_s, truth, tuple(cuts))


def _runs(wanted: Truth) -> list[slice]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], wanted, [False]]).astype(np.int8)))
    pairs = edges.reshape(-1, 2).tolist()
    return [slice(start, stop) for start, stop in pairs if stop - start >= _LEAST_PICTURES]


def _cut(path: Path, pixels: UInt8[np.ndarray, "f h w 3"], fps: float) -> Path:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_clip(path, pixels, fps=fps)
    return path


def at_frames(track: AnomalyTrack, pts_s: Float64[np.ndarray, " f"]) -> Float32[np.ndarray, " f"]:
    """What a curve says of each frame."""
    rows = np.searchsorted(track.pts_s, pts_s + _SAME_TIME_S, side="right") - 1
    return track.scores[np.maximum(rows, 0)]
