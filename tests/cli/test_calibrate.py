import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from cli.main import app
from segments.calibrations import CalibrationStore
from segments.library import Library
from segments.manifest import SpaceManifest
from segments.scores import AnomalyTrack
from segments.tracks import TrackStore
from tests.support.small_library import GATE, YARD, make_library

HOUR = 3600.0
PEAKS = {GATE: (0.5, 0.75), YARD: (0.25, 0.625, 0.875)}
"""GATE lasts 12 hours and was seen by both cameras; YARD lasts 24 and only the yard saw it."""
LENGTHS_S = {GATE: 12 * HOUR, YARD: 24 * HOUR}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = make_library(tmp_path_factory.mktemp("calibrate") / "library", points=())
    for video, peaks in PEAKS.items():
        scores = np.zeros(round(LENGTHS_S[video] / 60), np.float32)
        scores[100 * np.arange(1, len(peaks) + 1)] = peaks
        times = np.arange(len(scores)) * 60.0
        TrackStore(made.tracks).append(video, AnomalyTrack("alan", scores, times, LENGTHS_S[video]))
    return made.root


@pytest.fixture
def library(original: Path, tmp_path: Path) -> Library:
    return Library.open(shutil.copytree(original, tmp_path / "library"))


@pytest.fixture
def retrace(library: Library, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("RETRACE_LIBRARY", str(library.root))
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def calibrated(retrace, *words: object):
    result = retrace("calibrate", "--camera", *words, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_a_camera_is_calibrated_by_all_its_videos(retrace) -> None:
    """36 hours with peaks of .875, .75, .625, .5 and .25: two a day are three."""
    result = retrace("calibrate", "--camera", "yard", "--alarms-per-day", "2")
    assert result.stdout == (
        "camera yard, alan: alarm from 0.625 on, about 2 alarms a day here (0.41 to 4.8), "
        "from 36 h\n"
    )
    answer = json.loads(retrace("calibrate", "--list", "--json").stdout)["calibrations"][0]
    assert (answer["camera"], answer["videos"], answer["is_void"]) == ("yard", [GATE, YARD], False)
    assert answer["calibration"]["num_alarms"] == 3
    assert answer["per_day"] == 2.0
    assert answer["per_day_interval"] == pytest.approx([0.4124, 4.8165], abs=1e-3)


def test_videos_can_be_chosen_by_name_and_time(retrace) -> None:
    named = calibrated(retrace, "yard", "--video", YARD[:12], "--alarms-per-day", 2)
    assert (named["calibration"]["threshold"], named["videos"]) == (0.625, [YARD])
    timed = calibrated(retrace, "yard", "--after", "2026-11-02", "--alarms-per-day", 4)
    assert (timed["calibration"]["threshold"], timed["videos"]) == (0.5, [GATE])
    said = retrace("calibrate", "--camera", "yard", "--before", "2026-12-01").stderr
    assert said.startswith("1 videos have no known time and are not counted\n")
    assert calibrated(retrace, "yard", "--leave-out", 1)["calibration"]["threshold"] == 0.75


def test_too_little_footage_is_said_and_keeps_what_was_known(retrace, library: Library) -> None:
    lacking = (
        "uncalibrated: 1 a day takes at least 24.0 h of footage and there are 12.0 h: "
        "12.0 h more are needed"
    )
    first = retrace("calibrate", "--camera", "gate")
    assert first.stdout == f"camera gate, alan: {lacking}\n"
    curve = json.loads(retrace("curve", GATE, "--json").stdout)
    assert curve["calibration"]["meaning"] == lacking
    assert calibrated(retrace, "gate", "--alarms-per-day", 2)["calibration"]["threshold"] == 0.75
    again = retrace("calibrate", "--camera", "gate")
    assert again.stderr.startswith("the calibration of 20")
    kept = CalibrationStore.of(library).find("gate", "alan")
    assert kept is not None
    assert kept.calibration.threshold == 0.75


def test_the_curve_says_what_its_scores_mean(retrace) -> None:
    calibrated(retrace, "gate", "--alarms-per-day", 4)
    curve = json.loads(retrace("curve", GATE, "--json").stdout)["calibration"]
    assert curve["meaning"] == "about 4 alarms a day here (0.48 to 11), from 12 h"
    assert (curve["threshold"], curve["alarms_per_day"], curve["footage_s"]) == (0.5, 4.0, 43200.0)
    assert (curve["peak_per_day"], curve["left_out"]) == (2.0, 0)
    title, *_, meaning, peak = retrace("curve", GATE).stdout.splitlines()
    assert title.endswith("alan score (raw)")
    assert meaning == f"alarm from 0.500 on: {curve['meaning']}"
    assert peak.endswith(" · as high about 2 times a day here")


def test_the_picture_has_the_line_of_the_threshold(retrace, tmp_path: Path) -> None:
    def dark_rows() -> set[int]:
        path = tmp_path / "curve.png"
        assert retrace("curve", GATE, "--png", path).exit_code == 0
        with Image.open(path) as picture:
            grey = np.asarray(picture.convert("L"))[102:366, 80:1255]
        ink = np.abs(grey.astype(int) - np.median(grey)) > 100
        return set(np.flatnonzero(ink.mean(axis=1) > 0.5).tolist())

    before = dark_rows()
    calibrated(retrace, "gate", "--alarms-per-day", 4)
    added = dark_rows() - before
    assert added
    assert np.mean(list(added)) == pytest.approx(132, abs=4)  # half of the axes' 266 rows


def test_other_weights_make_it_void(retrace, library: Library) -> None:
    calibrated(retrace, "gate", "--alarms-per-day", 4)
    SpaceManifest.load(library.manifest_file).model_copy(
        update={"digests": {"tiny": "1" * 64}}
    ).save(library.manifest_file)
    curve = json.loads(retrace("curve", GATE, "--json").stdout)["calibration"]
    assert curve["threshold"] is None
    assert curve["meaning"].startswith("uncalibrated: scores are made by other weights now, run ")
    assert "void: scores are made by other weights" in retrace("calibrate", "--list").stdout


def test_the_list_is_a_table(retrace) -> None:
    assert "no camera is calibrated" in retrace("calibrate", "--list").stderr
    calibrated(retrace, "gate", "--alarms-per-day", 4)
    head, row = retrace("calibrate", "--list").stdout.splitlines()
    assert head.split() == ["camera", "detector", "alarm", "from", "meaning", "made"]
    assert row.split()[:4] == ["gate", "alan", "0.500", "about"]


def test_mistakes_have_their_messages(retrace) -> None:
    for words, message in (
        ([], "name the camera with --camera NAME"),
        (["--camera", "attic"], "no camera 'attic'; there are: gate, yard"),
        (["--camera", "gate", "--video", "b.mp4"], f"camera 'gate' did not see {YARD[:12]}"),
        (["--camera", "gate", "--detector", "trace"], "no 'trace' scores here; there are: alan"),
        (["--camera", "gate", "--before", "2020-01-01"], "camera 'gate' has no such video between"),
        (["--camera", "gate", "--alarms-per-day", "0"], "--alarms-per-day 0.0: give a number"),
        (["--camera", "gate", "--gap", "inf"], "--gap inf: give seconds"),
    ):
        result = retrace("calibrate", *words)
        assert result.stderr.startswith(message)
        assert (result.stdout, result.exit_code) == ("", 1)
