"""Alarms: stretches of time in which a score reaches a threshold, each counted once.

An alarm rings when the score reaches the threshold and has not for over `gap_s` seconds before;
stretches with no more than that between them are one alarm, as long as they like. Nothing is cut
into blocks, so nothing is counted on both sides of a border. A live camera can count in the same
way, without a look ahead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
from jaxtyping import Float32, Float64, Int

from segments.scores import AnomalyTrack

GAP_S = 30.0
"""Two things that happen within half a minute of each other are one to whoever goes and looks."""


@dataclass(frozen=True)
class Alarm:
    """One alarm of one video."""

    start_s: float
    end_s: float
    """Where the last score ends that reaches the threshold."""
    peak: float
    """Its highest score."""


def find_alarms(track: AnomalyTrack, threshold: float, *, gap_s: float = GAP_S) -> list[Alarm]:
    """A track's alarms, by time; scores that equal the threshold reach it."""
    reaching = track.scores >= threshold
    if not reaching.any():  # most videos, at a threshold that is worth having
        return []
    rings = reaching & (recent(track, gap_s) < threshold)
    firsts = np.flatnonzero(rings)
    pieces = pairwise([*firsts.tolist(), len(track)])
    return [_alarm(track, slice(first, end), threshold) for first, end in pieces]


def recent(track: AnomalyTrack, gap_s: float) -> Float32[np.ndarray, " t"]:
    """Before each score starts, the highest of those that end at most `gap_s` before; -inf: none.

    A score rings at the thresholds that it reaches and that this does not.
    """
    places = np.arange(len(track))
    firsts = np.searchsorted(_ends(track), track.pts_s - gap_s, side="left")
    return _range_max(track.scores, firsts, places)


@dataclass(frozen=True)
class AlarmLevels:
    """How many alarms footage has at every threshold."""

    scores: Float32[np.ndarray, " n"]
    """Thresholds at which the number changes, highest first."""
    counts: Int[np.ndarray, " n"]
    """Most alarms at that threshold or any above: below some threshold stretches run into each
    other and are fewer, while what reaches the threshold is no rarer."""
    shares: Float64[np.ndarray, " n"]
    """Of the scores, those in an alarm at that threshold or within `gap_s` after it."""

    @classmethod
    def of(cls, tracks: Sequence[AnomalyTrack], *, gap_s: float = GAP_S) -> Self:
        highs = _joined([track.scores for track in tracks])
        lows = _joined([recent(track, gap_s) for track in tracks])
        tops, bottoms = np.sort(highs[highs > lows]), np.sort(lows[highs > lows])
        scores = np.unique(tops)[::-1]
        counts = _reaching(tops, scores) - _reaching(bottoms, scores)
        held = np.sort(np.maximum(highs, lows))
        shares = _reaching(held, scores) / max(1, len(held))
        return cls(scores, np.maximum.accumulate(counts), shares)


def _alarm(track: AnomalyTrack, piece: slice, threshold: float) -> Alarm:
    scores = track.scores[piece]
    last = piece.start + int(np.flatnonzero(scores >= threshold)[-1])
    return Alarm(float(track.pts_s[piece.start]), float(_ends(track)[last]), float(scores.max()))


def _ends(track: AnomalyTrack) -> Float64[np.ndarray, " t"]:
    return np.append(track.pts_s[1:], track.end_s)


def _joined(parts: Sequence[Float32[np.ndarray, " t"]]) -> Float32[np.ndarray, " n"]:
    return np.concatenate([np.empty(0, np.float32), *parts])


def _reaching(
    ascending: Float32[np.ndarray, " n"], thresholds: Float32[np.ndarray, " k"]
) -> Int[np.ndarray, " k"]:
    return len(ascending) - np.searchsorted(ascending, thresholds, side="left")


def _range_max(
    values: Float32[np.ndarray, " t"], firsts: Int[np.ndarray, " t"], stops: Int[np.ndarray, " t"]
) -> Float32[np.ndarray, " t"]:
    """The highest of values[firsts[i] : stops[i]] for every i, by tables of powers of two."""
    found, lengths = np.full(len(values), -np.inf, np.float32), stops - firsts
    table, width = values, 1
    while width <= lengths.max(initial=0):
        wide = lengths >= width
        found[wide] = np.maximum(table[firsts[wide]], table[stops[wide] - width])
        table = np.maximum(table[:-width], table[width:])
        width *= 2
    return found
