"""What is known about each video, and where each was seen: the tables searchers read."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from segments.library import Library


class VideoRecord(BaseModel):
    """One content, completely indexed in the space in use."""

    model_config = ConfigDict(extra="forbid")

    video_id: str
    duration_s: float
    width: int
    height: int
    fps: float
    codec: str
    has_audio: bool
    size_bytes: int
    problems: tuple[str, ...] = ()
    detectors: tuple[str, ...] = ()


class SourceRecord(BaseModel):
    """One place where a content was seen."""

    model_config = ConfigDict(extra="forbid")

    video_id: str
    path: str
    """As indexed: absolute."""
    camera: str | None = None
    recorded_at: AwareDatetime | None = None
    """Wall-clock time of the first frame, clock offset applied; None where it is not known."""
    recorded_from: Literal["option", "name", "csv", "container"] | None = None
    """Where `recorded_at` comes from."""
    clock_offset_s: float = 0.0
    """Already added to `recorded_at`."""
