"""Candidates for tests of what is pure."""

from datetime import datetime, timedelta

from search_api.queries.candidates import Candidate
from segments.catalog import SourceRecord
from segments.payload import SegmentPayload

NOON = datetime.fromisoformat("2026-11-01T12:00:00+01:00")


def candidate(
    start_s: float,
    strength: float,
    *,
    video: str = "a",
    camera: str | None = None,
    after_noon_s: float | None = None,
    length_s: float = 10.0,
    anomaly: float = 0.0,
    followed: Candidate | None = None,
) -> Candidate:
    """A moment that is as salient and scores as much as it stands out.

    Args:
        after_noon_s: when the video begins; None: not known.
    """
    recorded_at = None if after_noon_s is None else NOON + timedelta(seconds=after_noon_s)
    return Candidate(
        f"{video}/{start_s:g}",
        SegmentPayload(
            video_id=video * 64,
            levels=["moment"],
            start_s=start_s,
            end_s=start_s + length_s,
            has_audio=False,
            anomaly={"alan": anomaly},
        ),
        strength,
        strength,
        {"text": strength},
        place=SourceRecord(
            video_id=video * 64, path=f"/{video}.mp4", camera=camera, recorded_at=recorded_at
        ),
        followed=followed,
    )
