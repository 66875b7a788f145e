import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from cli.main import app
from cli.plots import describe_peak, text_plot
from search_api.schemas import Curve
from segments.catalog import SourceRecord
from segments.scores import AnomalyTrack
from segments.tracks import TrackStore
from tests.support.small_library import GATE, SOURCES, make_library, video
from tests.support.tiny_footage import write_video

CURVE = Curve(
    video="/footage/a.mp4",
    video_id=GATE,
    camera=None,
    start_time=None,
    duration_s=16.0,
    detector="alan",
    pts_s=[0.0, 4.0, 8.0, 12.0],
    end_s=16.0,
    scores=[0.0, 0.25, 1.0, 0.5],
)


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_video(tmp_path_factory.mktemp("footage") / "a.mp4", seconds=16)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, footage: Path) -> Path:
    root = tmp_path_factory.mktemp("curve") / "library"
    record = video(GATE, duration_s=16.0)
    record = record.model_copy(update={"size_bytes": footage.stat().st_size})
    source = SourceRecord(
        video_id=GATE, path=str(footage), camera="gate", recorded_at=SOURCES[0].recorded_at
    )
    made = make_library(root, points=(), videos=(record,), sources=(source,))
    track = AnomalyTrack("alan", np.array(CURVE.scores, np.float32), np.array(CURVE.pts_s), 16.0)
    TrackStore(made.tracks).append(GATE, track)
    return root


@pytest.fixture
def retrace(library: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "37")
    monkeypatch.setenv("RETRACE_LIBRARY", str(library))
    return lambda *words: CliRunner().invoke(app, ["curve", *(str(word) for word in words)])


def test_the_plot_fills_each_column_to_its_score() -> None:
    low, quarter, full, half = " " * 8, "█" * 8, "█" * 8, "█" * 8
    assert text_plot(CURVE, width=37) == [
        f"1.0 ┤{low}{low}{full}",
        f"    │{low}{low}{full}",
        f"    │{low}{low}{full}",
        f"    │{low}{low}{full}",
        f"0.5 ┤{low}{low}{full}{half}",
        f"    │{low}{low}{full}{half}",
        f"    │{low}{quarter}{full}{half}",
        f"    │{low}{quarter}{full}{half}",
        "0.0 └" + "─" * 32,
        "     00:00.0         00:08.0",
    ]


def test_an_eighth_of_a_character_is_a_sixty_fourth() -> None:
    sliver = CURVE.model_copy(update={"scores": [1 / 64, 0.5, 33 / 64, 1.0]})
    lines = text_plot(sliver, width=37)
    assert lines[7] == "    │" + "▁" * 8 + "█" * 24
    assert lines[3] == "    │" + " " * 16 + "▁" * 8 + "█" * 8


def test_the_peak_is_said_with_its_time_of_day() -> None:
    assert describe_peak(CURVE) == "peak 1.000 at 00:10.0"
    dated = CURVE.model_copy(update={"start_time": SOURCES[0].recorded_at})
    assert describe_peak(dated) == "peak 1.000 at 00:10.0 (2026-11-01 10:00:10+01:00)"


def test_the_terminal_gets_the_plot(retrace, footage: Path) -> None:
    result = retrace("a.mp4")
    title, blank, first, *_, last = result.stdout.splitlines()
    assert (title, blank) == (f"{footage}  ·  alan score (raw, uncalibrated)", "")
    assert first == "1.0 ┤" + " " * 16 + "█" * 8
    assert last == "peak 1.000 at 00:10.0 (2026-11-01 10:00:10+01:00)"


def test_json_and_csv_hold_every_score(retrace, footage: Path) -> None:
    answer = json.loads(retrace(footage, "--json").stdout)
    meaning = answer.pop("calibration").pop("meaning")
    assert meaning == "uncalibrated: `retrace calibrate --camera gate --detector alan` would do it"
    assert answer == {
        "video": str(footage),
        "video_id": GATE,
        "camera": "gate",
        "start_time": "2026-11-01T10:00:00+01:00",
        "duration_s": 16.0,
        "detector": "alan",
        "pts_s": [0.0, 4.0, 8.0, 12.0],
        "end_s": 16.0,
        "scores": [0.0, 0.25, 1.0, 0.5],
    }
    rows = list(csv.reader(retrace(GATE[:12], "--csv").stdout.splitlines()))
    assert rows[:2] == [["pts_s", "end_s", "score"], ["0.0", "4.0", "0.0"]]
    assert rows[-1] == ["12.0", "16.0", "0.5"]


def test_the_picture_has_the_frames_under_the_curve(retrace, tmp_path: Path) -> None:
    path = tmp_path / "curve.png"
    result = retrace("a.mp4", "--png", path)
    assert (result.stdout, result.stderr) == ("", f"wrote {path}\n")
    with Image.open(path) as picture:
        assert picture.size == (1300, 560)
        strip = np.asarray(picture.convert("RGB"))[430:520, 90:1240]
    assert strip.reshape(-1, 3).std(axis=0).min() > 20


def test_mistakes_have_their_messages(retrace) -> None:
    for words, message in (
        (["b.mp4"], "no video 'b.mp4' in the library: "),
        (["a.mp4", "--detector", "trace"], f"no 'trace' scores for video {GATE}; there are: alan"),
        (["a.mp4", "--json", "--csv"], "--json and --csv exclude each other"),
        (["a.mp4", "--png", "x.pdf"], "x.pdf is to be a PNG picture"),
        (["a.mp4", "--png", "no/x.png"], f"the folder {Path('no').absolute()} does not exist"),
    ):
        result = retrace(*words)
        assert result.stderr.startswith(message)
        assert (result.stdout, result.exit_code) == ("", 1)
