"""What ALAN is trained on."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float16, Float32, Int32

from encoders.alan.masking import Maskable
from segments.vectors import ClipFeatures


@dataclass(frozen=True)
class TextTable:
    """Every sentence of a training set, cut into word pieces."""

    ids: Int32[np.ndarray, "n l"]
    attended: Bool[np.ndarray, "n l"]
    """False at padding."""
    words: Bool[np.ndarray, "n l"]
    """True at word pieces; False at special tokens and padding."""
    meanings: tuple[str, ...]
    """What each sentence says: it is true of every example that lists this meaning."""
    maskable: tuple[Maskable, ...]
    """What of each sentence may be masked."""
    tokens: Float16[np.ndarray, "n l c"] | None = None
    """The frozen backbone's last states; None where the backbone is trained along."""
    sentences: Float32[np.ndarray, "n c"] | None = None
    """The frozen backbone's sentence embeddings; likewise."""


@dataclass(frozen=True)
class VideoExample:
    """One video with the sentences that describe it."""

    read: Callable[[int], ClipFeatures]
    """Features of one crop; see `held` for features in memory."""
    texts: tuple[int, ...]
    """Rows of the text table; one is drawn at each visit. None where only its sound is asked by."""
    meanings: frozenset[str]
    """Everything that is true of it, the meanings of its own sentences included."""
    is_anomalous: bool
    num_crops: int = 1
    """One is drawn at each visit."""
    clip_labels: Float32[np.ndarray, " t"] | None = None
    """1 where a clip shows the anomaly: only for sampling led by the truth."""
    borrows: frozenset[str] = frozenset()
    """Streams that are taken, at each visit, from any example that borrows them too: with few
    recordings they would teach which recording it is, and not what happens in it."""


def held(features: ClipFeatures) -> Callable[[int], ClipFeatures]:
    """Reads features that are in memory already."""
    return lambda crop: features


@dataclass(frozen=True)
class SoundExample:
    """One sound of a known kind, without pictures."""

    audio: Float32[np.ndarray, "t c"]
    meaning: str


@dataclass(frozen=True)
class TrainingSet:
    """What one network is trained on."""

    videos: tuple[VideoExample, ...]
    texts: TextTable | None = None
    """None where videos are asked for by their sound only."""
    weights: Float32[np.ndarray, " n"] | None = None
    """How often each video is drawn, relative to the others. None: each once an epoch."""
    sounds: tuple[SoundExample, ...] = ()
