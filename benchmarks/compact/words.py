"""Part 9c: words and sounds to held-out simulated clips, beside chance and a histogram baseline."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np
from jaxtyping import Float, Float32, Int

from benchmarks.compact.decoded import DecodedVideo
from benchmarks.compact.sounds import log_mel_moments
from benchmarks.metrics import chance_scores, paired_ranks, retrieval_scores, unit
from encoders.base import Profile
from segments.media import AUDIO_RATE_HZ, AudioClip

COLOUR_BINS = 6
DIRECTION_BINS = 8
SPEED_EDGES = (0.02, 0.1, 0.3)
"""Frame heights per second; below the first a cell stands still."""


@dataclass(frozen=True)
class Described:
    """A clip with the sentence that must find it."""

    video: DecodedVideo
    caption: str


def evaluate_words(profile: Profile, test: Sequence[Described]) -> Float[np.ndarray, "q g"]:
    """Similarity of every caption, row, to every clip, column, as search computes it."""
    queries = [
        profile.encode_text(item.caption).vector(profile.spec.default_alpha) for item in test
    ]
    return np.stack(queries) @ stored_videos(profile, [item.video for item in test]).T


def evaluate_sounds(profile: Profile, test: Sequence[Described]) -> Float[np.ndarray, "q g"]:
    """Similarity of every clip's own sound track, row, to every clip's pictures, column."""
    queries = []
    for item in test:
        query = profile.encode_sound(AudioClip(_samples(item.video), 0.0, AUDIO_RATE_HZ))
        queries.append(query.video.vector(profile.spec.default_alpha))
    return np.stack(queries) @ stored_videos(profile, [item.video for item in test]).T


def stored_videos(profile: Profile, videos: Sequence[DecodedVideo]) -> Float32[np.ndarray, "g d"]:
    """The vector "alan" of each video as one segment."""
    features = [profile.encode_clips(video.batch()) for video in videos]
    stored = profile.embed_segments([(f, profile.score_clips(f)) for f in features])
    return np.stack([vectors["alan"] for vectors in stored])


def histogram(video: DecodedVideo) -> Float32[np.ndarray, " d"]:
    """Colours of all pictures in HSV, and directions of motion by speed; each part sums to 1."""
    hsv = [cv2.cvtColor(picture, cv2.COLOR_RGB2HSV) for picture in video.frames[:, 0]]
    colours, _ = np.histogramdd(
        np.stack(hsv).reshape(-1, 3),
        bins=(COLOUR_BINS * 2, COLOUR_BINS // 2, COLOUR_BINS // 2),
        range=((0, 180), (0, 256), (0, 256)),
    )
    x, y = video.motion[..., 0].ravel(), video.motion[..., 1].ravel()
    motion, _, _ = np.histogram2d(
        np.arctan2(y, x),
        np.hypot(x, y),
        bins=(np.linspace(-np.pi, np.pi, DIRECTION_BINS + 1), np.array([*SPEED_EDGES, np.inf])),
    )
    parts = [np.sqrt(part.ravel() / max(1.0, part.sum())) for part in (colours, motion)]
    return np.concatenate(parts).astype(np.float32)


@dataclass(frozen=True)
class Histograms:
    """The baseline: ridge regression from a clip's histogram to what it is asked by."""

    sentences: Callable[[Sequence[str]], Float32[np.ndarray, "n d"]]
    histograms: Float32[np.ndarray, "n i"]
    captions: Float32[np.ndarray, "n d"]
    moments: Float32[np.ndarray, "m s"]
    """Of the sound tracks of the training clips that have one."""
    heard: Int[np.ndarray, " m"]
    """Their rows."""

    def words(self, test: Sequence[Described]) -> Float[np.ndarray, "q g"]:
        asked = self.sentences([item.caption for item in test])
        return ridge_similarity(self.histograms, self.captions, _histograms(test), asked)

    def sounds(self, test: Sequence[Described]) -> Float[np.ndarray, "q g"]:
        asked = np.stack([_moments(item.video) for item in test])
        known = self.histograms[self.heard]
        return ridge_similarity(known, self.moments, _histograms(test), asked)


def fit_histograms(
    train: Iterable[Described], sentences: Callable[[Sequence[str]], Float32[np.ndarray, "n d"]]
) -> Histograms:
    """Looks once at every training clip."""
    histograms, captions, moments, heard = [], [], [], []
    for row, item in enumerate(train):
        histograms.append(histogram(item.video))
        captions.append(item.caption)
        if item.video.audio is not None:
            heard.append(row)
            moments.append(_moments(item.video))
    return Histograms(
        sentences, np.stack(histograms), sentences(captions), np.stack(moments), np.array(heard)
    )


def ridge_similarity(
    train_inputs: Float32[np.ndarray, "n i"],
    train_targets: Float32[np.ndarray, "n o"],
    test_inputs: Float32[np.ndarray, "g i"],
    test_targets: Float32[np.ndarray, "q o"],
    *,
    penalty: float = 1.0,
) -> Float[np.ndarray, "q g"]:
    """Cosine of targets and what a ridge regression expects of the inputs, both centred.

    Args:
        penalty: in mean eigenvalues of the inputs' covariance.
    """
    mean_in, mean_out = train_inputs.mean(axis=0), train_targets.mean(axis=0)
    x, y = train_inputs - mean_in, train_targets - mean_out
    gram = x.T @ x
    ridge = penalty * np.trace(gram) / len(gram) * np.eye(len(gram))
    predicted = (test_inputs - mean_in) @ np.linalg.solve(gram + ridge, x.T @ y)
    return unit(test_targets - mean_out) @ unit(predicted).T


def report(similarity: Float[np.ndarray, "q g"]) -> dict[str, Any]:
    """R@1/5/10 and median rank of a square similarity matrix, beside chance."""
    ranks = paired_ranks(similarity)
    return asdict(retrieval_scores(ranks)) | {"chance": asdict(chance_scores(similarity.shape[1]))}


def _histograms(items: Sequence[Described]) -> Float32[np.ndarray, "n d"]:
    return np.stack([histogram(item.video) for item in items])


def _moments(video: DecodedVideo) -> Float32[np.ndarray, " d"]:
    return log_mel_moments(_samples(video))


def _samples(video: DecodedVideo) -> Float32[np.ndarray, " s"]:
    assert video.sound is not None
    return video.sound.reshape(-1)
