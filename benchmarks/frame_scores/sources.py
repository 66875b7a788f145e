"""Clips of folders of features, and of the simulated benchmark."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from jaxtyping import Bool, Int

from benchmarks.datasets.feature_files import FolderFeatures, open_folder
from benchmarks.datasets.feature_folders import LAYOUT_FILE, file_key
from benchmarks.datasets.simulated import SimulatedBenchmark
from benchmarks.frame_metrics import FRAMES_PER_CLIP
from benchmarks.frame_scores.clips import ClipMeasures, Look, Sense, clips_at
from benchmarks.records import digest_of
from benchmarks.simulator.measures import SILENCE, group
from segments.errors import UserError
from segments.levels import CLIP_S


@dataclass(frozen=True)
class FolderClips:
    """Features in files: those released with the benchmarks, or extracted from footage."""

    features: FolderFeatures
    fps: float | None = None
    """Frames per second of videos whose clips are `CLIP_S` long; None: clips have 16 frames."""

    @classmethod
    def open(cls, folder: Path, *, fps: float | None) -> Self:
        """Raises:
        DatasetMissing: the folder or a stream is not there.
        UserError: the clips are of equal time and `fps` is None, or of 16 frames and it is not.
        """
        is_extracted = (folder / LAYOUT_FILE).exists()
        if is_extracted and fps is None:
            raise UserError(
                f"{folder} has clips of {CLIP_S} s, and labels are by frame: say the videos' "
                "frames per second with --fps, or name the videos themselves with --videos"
            )
        if fps is not None and not is_extracted:
            raise UserError(
                f"{folder} has clips of {FRAMES_PER_CLIP} frames, whatever the frame rate: leave "
                "--fps out (it is for features that `retrace features extract` wrote)"
            )
        return cls(open_folder(folder), fps)

    @property
    def senses(self) -> frozenset[Sense]:
        return frozenset()

    def looks(self, video: str) -> Iterator[Look]:
        for crop in range(self.features.num_crops):
            yield Look(self.features.read(video, crop=crop))

    def clip_of_frame(self, video: str, num_clips: int) -> Int[np.ndarray, " n"]:
        """Of 16 frames a clip, or of as many as `fps` makes it.

        At a given `fps` the length is that of whole clips, which differs from the video's by at
        most half a clip: the footage itself tells exactly (`FootageClips`).
        """
        if self.fps is None:
            return np.repeat(np.arange(num_clips), FRAMES_PER_CLIP)
        num_frames = round(num_clips * CLIP_S * self.fps)
        return clips_at(np.arange(num_frames) / self.fps, num_clips)

    def digest(self, video: str) -> str:
        key = file_key(video)
        names = [key, *(f"{key}__{end}" for end in (*range(self.features.num_crops), "vggish"))]
        files = self.features.files.values()
        return digest_of(paths[name] for paths in files for name in names if name in paths)


@dataclass(frozen=True)
class SimulatedClips:
    """The test videos of the simulated benchmark, drawn once and kept as features."""

    benchmark: SimulatedBenchmark

    @property
    def senses(self) -> frozenset[Sense]:
        return frozenset({"pictures", "sound"})

    def looks(self, video: str) -> Iterator[Look]:
        drawn = self.benchmark.drawn
        measures = drawn.measures(video)
        speeds, change = group(measures, "motion"), group(measures, "change")
        loudness = group(measures, "loudness")[:, 0] - np.float32(np.log10(SILENCE))
        seen = ClipMeasures(speeds[:, 0], speeds[:, 2], change[:, 0], np.maximum(loudness, 0.0))
        yield Look(drawn.read(video), seen)

    def clip_of_frame(self, video: str, num_clips: int) -> Int[np.ndarray, " n"]:
        scene = self.benchmark.scene(video)
        return clips_at(np.arange(scene.num_frames) / scene.fps, num_clips)

    def digest(self, video: str) -> str:
        return digest_of([self.benchmark.drawn.files[video]])


@dataclass(frozen=True)
class SimulatedLabels:
    """What the simulator knows of the pictures of its test videos."""

    benchmark: SimulatedBenchmark

    @property
    def videos(self) -> tuple[str, ...]:
        return tuple(item.video for item in self.benchmark.split("test"))

    @property
    def num_frames(self) -> Mapping[str, int]:
        return {video: self.benchmark.scene(video).num_frames for video in self.videos}

    def truth(self, video: str, num_frames: int | None = None) -> Bool[np.ndarray, " n"]:
        return self.benchmark.frame_labels(video)[:num_frames]
