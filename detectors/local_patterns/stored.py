"""Regions of consecutive clips as arrays of one shape: what a library keeps of footage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from jaxtyping import Bool, Float16, Float32, Float64, Int32, Shaped, UInt8, UInt64

from detectors.local_patterns import ROWS
from detectors.local_patterns.base import PatternFrame
from segments.errors import LibraryError
from segments.sentences import number_of

HEAT_SIZE = (8, 8)
"""Rows and columns of what is kept of a heat map."""


@dataclass(frozen=True, eq=False)
class StoredRegions:
    """By clip, picture of the clip, and region of the picture; what is not there is zero."""

    counts: UInt8[np.ndarray, "t f"]
    """Regions of each picture: the first so many of n are there."""
    shown_s: Float64[np.ndarray, "t f"]
    """Time of each picture."""
    boxes: Float32[np.ndarray, "t f n 4"]
    tracks: Int32[np.ndarray, "t f n"]
    """Ids that last within a chunk."""
    speeds: Float32[np.ndarray, "t f n"]
    motion: Float32[np.ndarray, "t f n 8"]
    patterns: Float16[np.ndarray, "t f n d"]
    captions: UInt64[np.ndarray, "t f n"]
    """`segments.sentences`."""
    is_carried: Bool[np.ndarray, "t f n"]
    heat: UInt8[np.ndarray, "t f n hh hw"]
    """What the caption speaks of within the box, 0 to 255."""
    odds: Float32[np.ndarray, "t f n"]
    """How odd what it does is by its words, in [0, 1] (`acts.telling`)."""
    acts: UInt64[np.ndarray, "t f n"]
    """What it does: `segments.sentences`; 0 where nothing says so."""

    def __len__(self) -> int:
        return len(self.counts)

    @classmethod
    def of_frames(cls, frames: Sequence[PatternFrame], *, pictures: int, most: int) -> Self:
        """Pads the pictures of whole clips.

        Args:
            frames: in order, `pictures` per clip; their heat is of `HEAT_SIZE`.
            most: n.
        """
        made = cls(
            counts=np.array([len(frame) for frame in frames], np.uint8),
            shown_s=np.array([frame.pts_s for frame in frames], np.float64),
            boxes=_padded([frame.boxes for frame in frames], most, np.float32),
            tracks=_padded([frame.tracks for frame in frames], most, np.int32),
            speeds=_padded([frame.speeds for frame in frames], most, np.float32),
            motion=_padded([frame.motion for frame in frames], most, np.float32),
            patterns=_padded([frame.patterns for frame in frames], most, np.float16),
            captions=_padded([numbers_of(frame.said) for frame in frames], most, np.uint64),
            is_carried=_padded([frame.is_carried for frame in frames], most, np.bool_),
            heat=_padded([_heat(frame) for frame in frames], most, np.uint8),
            odds=np.zeros((len(frames), most), np.float32),
            acts=np.zeros((len(frames), most), np.uint64),
        )
        clips = len(frames) // pictures
        rows = made.as_rows().items()
        return cls(**{k: a.reshape(clips, pictures, *a.shape[1:]) for k, a in rows})

    @classmethod
    def of_rows(cls, rows: Mapping[str, Shaped[np.ndarray, "t ..."]]) -> Self:
        """Reads what `as_rows` gave.

        Raises:
            LibraryError: something is missing: an older retrace wrote them.
        """
        if missing := set(ROWS) - rows.keys():
            raise LibraryError(
                f"the regions kept of a video lack {', '.join(sorted(missing))}, which an older "
                "retrace did not know: index the footage into a new library"
            )
        return cls(**{name: rows[name] for name in ROWS})

    def as_rows(self) -> dict[str, Shaped[np.ndarray, "t ..."]]:
        return {name: getattr(self, name) for name in ROWS}

    def trimmed(self) -> Self:
        """Without the room that no picture needs."""
        most = int(self.counts.max(initial=0))
        of_pictures = {"counts": self.counts, "shown_s": self.shown_s}
        of_regions = {n: a[:, :, :most] for n, a in self.as_rows().items() if n not in of_pictures}
        return type(self)(**{n: np.array(a) for n, a in (of_regions | of_pictures).items()})

    @property
    def is_there(self) -> Bool[np.ndarray, "t f n"]:
        return np.arange(self.boxes.shape[2]) < self.counts[..., None]

    def told(self, odds: Float32[np.ndarray, " k"], acts: Sequence[str]) -> Self:
        """The same with what every region that is there does, in order."""
        told = {"odds": np.zeros_like(self.odds), "acts": np.zeros_like(self.acts)}
        told["odds"][self.is_there], told["acts"][self.is_there] = odds, numbers_of(acts)
        return replace(self, **told)

    def features(self, *, with_looks: bool = True) -> Float32[np.ndarray, "k d"]:
        """What RM takes of every region that is there, in order: G, then M; or M alone."""
        motion = self.motion[self.is_there]
        if not with_looks:
            return motion
        return np.concatenate([self.patterns[self.is_there].astype(np.float32), motion], axis=1)


def _padded(
    arrays: Sequence[Shaped[np.ndarray, "_ ..."]], most: int, dtype: type[np.generic]
) -> Shaped[np.ndarray, "k n ..."]:
    padded = np.zeros((len(arrays), most, *arrays[0].shape[1:]), dtype)
    for row, array in zip(padded, arrays, strict=True):
        row[: len(array)] = array
    return padded


def numbers_of(sentences: Sequence[str]) -> UInt64[np.ndarray, " n"]:
    """As rows hold sentences."""
    return np.array([number_of(sentence) for sentence in sentences], np.uint64)


def _heat(frame: PatternFrame) -> UInt8[np.ndarray, "n hh hw"]:
    """All 0 where nobody asked for it."""
    if frame.heat is None:
        return np.zeros((len(frame), *HEAT_SIZE), np.uint8)
    return np.rint(frame.heat * 255).astype(np.uint8)
