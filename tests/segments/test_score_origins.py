"""What scores rest on, kept by space, detector and video."""

from pathlib import Path

import numpy as np

from segments.findings import Finding
from segments.library import Library
from segments.score_origins import MIXED, ScoreOrigins
from segments.scores import AnomalyTrack

VIDEO, OTHER = "a" * 64, "b" * 64


def found(origin: str | None, detector: str = "trace") -> Finding:
    track = AnomalyTrack(detector, np.zeros(1, np.float32), np.zeros(1), 0.64)
    return Finding(track, origin=origin)


def test_origins_are_kept_by_detector_and_space(tmp_path: Path) -> None:
    library = Library.create(tmp_path / "library", "tiny")
    with ScoreOrigins(library) as origins:
        origins.note(VIDEO, found("one"))
        origins.note(OTHER, found("two", "local_patterns"))
        origins.note(OTHER, found(None))
        assert origins.of("trace") == {VIDEO: "one"}
        assert origins.of("local_patterns") == {OTHER: "two"}
    with ScoreOrigins(library.through("other")) as origins:
        assert origins.of("trace") == {}


def test_a_video_of_two_origins_is_mixed_until_it_is_scored_as_a_whole(tmp_path: Path) -> None:
    with ScoreOrigins(Library.create(tmp_path / "library", "tiny")) as origins:
        seen: list[str] = []
        for origin, is_first in (
            ("one", True),
            ("one", False),
            ("two", False),
            ("two", False),
            ("two", True),
        ):
            origins.note(VIDEO, found(origin), is_first=is_first)
            seen.append(origins.of("trace")[VIDEO])
    assert seen == ["one", "one", MIXED, MIXED, "two"]
