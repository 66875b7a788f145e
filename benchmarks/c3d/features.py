"""C3D features as two streams: what a video shows on the whole, and its peaks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32
from sklearn.decomposition import PCA

from benchmarks.datasets.base import DatasetMissing, FeatureReader
from segments.vectors import ClipFeatures

STREAM_DIM = 256
STREAMS = {"appearance": STREAM_DIM, "peak": STREAM_DIM}


@dataclass(frozen=True)
class PeakFeatures:
    """Principal components of C3D features, a `FeatureReader` in memory.

    "appearance" is each clip, scaled by the length of the video's mean; "peak" is the unit vector
    of the highest value of every feature over the video, the same in all clips.
    """

    videos: Mapping[str, ClipFeatures]
    streams: dict[str, int]
    audio_dim: int | None = None
    num_crops: int = 1

    def read(self, video: str, *, crop: int = 0) -> ClipFeatures:
        """
        Raises:
            DatasetMissing: the video or the crop is not there.
        """
        if crop or video not in self.videos:
            raise DatasetMissing(f"no C3D features of {video!r}, {crop = }")
        return self.videos[video]

    def pooled(self, stream: str, videos: Sequence[str]) -> Float32[np.ndarray, "n d"]:
        """The mean over each video's clips."""
        return np.stack([self.videos[video].streams[stream].mean(axis=0) for video in videos])


def peak_features(
    raw: FeatureReader, videos: Sequence[str], *, fitted_on: Sequence[str], seed: int = 0
) -> PeakFeatures:
    """Both streams of some videos, with components found on training videos only.

    Args:
        raw: C3D features as they are in the archive, [32, 4096] a video.
    """
    clips = {video: scaled_clips(raw, video) for video in videos}
    peaks = {video: peak(raw, video) for video in videos}
    rows = np.concatenate([clips[video] for video in fitted_on])
    of_clips = PCA(STREAM_DIM, svd_solver="randomized", random_state=seed).fit(rows)
    # Fewer videos than components: these span everything that the training peaks can tell.
    size = min(STREAM_DIM, len(fitted_on) - 1)
    of_peaks = PCA(size, svd_solver="full").fit(np.stack([peaks[v] for v in fitted_on]))
    return PeakFeatures(
        {
            video: ClipFeatures(
                {
                    "appearance": of_clips.transform(clips[video]).astype(np.float32),
                    "peak": _repeated(of_peaks.transform(peaks[video][None])[0], clips[video]),
                }
            )
            for video in videos
        },
        STREAMS,
    )


def scaled_clips(raw: FeatureReader, video: str) -> Float32[np.ndarray, "t d"]:
    """A video's clips, scaled so that their mean has length 1."""
    clips = raw.read(video).streams["appearance"]
    return clips / max(1e-9, float(np.linalg.norm(clips.mean(axis=0))))


def peak(raw: FeatureReader, video: str) -> Float32[np.ndarray, " d"]:
    """The unit vector of the highest value of every feature."""
    highest = raw.read(video).streams["appearance"].max(axis=0)
    return highest / max(1e-9, float(np.linalg.norm(highest)))


def _repeated(
    vector: Float32[np.ndarray, " d"], clips: Float32[np.ndarray, "t _"]
) -> Float32[np.ndarray, "t d"]:
    filled = np.pad(vector, (0, STREAM_DIM - len(vector))).astype(np.float32)
    return np.repeat(filled[None], len(clips), axis=0)
