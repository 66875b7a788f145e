"""What is read of videos, kept in a folder: fields, regions and patterns are made once.

Files are named by what they were made of and with, not by the code that made them: remove the
folder after changing that.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from benchmarks.local_patterns.footage import Fields, Motion, pictures, read_fields
from benchmarks.local_patterns.packing import (
    Arrays,
    packed_frames,
    packed_regions,
    unpacked_frames,
    unpacked_regions,
)
from benchmarks.local_patterns.stand_ins import Remembering, Repeated
from detectors.local_patterns.base import (
    PatternFrame,
    RegionEncoder,
    RegionEngine,
    Regions,
)
from detectors.local_patterns.caption_memory import SayYes
from detectors.local_patterns.pipeline import LocalPatterns, PatternConfig, PatternReader
from segments.arrays import to_npz
from segments.files import write_atomically
from segments.media import VideoSource


@dataclass(frozen=True)
class Reading:
    """One way to read a video's patterns."""

    engine: str = "yolox"
    motion: Motion = "flow"
    encoder: str | None = None
    """None for motion alone."""
    machines: int = 0
    """N_SMM of the State Machine Module that says whether a caption is carried on; 0: none is."""
    config: PatternConfig = field(default_factory=PatternConfig)

    @property
    def key(self) -> str:
        """Names what an encoder makes: how motion is measured does not matter to it."""
        config = replace(self.config, mean_over="bin", least_speed=0.0)
        return hashlib.sha256(repr(replace(self, config=config)).encode()).hexdigest()[:16]


class Parts(Protocol):
    """Opens what a `Reading` names."""

    def engine(self, name: str) -> RegionEngine: ...

    def encoder(self, name: str) -> RegionEncoder: ...

    def says_yes(self, encoder: RegionEncoder, machines: int) -> SayYes: ...


class PatternStore:
    """Patterns of videos by reading.

    Args:
        work: the folder that everything is kept in.
        parts: asked for engines and encoders when something has to be made.
    """

    def __init__(self, work: Path, parts: Parts) -> None:
        self._work, self._parts = work, parts

    def fields(self, source: VideoSource, motion: Motion) -> Fields:
        """The motion that led to each picture."""

        def make() -> Arrays:
            folder = self._work / source.video_id
            folder.mkdir(parents=True, exist_ok=True)
            found = read_fields(source, motion, folder)
            return {"velocity": found.velocity, "pts_s": found.pts_s}

        arrays = self._kept(source, f"fields-{motion}", make)
        return Fields(arrays["velocity"], arrays["pts_s"])

    def regions(self, source: VideoSource, engine: str, motion: Motion) -> list[Regions]:
        """What an engine finds in each picture."""

        def make() -> Arrays:
            finder = self._parts.engine(engine).follow()
            around = self.fields(source, motion).around
            found, start = list[Regions](), 0
            for batch in pictures(source):
                found += finder.find(batch.pixels, around[start : start + len(batch)])
                start += len(batch)
            return packed_regions(found)

        return unpacked_regions(self._kept(source, f"regions-{engine}-{motion}", make))

    def patterns(self, source: VideoSource, reading: Reading) -> list[PatternFrame]:
        """The patterns of each picture; the motion in them is made anew, in seconds a video."""
        fields = self.fields(source, reading.motion)
        unseen = np.zeros((len(fields.pts_s), 1, 1, 3), np.uint8)
        moving = self._reader(source, reading, None).read(unseen, fields.around, fields.pts_s)
        if reading.encoder is None:
            return moving
        self.prepare(source, [reading])
        with np.load(self._path(source, f"patterns-{reading.key}")) as arrays:
            seen = unpacked_frames(dict(arrays))
        return [replace(own, motion=m.motion) for own, m in zip(seen, moving, strict=True)]

    def prepare(self, source: VideoSource, readings: Sequence[Reading]) -> None:
        """Makes what is missing of some readings with the same encoder, in one pass."""
        missing = [
            one
            for one in readings
            if one.encoder is not None and not self._path(source, f"patterns-{one.key}").exists()
        ]
        for name in {one.encoder for one in missing}:
            some = [one for one in missing if one.encoder == name]
            assert name is not None
            for one, frames in zip(some, self._together(source, some, name), strict=True):
                packed = to_npz(packed_frames(frames))
                write_atomically(self._path(source, f"patterns-{one.key}"), packed)

    def _together(
        self, source: VideoSource, readings: Sequence[Reading], name: str
    ) -> list[list[PatternFrame]]:
        encoder = Remembering(self._parts.encoder(name))
        readers = [self._reader(source, one, encoder) for one in readings]
        around = [self.fields(source, one.motion).around for one in readings]
        found: list[list[PatternFrame]] = [[] for _ in readings]
        start = 0
        for batch in pictures(source):
            part = slice(start, start + len(batch))
            for reader, fields, frames in zip(readers, around, found, strict=True):
                frames += reader.read(batch.pixels, fields[part], batch.pts_s)
            start = part.stop
        return found

    def _reader(
        self, source: VideoSource, reading: Reading, encoder: RegionEncoder | None
    ) -> PatternReader:
        found = self.regions(source, reading.engine, reading.motion)
        says_yes = None
        if reading.machines and encoder is not None:
            says_yes = self._parts.says_yes(encoder, reading.machines)
        engine = Repeated(reading.engine, found)
        return LocalPatterns(engine, encoder, reading.config, says_yes=says_yes).follow()

    def _path(self, source: VideoSource, name: str) -> Path:
        return self._work / source.video_id / f"{name}.npz"

    def _kept(self, source: VideoSource, name: str, make: Callable[[], Arrays]) -> Arrays:
        path = self._path(source, name)
        if not path.exists():
            write_atomically(path, to_npz(make()))
        with np.load(path) as arrays:
            return dict(arrays)
