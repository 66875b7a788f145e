"""Recordings to show, and how they stand in a catalog."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from segments.catalog import SourceRecord, VideoRecord
from segments.media import VideoSource
from segments.reading import probe
from tests.support.footage import Tone, numbered, write_video

COPYABLE = {"g": "10", "bf": "0", "sc_threshold": "0", "crf": "1"}
COLOURS = ((200, 30, 30), (30, 200, 30), (30, 30, 200), (200, 200, 30), (30, 200, 200))
"""One a second."""


def numbered_source(path: Path, **options: object) -> VideoSource:
    """38 grey pictures at 25 a second, brighter and brighter; a key picture every ten."""
    return probe(write_video(path, numbered(38), options=COPYABLE, **options))  # type: ignore[arg-type]


def coloured_source(path: Path, *, seconds: int = 5, codec: str = "libx264") -> VideoSource:
    """A colour each second, at 10 pictures a second, with a key picture each second."""
    options = {"g": "10"} if codec == "libx264" else {"qscale": "2"}
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    pictures = [filled(COLOURS[i // 10 % len(COLOURS)]) for i in range(10 * seconds)]
    tone = Tone(start_s=1.0, end_s=2.0, length_s=float(seconds))
    path = write_video(
        path, pictures, fps=10, codec=codec, options=options, pix_fmt=pixels, tone=tone
    )
    return probe(path)


def filled(colour: Sequence[int], *, height: int = 96, width: int = 128) -> np.ndarray:
    return np.full((height, width, 3), colour, np.uint8)


def nearest_colour(pixels: np.ndarray) -> int:
    """Which of the colours a picture has."""
    mean = pixels.reshape(-1, 3).mean(axis=0)
    return int(np.argmin([np.abs(mean - colour).sum() for colour in COLOURS]))


def record_of(source: VideoSource) -> VideoRecord:
    names = source.__dict__.keys() & VideoRecord.model_fields.keys()
    facts = {name: getattr(source, name) for name in names}
    return VideoRecord(**facts, has_audio=source.has_audio)


def place_at(source: VideoSource, *, camera: str | None = None) -> SourceRecord:
    return SourceRecord(video_id=source.video_id, path=str(source.path), camera=camera)
