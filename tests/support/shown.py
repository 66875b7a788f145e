"""Recordings to show, and a library of them.

FOLDER/footage/gate/morning.mp4   a colour each second, with sound: H.264 and AAC; browsers play it
FOLDER/footage/yard/copy.mp4      the same content
FOLDER/footage/yard/evening.avi   numbered pictures in MJPEG, silent; browsers do not play it
FOLDER/footage/lost.mp4           numbered pictures of no known camera
FOLDER/library                    knows them; scores of the first by `alan`, `trace` with reasons,
                                  and `local_patterns` with one odd thing at 2.4 s
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from detectors import local_patterns, trace
from segments.catalog import SourceRecord, VideoRecord
from segments.library import Library
from segments.media import VideoSource
from segments.reading import probe
from segments.reasons import Nearest, ReasonStore, ReasonTrack
from segments.region_reasons import RegionReasons, RegionReasonStore, RegionReasonTrack
from segments.scores import AnomalyTrack
from segments.tracks import TrackStore
from tests.support.footage import Tone, numbered, write_video
from tests.support.small_library import make_library

COPYABLE = {"g": "10", "bf": "0", "sc_threshold": "0", "crf": "1"}
COLOURS = ((200, 30, 30), (30, 200, 30), (30, 30, 200), (200, 200, 30), (30, 200, 200))
"""One a second."""
SCORES = (0.1, 0.2, 0.9, 0.3, 0.25)
"""One a second."""
BOX, ODD_S = (0.25, 0.25, 0.75, 0.5), 2.4


@dataclass(frozen=True)
class Shown:
    """The library, and what the files were when they were indexed."""

    root: Path
    gate: VideoSource
    copy: Path
    yard: VideoSource
    lost: VideoSource


def make_shown_library(folder: Path) -> Shown:
    footage = folder / "footage"
    for camera in ("gate", "yard"):
        (footage / camera).mkdir(parents=True)
    gate = coloured_source(footage / "gate" / "morning.mp4")
    copy = Path(shutil.copy(gate.path, footage / "yard" / "copy.mp4"))
    yard = numbered_mjpeg(footage / "yard" / "evening.avi")
    lost = numbered_source(footage / "lost.mp4")
    morning, evening = (f"2026-11-01T{hour}:00:00+01:00" for hour in ("10", "20"))
    library = make_library(
        folder / "library",
        points=(),
        videos=[
            record_of(gate, "alan", trace.NAME, local_patterns.NAME),
            record_of(yard),
            record_of(lost),
        ],
        sources=[
            place_of(gate.path, gate, "gate", morning),
            place_of(copy, gate, "yard", evening),
            place_of(yard.path, yard, "yard", evening),
            place_of(lost.path, lost),
        ],
    )
    _write_tracks(library, gate.video_id)
    return Shown(library.root, gate, copy, yard, lost)


def _write_tracks(library: Library, video_id: str) -> None:
    pts_s, scores = np.arange(5.0), np.array(SCORES, np.float32)
    for name in ("alan", trace.NAME, local_patterns.NAME):
        TrackStore(library.tracks).append(video_id, AnomalyTrack(name, scores, pts_s, 5.0))
    nearest = Nearest(np.ones((5, 1), np.uint64), np.full((5, 1), 0.5, np.float32))
    reasons = ReasonTrack(trace.NAME, pts_s, 5.0, nearest, nearest)
    ReasonStore(library.tracks).append(video_id, reasons)
    odd = RegionReasonTrack(local_patterns.NAME, pts_s, 5.0, _one_thing_each())
    RegionReasonStore(library.tracks).append(video_id, odd)


def _one_thing_each() -> RegionReasons:
    return RegionReasons(
        counts=np.ones(5, np.uint8),
        shown_s=np.full((5, 1), ODD_S),
        boxes=np.tile(np.array(BOX, np.float32), (5, 1, 1)),
        tracks=np.zeros((5, 1), np.int32),
        captions=np.zeros((5, 1), np.uint64),
        is_carried=np.zeros((5, 1), bool),
        errors=np.tile(np.array([0.5, 0.5, 0.0], np.float32), (5, 1, 1)),
        acts=np.zeros((5, 1), np.uint64),
        heat=np.tile(np.array([[255, 0], [0, 0]], np.uint8), (5, 1, 1, 1)),
    )


def numbered_mjpeg(path: Path) -> VideoSource:
    options = {"qscale": "1"}
    return probe(
        write_video(path, numbered(38), codec="mjpeg", pix_fmt="yuvj420p", options=options)
    )


def numbered_source(path: Path, **options: object) -> VideoSource:
    """38 grey pictures at 25 a second, brighter and brighter; a key picture every ten."""
    return probe(write_video(path, numbered(38), options=COPYABLE, **options))  # type: ignore[arg-type]


def coloured_source(path: Path, *, seconds: int = 5, codec: str = "libx264") -> VideoSource:
    """A colour each second, at 10 pictures a second, with a key picture each second."""
    options = {"g": "10", "bf": "0"} if codec == "libx264" else {"qscale": "2"}
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


def record_of(source: VideoSource, *detectors: str) -> VideoRecord:
    names = source.__dict__.keys() & VideoRecord.model_fields.keys()
    facts = {name: getattr(source, name) for name in names}
    return VideoRecord(**facts, has_audio=source.has_audio, detectors=detectors)


def place_of(
    path: Path, source: VideoSource, camera: str | None = None, start: str | None = None
) -> SourceRecord:
    return SourceRecord(
        video_id=source.video_id,
        path=str(path),
        camera=camera,
        recorded_at=datetime.fromisoformat(start) if start else None,
        recorded_from="name" if start else None,
    )
