import numpy as np
import pytest

from benchmarks.calibration_check.arguments import CalibrationArguments
from benchmarks.calibration_check.footage import to_track
from benchmarks.calibration_check.methods import METHODS, fitted_tail
from benchmarks.calibration_check.report import calibration_table
from benchmarks.calibration_check.running import check
from benchmarks.records import new_record
from detectors.calibration import calibrate
from segments.levels import CLIP_S
from segments.scores import AnomalyTrack

CLIPS = 300


def footage(num_videos: int, seed: int, *, top: float = 1.0) -> list[AnomalyTrack]:
    """Videos of 192 s with one bump each in two of three: uniform heights below `top`."""
    rng = np.random.default_rng(seed)
    tracks = list[AnomalyTrack]()
    for _ in range(num_videos):
        scores = -rng.random(CLIPS)
        if rng.random() < 2 / 3:
            scores[rng.integers(CLIPS)] = top * rng.random()
        tracks.append(to_track("loudness", scores.astype(np.float32)))
    return tracks


def test_a_track_is_as_long_as_its_clips() -> None:
    track = footage(1, 0)[0]
    assert (len(track), track.end_s) == (CLIPS, CLIPS * CLIP_S)


def test_intervals_of_independent_alarms_hold_the_held_out_number() -> None:
    scores = check({"loudness": {"gate": footage(150, 1)}}, splits=20, seed=0)
    assert (scores["num_videos"], scores["footage_s"]) == (150, pytest.approx(28800))
    together = [row for row in scores["rows"] if row["camera"] == "all places"]
    assert [row["asked"] for row in together] == [12, 48, 192]
    rare, _, often = together
    assert rare["stated"] == 2  # 12 a day in 4 hours
    assert often["stated"] == 32
    for row in (rare, often):
        assert row["refused"] == 0
        assert row["methods"]["counted"]["inside"] >= 0.8
        assert row["methods"]["counted"]["observed"] == pytest.approx(row["stated"], rel=0.5)


def test_too_little_footage_is_refused_in_every_split() -> None:
    scores = check({"loudness": {"gate": footage(4, 2)}}, splits=5, seed=0)
    rare = scores["rows"][0]
    assert (rare["refused"], rare["stated"], rare["methods"]["counted"]["inside"]) == (
        5,
        None,
        None,
    )


def test_the_tail_of_uniform_peaks_is_found() -> None:
    """Above u come 300 · (1 - u) of 450 videos' bumps: 15 are above .95."""
    tracks = footage(450, 3)
    length_s = sum(track.end_s for track in tracks)
    found = calibrate(tracks, detector="loudness", alarms_per_day=15 * 86400 / length_s)
    said = fitted_tail(found, tracks, length_s, np.random.default_rng(0))
    assert found.num_alarms == 15
    assert said.threshold == pytest.approx(0.95, abs=0.02)
    assert said.low < 15 < said.high


def test_the_table_shows_every_row_and_blanks_what_was_refused() -> None:
    scores = check({"loudness": {"gate": footage(40, 4)}}, splits=4, seed=0)
    record = new_record(
        "calibration-check",
        command=CalibrationArguments().command,
        seed=0,
        data={},
        weights={},
        timings_s={},
        scores=scores,
    )
    lines = calibration_table(record).splitlines()
    assert lines[0].startswith("**Simulated**, 40 normal videos, 2.1 h; 4 random halves per row.")
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| loudness")]
    assert len(rows) == 5
    assert len(rows[0]) == 6 + len(METHODS) + 1
    assert rows[0][:5] == ["loudness", "all places", "12", "100 %", "–"]
    assert rows[2][3:5] == ["0 %", "8.0"]
    assert lines[-1].endswith("`retrace bench calibration-check`")
