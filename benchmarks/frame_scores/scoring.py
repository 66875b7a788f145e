"""From clips to scores of frames: crops averaged, spread over frames, smoothed if asked."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Int
from scipy.ndimage import gaussian_filter1d

from benchmarks.frame_metrics import FRAMES_PER_CLIP, FrameTrack
from benchmarks.frame_scores.clips import Labels, Look
from benchmarks.frame_scores.detectors import Run
from benchmarks.frame_scores.tasks import FrameTask
from segments.errors import UserError

MAX_GAP_FRAMES = 2 * FRAMES_PER_CLIP
"""Labels and clips may differ by the incomplete clip at the end, and by one more."""

Progress = Callable[[int, int], None]
"""Called with the videos that are done and the videos in all."""


@dataclass(frozen=True)
class ScoredVideo:
    """One video's frames, scored by every run."""

    video: str
    truth: Bool[np.ndarray, " n"]
    scores: Float32[np.ndarray, "r n"]
    """By run, in the order in which they were given."""

    def track(self, run: int) -> FrameTrack:
        return FrameTrack(self.scores[run], self.truth)


def score_videos(
    task: FrameTask, runs: Sequence[Run], *, smooth: float = 0.0, progress: Progress | None = None
) -> list[ScoredVideo]:
    """Every video of a task.

    Args:
        smooth: sigma in frames of a Gaussian over each video; 0 for none.

    Raises:
        DatasetMissing: a video has no features or no labels.
        UserError: features do not fit a network, or not the labels.
    """
    scored = list[ScoredVideo]()
    for video in task.labels.videos:
        scored.append(_score(task, video, runs, smooth=smooth))
        if progress:
            progress(len(scored), len(task.labels.videos))
    return scored


def spread(
    scores: Float32[np.ndarray, "r t"], clip_of_frame: Int[np.ndarray, " n"], *, smooth: float = 0.0
) -> Float32[np.ndarray, "r n"]:
    """Each clip's score for all of its frames; smoothed, the ends continue as they are."""
    frames = scores[:, clip_of_frame]
    return gaussian_filter1d(frames, smooth, axis=1, mode="nearest") if smooth else frames


def _score(task: FrameTask, video: str, runs: Sequence[Run], *, smooth: float) -> ScoredVideo:
    clips = _mean_over_crops(task.clips.looks(video), runs, video)
    frames = spread(clips, task.clips.clip_of_frame(video, clips.shape[1]), smooth=smooth)
    _require_length(task.labels, video, frames.shape[1])
    truth = task.labels.truth(video, frames.shape[1])
    return ScoredVideo(video, truth, frames[:, : len(truth)])


def _require_length(labels: Labels, video: str, num_frames: int) -> None:
    labelled = labels.num_frames.get(video, num_frames)
    if abs(labelled - num_frames) > MAX_GAP_FRAMES:
        raise UserError(
            f"{video} has {labelled} labelled frames, and clips of {num_frames}: they do not "
            "belong together, or the frame rate is another one"
        )


def _mean_over_crops(
    looks: Iterator[Look], runs: Sequence[Run], video: str
) -> Float32[np.ndarray, "r t"]:
    crops = [np.stack([run.detect(look) for run in runs]) for look in looks]
    if len(lengths := {crop.shape[1] for crop in crops}) > 1:
        raise UserError(f"the crops of {video} have {sorted(lengths)} clips: they must agree")
    return np.asarray(np.mean(crops, axis=0), np.float32)
