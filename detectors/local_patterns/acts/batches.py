"""What an act network learns from: footage with its regions, what is said of it, and when."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Float16, Float32, Int, Int64
from torch import Tensor

from detectors.trace.batches import Said


@dataclass(frozen=True, eq=False)
class ActFootage:
    """A video: the scene's motion, and the regions of its pictures in order."""

    motion: Float32[np.ndarray, "t m"]
    """One row per clip."""
    patterns: Float16[np.ndarray, "k d"]
    traits: Float32[np.ndarray, "k x"]
    clips: Int64[np.ndarray, " k"]
    """Of each region; ascending."""
    pictures: Int64[np.ndarray, " k"]
    """Of its clip, from 0."""


@dataclass(frozen=True)
class ActLesson:
    """A video and what is said of some of its clips."""

    read: Callable[[], ActFootage]
    said: tuple[Said, ...]
    """Each with a span."""


@dataclass(frozen=True)
class Strip:
    """Pieces of some videos one after the other, with gaps that no window reaches across."""

    motion: Float[Tensor, "t m"]
    mask: Bool[Tensor, " t"]
    patterns: Float[Tensor, "r d"]
    traits: Float[Tensor, "r x"]
    clips: Int[Tensor, " r"]
    """The row of `motion` of each region."""
    rows: Int[Tensor, " s"]
    """The sentences that are said of any of it, each once."""
    inside: Bool[Tensor, "t s"]
    """Of which clips each is said."""


def make_strip(
    lessons: Sequence[ActLesson],
    *,
    every: int,
    max_clips: int,
    gap: int,
    rng: np.random.Generator,
) -> Strip:
    """One visit to each lesson: a piece of it, one picture of some of its clips, and a wording of
    everything that is said of them.

    Args:
        every: of how many clips one is looked at, from a random one on.
        gap: clips between two pieces.
    """
    cut, start = list[_Cut](), 0
    for lesson in lessons:
        piece = _cut(lesson, start, every=every, max_clips=max_clips, rng=rng)
        cut.append(piece)
        start += len(piece.motion) + gap
    rows = sorted({row for piece in cut for row, _ in piece.told})
    inside = torch.zeros(start, len(rows), dtype=torch.bool)
    for piece in cut:
        for row, span in piece.told:
            inside[span.start : span.stop, rows.index(row)] = True
    motion = torch.zeros(start, cut[0].motion.shape[1])
    mask = torch.zeros(start, dtype=torch.bool)
    for piece in cut:
        here = slice(piece.start, piece.start + len(piece.motion))
        motion[here], mask[here] = torch.from_numpy(piece.motion), True
    return Strip(
        motion=motion,
        mask=mask,
        patterns=_joined([piece.patterns.astype(np.float32) for piece in cut]),
        traits=_joined([piece.traits for piece in cut]),
        clips=_joined([piece.clips for piece in cut]),
        rows=torch.tensor(rows, dtype=torch.long),
        inside=inside,
    )


@dataclass(frozen=True, eq=False)
class _Cut:
    """A piece of a video; `clips` and `told` count along the strip."""

    start: int
    motion: Float32[np.ndarray, "t m"]
    patterns: Float16[np.ndarray, "r d"]
    traits: Float32[np.ndarray, "r x"]
    clips: Int64[np.ndarray, " r"]
    told: list[tuple[int, range]]


def _cut(
    lesson: ActLesson, start: int, *, every: int, max_clips: int, rng: np.random.Generator
) -> _Cut:
    footage = lesson.read()
    length = len(footage.motion)
    first = int(rng.integers(max(0, length - max_clips) + 1))
    last = min(length, first + max_clips)
    chosen = (footage.clips >= first) & (footage.clips < last)
    chosen &= (footage.clips - first) % every == rng.integers(every)
    chosen &= footage.pictures == rng.integers(2, size=length)[footage.clips]
    told = list[tuple[int, range]]()
    for said in lesson.said:
        assert said.span is not None, "an act network learns from captions that say when"
        row = int(rng.choice(said.wordings))
        inner = range(max(said.span.start, first), min(said.span.stop, last))
        if inner:
            told.append((row, range(inner.start - first + start, inner.stop - first + start)))
    return _Cut(
        start,
        footage.motion[first:last],
        footage.patterns[chosen],
        footage.traits[chosen],
        footage.clips[chosen] - first + start,
        told,
    )


def _joined(arrays: Sequence[np.ndarray]) -> Tensor:
    return torch.from_numpy(np.concatenate(arrays))
