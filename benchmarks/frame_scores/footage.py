"""Clips of video files, decoded and encoded as indexing does it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import cv2
import numpy as np
from jaxtyping import Float32, Int, UInt8

from benchmarks.datasets.base import DatasetMissing
from benchmarks.datasets.feature_folders import file_key
from benchmarks.frame_scores.clips import ClipMeasures, Look, Sense, clips_at
from benchmarks.simulator.measures import SILENCE
from encoders.base import Profile
from indexer.discovery import discover
from segments.errors import UserError
from segments.media import ClipBatch, VideoSource
from segments.reading import iter_clip_batches, iter_frames, probe
from segments.vectors import ClipFeatures

NUM_NAMED = 3
"""Missing videos that an error names."""
CLIPS_PER_BATCH = 32


@dataclass(frozen=True)
class FootageClips:
    """Video files, decoded and encoded as indexing does it."""

    sources: Mapping[str, VideoSource]
    profile: Profile

    @classmethod
    def open(cls, folder: Path, videos: Iterable[str], profile: Profile) -> Self:
        """The videos of these names, with or without `_x264`, anywhere under a folder.

        Raises:
            DatasetMissing: the folder, or one of the videos, is not there.
            UserError: two files have one name.
            MediaError: a file cannot be read.
        """
        if not folder.is_dir():
            raise DatasetMissing(f"{folder} is no folder of videos: name one with --videos")
        wanted = {file_key(video): video for video in videos}
        found: dict[str, Path] = {}
        for file in discover([folder]):
            key = file_key(file.path.stem)
            if key in wanted and found.setdefault(wanted[key], file.path) != file.path:
                raise UserError(f"{found[wanted[key]]} and {file.path} have one name: keep one")
        if missing := [video for video in wanted.values() if video not in found]:
            named = ", ".join(missing[:NUM_NAMED])
            raise DatasetMissing(
                f"{folder} has {len(found)} of {len(wanted)} labelled videos; missing: {named}"
                f"{', ...' if len(missing) > NUM_NAMED else ''}"
            )
        return cls({video: probe(path) for video, path in found.items()}, profile)

    @property
    def senses(self) -> frozenset[Sense]:
        has_sound = any(source.has_audio for source in self.sources.values())
        return frozenset({"pictures", "sound"} if has_sound else {"pictures"})

    def looks(self, video: str) -> Iterator[Look]:
        spec = self.profile.spec
        batches = iter_clip_batches(
            self.sources[video],
            frame_size=spec.frame_size,
            frames_per_clip=spec.frames_per_clip,
            audio_rate_hz=spec.audio_rate_hz,
            fields_per_clip=spec.fields_per_clip,
            clips_per_batch=CLIPS_PER_BATCH,
        )
        parts = [(self.profile.encode_clips(batch), _Seen.of(batch)) for batch in batches]
        seen = [part for _, part in parts]
        yield Look(_joined([features for features, _ in parts]), _Seen.joined(seen).measures())

    def clip_of_frame(self, video: str, num_clips: int) -> Int[np.ndarray, " n"]:
        """By the presentation time of each picture that the file has."""
        batches = iter_frames(self.sources[video], size=(2, 2))
        return clips_at(np.concatenate([batch.pts_s for batch in batches]), num_clips)

    def digest(self, video: str) -> str:
        return self.sources[video].video_id


@dataclass(frozen=True)
class _Seen:
    """What `ClipMeasures` are made of, for some clips."""

    mean_speed: Float32[np.ndarray, " t"]
    top_speed: Float32[np.ndarray, " t"]
    brightness: Float32[np.ndarray, " t"]
    loudness: Float32[np.ndarray, " t"]

    @classmethod
    def of(cls, batch: ClipBatch) -> Self:
        speed = np.linalg.norm(batch.motion, axis=-1)
        greys = np.array([_grey(frames[-1]) for frames in batch.frames], np.float32)
        heard = np.zeros(len(batch), np.float32) if batch.audio is None else _loudness(batch.audio)
        return cls(speed.mean(axis=(1, 2, 3)), speed.max(axis=(1, 2, 3)), greys, heard)

    @classmethod
    def joined(cls, parts: list["_Seen"]) -> Self:
        names = ("mean_speed", "top_speed", "brightness", "loudness")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def measures(self) -> ClipMeasures:
        change = np.abs(np.diff(self.brightness, prepend=self.brightness[:1]))
        return ClipMeasures(self.mean_speed, self.top_speed, change, self.loudness)


def _grey(picture: UInt8[np.ndarray, "h w 3"]) -> float:
    return float(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).mean()) / 255


def _loudness(audio: Float32[np.ndarray, "t s"]) -> Float32[np.ndarray, " t"]:
    return np.log10(1 + np.sqrt(np.square(audio).mean(axis=1)) / SILENCE)


def _joined(parts: list[ClipFeatures]) -> ClipFeatures:
    """Consecutive pieces as one; features of the sound are left out, as no detector takes them."""
    names = parts[0].streams
    return ClipFeatures({name: np.concatenate([p.streams[name] for p in parts]) for name in names})
