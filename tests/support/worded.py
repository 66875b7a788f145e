"""A library whose clips are sentences, as TRACE keeps them: cosines are 1 or far from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from segments.catalog import SourceRecord
from segments.findings import Finding, to_files
from segments.levels import CLIP_S
from segments.library import Library
from segments.scores import AnomalyTrack
from segments.timed import TimedStore
from tests.support.small_library import GATE, LOST, YARD, TinyProfile, make_library, video

WINDOW = 8
TROLLEYS = "shoppers push trolleys along the cereal shelves"
CLERK = "a clerk stacks tins from a pallet"
PUDDLE = "staff mop up a puddle beside a yellow warning sign"
ALIGHT = "a boy sets a display of paper towels alight"
GOAT = "a goat eats apples from the crate"
"""Not in the bank."""
SOURCES = (
    SourceRecord(video_id=GATE, path="/footage/gate.mp4", camera="gate"),
    SourceRecord(video_id=YARD, path="/footage/yard.mp4", camera="yard"),
    SourceRecord(video_id=LOST, path="/footage/lost.mp4"),
)
SHOWN = {
    GATE: (TROLLEYS, GOAT, ALIGHT),
    YARD: (CLERK, PUDDLE, TROLLEYS),
    LOST: (PUDDLE, CLERK, CLERK),
}
"""A window of eight clips each; a video has 15.36 s."""


@dataclass(frozen=True)
class WordProfile(TinyProfile):
    """Every sentence is a random direction, its own."""

    def encode_sentences(self, texts: Sequence[str]) -> Float32[np.ndarray, "n 24"]:
        return np.stack([vector_of(text) for text in texts])


def vector_of(text: str) -> Float32[np.ndarray, " 24"]:
    return unit(np.random.default_rng(list(text.encode())).standard_normal(24))


def unit(vector: np.ndarray) -> Float32[np.ndarray, " d"]:
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def remember(library: Library, video_id: str, sentences: Sequence[str]) -> None:
    """Writes what TRACE keeps of a video whose windows show these sentences, almost."""
    rng = np.random.default_rng([1, *video_id.encode()])
    clips = [unit(vector_of(text) + 0.02 * rng.standard_normal(24)) for text in sentences]
    z = np.repeat(np.stack(clips), WINDOW, axis=0)
    pts_s = np.arange(len(z)) * CLIP_S
    track = AnomalyTrack("trace", np.zeros(len(z), np.float32), pts_s, len(z) * CLIP_S)
    files = to_files([Finding(track, windows=z.astype(np.float16))], chunk=0)
    for name, piece in files.items():
        TimedStore(library.tracks).append(video_id, name, piece)


def make_worded_library(root: Path) -> Library:
    """Three videos that TRACE has seen, of the cameras gate and yard and of none."""
    seen = [video(v).model_copy(update={"detectors": ("alan", "trace")}) for v in SHOWN]
    library = make_library(root, sources=SOURCES, points=(), videos=seen)
    for video_id, sentences in SHOWN.items():
        remember(library, video_id, sentences)
    return library
