"""What TRACE learns from: footage, what is said of it, and when; several side by side as a batch.

A sentence may say when it holds, as the captions of dense captioning do, or leave it open, as the
caption of a whole video does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32, Int
from torch import Tensor

Footage = tuple[Float32[np.ndarray, "t d"], Float32[np.ndarray, "t m"]]
"""Appearance and motion, one row per clip."""


@dataclass(frozen=True)
class Said:
    """One thing that is said of a piece of footage."""

    wordings: tuple[int, ...]
    """Rows of its sentences, which say the same: one is drawn at each visit."""
    span: range | None = None
    """The clips of which it is said; None where nobody says when."""


@dataclass(frozen=True)
class Lesson:
    """A piece of footage and what is said of it."""

    read: Callable[[], Footage]
    said: tuple[Said, ...]


@dataclass(frozen=True)
class Batch:
    """Some lessons side by side, seen at some of their clips."""

    appearance: Float[Tensor, "b t d"]
    motion: Float[Tensor, "b t m"]
    mask: Bool[Tensor, "b t"]
    clips: Int[Tensor, " q"]
    """Whose windows are looked at."""
    rows: Int[Tensor, " s"]
    """The sentences that are said of any of the lessons, each once."""
    inside: Bool[Tensor, "b q s"]
    """Of which of these clips a sentence is said; without a span, of all."""
    timed: Bool[Tensor, "b s"]
    """Which of them are said of a lesson with a span."""

    @property
    def seen(self) -> Bool[Tensor, "b q"]:
        """Which of the clips are real."""
        return self.mask[:, self.clips]


def make_batch(
    lessons: Sequence[Lesson], *, every: int, max_clips: int, rng: np.random.Generator
) -> Batch:
    """One visit to each lesson: a wording of everything said, a piece of what is long.

    Args:
        every: of how many clips one is looked at, from a random one on.
        max_clips: of longer footage a random piece is taken.
    """
    pieces = [_piece(lesson.read(), max_clips, rng) for lesson in lessons]
    told = [_told(lesson.said, piece, rng) for lesson, piece in zip(lessons, pieces, strict=True)]
    rows = sorted(set[int]().union(*told))
    lengths = torch.tensor([len(piece.appearance) for piece in pieces])
    length = int(lengths.max())
    clips = torch.arange(int(rng.integers(min(every, length))), length, every)
    mask = torch.arange(length) < lengths[:, None]
    inside, timed = _marked(told, rows, clips)
    return Batch(
        appearance=_padded([piece.appearance for piece in pieces], length),
        motion=_padded([piece.motion for piece in pieces], length),
        mask=mask,
        clips=clips,
        rows=torch.tensor(rows, dtype=torch.long),
        inside=inside & mask[:, clips, None],
        timed=timed,
    )


@dataclass(frozen=True)
class _Piece:
    start: int
    appearance: Float32[np.ndarray, "t d"]
    motion: Float32[np.ndarray, "t m"]


def _piece(footage: Footage, most: int, rng: np.random.Generator) -> _Piece:
    length = len(footage[0])
    start = int(rng.integers(max(0, length - most) + 1))
    appearance, motion = (stream[start : start + most] for stream in footage)
    return _Piece(start, appearance, motion)


def _told(
    said: Sequence[Said], piece: _Piece, rng: np.random.Generator
) -> dict[int, list[range | None]]:
    """The drawn sentences, each with the spans in the piece of which it is said."""
    told: dict[int, list[range | None]] = {}
    for one in said:
        row = int(rng.choice(one.wordings))
        span = one.span and _within(one.span, piece)
        if one.span is None or span:
            told.setdefault(row, []).append(span)
    return told


def _within(span: range, piece: _Piece) -> range:
    """The part of a span that a piece shows, counted from its beginning."""
    first, last = span.start - piece.start, span.stop - piece.start
    return range(max(0, first), min(len(piece.appearance), last))


def _marked(
    told: Sequence[dict[int, list[range | None]]], rows: Sequence[int], clips: Int[Tensor, " q"]
) -> tuple[Bool[Tensor, "b q s"], Bool[Tensor, "b s"]]:
    """Of which clips each sentence is said, and which sentences have spans."""
    inside = torch.zeros(len(told), len(clips), len(rows), dtype=torch.bool)
    timed = torch.zeros(len(told), len(rows), dtype=torch.bool)
    for lesson, mine in enumerate(told):
        for row, spans in mine.items():
            column = rows.index(row)
            timed[lesson, column] = None not in spans
            for span in spans:
                held = clips >= 0 if span is None else (clips >= span.start) & (clips < span.stop)
                inside[lesson, :, column] |= held
    return inside, timed


def _padded(rows: Sequence[Float32[np.ndarray, "t d"]], length: int) -> Float[Tensor, "b t d"]:
    padded = np.zeros((len(rows), length, rows[0].shape[1]), np.float32)
    for place, row in zip(padded, rows, strict=True):
        place[: len(row)] = row
    return torch.from_numpy(padded)
