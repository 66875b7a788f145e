"""From a camera's own footage, taken as normal, to a threshold for "about k alarms a day".

The threshold is the n-th highest peak, n being what k a day makes in that much footage. Nothing is
fitted to a tail: a rate that the footage is too short to show is refused, not extrapolated.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64

from detectors.calibration.alarms import GAP_S, AlarmLevels, find_alarms
from segments.calibrations import Calibration
from segments.scores import AnomalyTrack

HOUR_S, DAY_S = 3600.0, 86400.0
BLOCK_S = HOUR_S
MIN_BLOCKS = 12
"""Shorter footage is cut into shorter blocks."""
NUM_FOR_DISPERSION = 30
"""Alarms by which clustering can be told; a threshold with fewer is lowered for that."""
MAX_SHARE = 0.5
"""Of the footage that alarms may take: beyond it they do not tell moments apart."""
FINE_COUNTS, COARSER = 20, 1.05
"""Levels are kept for every count up to the first, and then at steps of the second."""


def calibrate(
    tracks: Sequence[AnomalyTrack],
    *,
    detector: str,
    alarms_per_day: float = 1.0,
    gap_s: float = GAP_S,
    leave_out: int = 0,
) -> Calibration:
    """Finds the threshold that normal footage of one camera reaches about so often.

    A day is 24 hours of footage like this: of day and night alike only if the footage is.

    Args:
        tracks: raw scores by one detector, one track per video; an alarm does not go on from one
            video into another.
        alarms_per_day: more than 0.
        gap_s: seconds of quiet that part one alarm from the next.
        leave_out: alarms with the highest peaks that do not count: real events in footage taken
            as normal.

    Returns:
        With `threshold` None and `problem` where there is too little footage, or where the scores
        have no level that is as rare.

    Raises:
        ValueError: a score is not finite, a track is another detector's, or an argument is out of
            range.
    """
    _require_sound(tracks, detector, alarms_per_day=alarms_per_day, leave_out=leave_out)
    seen = [track for track in tracks if len(track)]
    footage_s = float(sum(_length_s(track) for track in seen))
    levels = AlarmLevels.of(seen, gap_s=gap_s)
    target = int(alarms_per_day * footage_s / DAY_S + 1e-9)
    place = _place(levels, target + leave_out)
    missing_s = 0.0 if target else DAY_S / alarms_per_day - footage_s
    too_short = _too_short(alarms_per_day, footage_s)
    problem = _problem(levels, place, leave_out) if target else too_short
    is_calibrated = problem is None
    return Calibration(
        detector=detector,
        alarms_per_day=alarms_per_day,
        threshold=float(levels.scores[place]) if is_calibrated else None,
        problem=problem,
        missing_s=missing_s,
        num_alarms=int(levels.counts[place]) - leave_out if is_calibrated else 0,
        footage_s=footage_s,
        num_videos=len(seen),
        gap_s=gap_s,
        left_out=leave_out,
        dispersion=_dispersion(seen, levels, place, gap_s, leave_out),
        levels=_thinned(levels),
    )


def _require_sound(
    tracks: Sequence[AnomalyTrack], detector: str, *, alarms_per_day: float, leave_out: int
) -> None:
    if not 0 < alarms_per_day < np.inf or leave_out < 0:
        raise ValueError(f"{alarms_per_day = } is to be more than 0, {leave_out = } at least 0")
    for track in tracks:
        if track.detector != detector:
            raise ValueError(f"a track of {track.detector!r} among those of {detector!r}")
        if not np.isfinite(track.scores).all():
            raise ValueError(f"{detector!r} has scores that are not finite")


def _length_s(track: AnomalyTrack) -> float:
    return track.end_s - float(track.pts_s[0])


def _place(levels: AlarmLevels, count: int) -> int:
    """The highest level with the greatest number of alarms that is at most `count`; -1: none."""
    num_within = int(np.searchsorted(levels.counts, count, side="right"))
    if num_within == 0:
        return -1
    return int(np.searchsorted(levels.counts, levels.counts[num_within - 1], side="left"))


def _too_short(alarms_per_day: float, footage_s: float) -> str:
    """A rate below one in all the footage cannot be told from none."""
    needed_h, given_h = DAY_S / alarms_per_day / HOUR_S, footage_s / HOUR_S
    return (
        f"{alarms_per_day:g} a day takes at least {needed_h:.1f} h of footage and there are "
        f"{given_h:.1f} h: {needed_h - given_h:.1f} h more are needed"
    )


def _problem(levels: AlarmLevels, place: int, leave_out: int) -> str | None:
    if place < 0 or levels.counts[place] <= leave_out:
        return (
            f"the highest score, {levels.scores[0]:.3f}, comes {levels.counts[0]} times in this "
            "footage: no threshold is as rare as asked for"
        )
    if levels.shares[place] > MAX_SHARE:
        return (
            f"alarms would take {levels.shares[place]:.0%} of the footage: the scores hardly "
            "change, or more alarms are asked for than there are separate moments"
        )
    return None


def _dispersion(
    tracks: Sequence[AnomalyTrack], levels: AlarmLevels, place: int, gap_s: float, leave_out: int
) -> float:
    """Variance by mean of the alarms in equal blocks of the footage, one video after another."""
    if not tracks:
        return 1.0
    enough = int(np.searchsorted(levels.counts, NUM_FOR_DISPERSION + leave_out))
    lower = min(max(place, enough), len(levels.scores) - 1)
    times_s, peaks = _alarm_times(tracks, float(levels.scores[lower]), gap_s)
    kept = np.sort(times_s[np.argsort(-peaks, kind="stable")[leave_out:]])
    footage_s = sum(_length_s(track) for track in tracks)
    num_blocks = max(MIN_BLOCKS, round(footage_s / BLOCK_S))
    counts = np.histogram(kept, bins=num_blocks, range=(0.0, footage_s))[0]
    return max(1.0, float(counts.var(ddof=1) / counts.mean())) if counts.any() else 1.0


def _alarm_times(
    tracks: Sequence[AnomalyTrack], threshold: float, gap_s: float
) -> tuple[Float64[np.ndarray, " n"], Float64[np.ndarray, " n"]]:
    """Starts, in seconds since the first video's, as if each video followed the last; and peaks."""
    times, peaks, before_s = list[float](), list[float](), 0.0
    for track in tracks:
        alarms = find_alarms(track, threshold, gap_s=gap_s)
        times += [before_s + alarm.start_s - float(track.pts_s[0]) for alarm in alarms]
        peaks += [alarm.peak for alarm in alarms]
        before_s += _length_s(track)
    return np.array(times), np.array(peaks)


def _thinned(levels: AlarmLevels) -> tuple[tuple[float, int], ...]:
    kept = list[tuple[float, int]]()
    for score, count in zip(levels.scores.tolist(), levels.counts.tolist(), strict=True):
        last = kept[-1][1] if kept else 0
        if count > last and (count <= FINE_COUNTS or count >= COARSER * last):
            kept.append((score, count))
    return tuple(kept)
