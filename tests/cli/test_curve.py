import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from cli.main import app
from cli.plots import describe_peak, describe_reasons, text_plot
from detectors.trace.traces import load_bank
from search_api.schemas import Curve, Explanation, Reason
from segments.catalog import SourceRecord
from segments.library import Library
from segments.reasons import Nearest, ReasonStore, ReasonTrack
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
PRISON = load_bank()["prison block"]
TRACE = np.array([0.25, 0.375, -0.25, 0.125], np.float32)


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
    explained = AnomalyTrack("trace", TRACE, np.array(CURVE.pts_s), 16.0)
    TrackStore(made.tracks).append(GATE, explained)
    ReasonStore(made.tracks).append(GATE, reasons())
    return root


def reasons() -> ReasonTrack:
    """The first anomalous sentence leads at 0 s and 4 s, then the second, and the first again."""
    bad = [int(PRISON.anomalous[row].id, 16) for row in (0, 0, 1, 0)]
    fine = [int(PRISON.normal[0].id, 16)] * 4
    return ReasonTrack(
        "trace",
        np.array(CURVE.pts_s),
        16.0,
        nearest(bad, [0.5, 0.625, 0.25, 0.5]),
        nearest(fine, [0.25, 0.25, 0.5, 0.375]),
    )


def nearest(ids: list[int], similarities: list[float]) -> Nearest:
    return Nearest(np.array(ids, np.uint64)[:, None], np.array(similarities, np.float32)[:, None])


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
        "explanations": [],
    }
    rows = list(csv.reader(retrace(GATE[:12], "--csv").stdout.splitlines()))
    assert rows[:2] == [["pts_s", "end_s", "score"], ["0.0", "4.0", "0.0"]]
    assert rows[-1] == ["12.0", "16.0", "0.5"]


def test_the_plot_reaches_below_zero() -> None:
    scores = [-0.4, -0.1, 0.1, 0.2]
    lines = text_plot(CURVE.model_copy(update={"detector": "trace", "scores": scores}), width=38)
    assert [line[:6] for line in lines] == [
        " 0.2 ┤",
        *["     │"] * 3,
        "-0.1 ┤",
        *["     │"] * 3,
        "-0.4 └",
        "      ",
    ]
    low, full = " " * 8, "█" * 8
    assert lines[0][6:] == low * 3 + full
    assert lines[1][6:] == low * 2 + "▆" * 8 + full  # 0.5 of 0.6 is 53.3 sixty-fourths
    assert lines[4][6:] == low + full * 3
    assert lines[7][6:] == low + full * 3


def test_the_terminal_says_why(retrace) -> None:
    lines = retrace("a.mp4", "--explain").stdout.splitlines()
    assert "trace score (raw, uncalibrated)" in lines[0]
    start = lines.index("why: the 3 highest of 3 stretches, in time order")
    first, second = (f"{t.text} ({t.kind}, prison block)" for t in PRISON.anomalous[:2])
    fine = f"{PRISON.normal[0].text} (normal, prison block)"
    assert lines[start + 1 :] == [
        "00:00.0–00:08.0 (2026-11-01 10:00:00+01:00)  score 0.375",
        f"    0.625  {first}",
        f"    0.250  {fine}",
        "00:08.0–00:12.0 (2026-11-01 10:00:08+01:00)  score -0.250",
        f"    0.250  {second}",
        f"    0.500  {fine}",
        "00:12.0–00:16.0 (2026-11-01 10:00:12+01:00)  score 0.125",
        f"    0.500  {first}",
        f"    0.375  {fine}",
    ]
    assert "why" not in retrace("a.mp4", "--detector", "trace").stdout
    assert "alan score" in retrace("a.mp4").stdout


def test_only_the_strongest_stretches_are_said() -> None:
    def explain(row: int) -> Explanation:
        one = Reason(text=f"thing {row}", context="yard", kind="other", similarity=row / 16)
        return Explanation(
            detector="trace",
            start_s=row,
            end_s=row + 1,
            score=row / 16,
            anomalous=[one],
            normal=[one],
        )

    curve = CURVE.model_copy(update={"explanations": [explain(row) for row in range(10)]})
    lines = describe_reasons(curve, limit=2)
    assert lines[0] == "why: the 2 highest of 10 stretches, in time order"
    assert lines[1::3] == ["00:08.0–00:09.0  score 0.500", "00:09.0–00:10.0  score 0.562"]


def test_json_and_csv_say_why_at_every_score(retrace) -> None:
    found = json.loads(retrace("a.mp4", "--explain", "--json").stdout)
    assert found["detector"] == "trace"
    spans = [(one["start_s"], one["end_s"]) for one in found["explanations"]]
    assert spans == [(0, 4), (4, 8), (8, 12), (12, 16)]
    assert found["explanations"][2]["anomalous"] == [
        {
            "text": PRISON.anomalous[1].text,
            "context": "prison block",
            "kind": PRISON.anomalous[1].kind,
            "similarity": 0.25,
        }
    ]
    rows = list(csv.DictReader(retrace("a.mp4", "--explain", "--csv").stdout.splitlines()))
    assert list(rows[1].values()) == [
        "4.0",
        "8.0",
        "0.375",
        PRISON.anomalous[0].text,
        "0.625",
        PRISON.normal[0].text,
        "0.25",
    ]
    assert list(rows[1])[3:] == [
        "anomalous_trace",
        "anomalous_similarity",
        "normal_trace",
        "normal_similarity",
    ]


def test_the_picture_lists_the_strongest_stretches(retrace, tmp_path: Path) -> None:
    path = tmp_path / "why.png"
    assert retrace("a.mp4", "--explain", "--png", path).exit_code == 0
    with Image.open(path) as picture:
        assert picture.size == (1300, 560 + 3 * 50)
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    discs = np.abs(pixels - (255, 176, 32)).sum(axis=2) < 30
    for row in range(3):  # a disc and a sentence each, under the frames
        line = slice(545 + 50 * row, 595 + 50 * row)
        assert discs[line, 60:100].sum() > 100
        assert (pixels[line, 330:700].sum(axis=2) > 600).sum() > 100
    for share in (4 / 16, 10 / 16, 14 / 16):  # the middles of the stretches
        middle = round(1300 * (0.055 + 0.915 * share))
        assert discs[110:140, middle - 12 : middle + 12].sum() > 100


def test_the_picture_has_the_frames_under_the_curve(retrace, tmp_path: Path) -> None:
    path = tmp_path / "curve.png"
    result = retrace("a.mp4", "--png", path)
    assert (result.stdout, result.stderr) == ("", f"wrote {path}\n")
    with Image.open(path) as picture:
        assert picture.size == (1300, 560)
        strip = np.asarray(picture.convert("RGB"))[430:520, 90:1240]
    assert strip.reshape(-1, 3).std(axis=0).min() > 20


def test_without_reasons_it_says_how_to_get_some(retrace, library: Path) -> None:
    folder = Library.open(library).tracks / GATE
    hidden = folder / "trace.reasons.npz"
    kept = hidden.read_bytes()
    hidden.unlink()
    result = retrace("a.mp4", "--explain")
    hidden.write_bytes(kept)
    assert result.exit_code == 1
    assert result.stderr == (
        "'trace' gives no reasons for its scores of this video: "
        "`retrace index --detectors alan,trace` on its file adds some\n"
    )
    said = retrace("a.mp4", "--explain", "--detector", "alan").stderr
    assert said.endswith("of this video: --detector trace has some\n")


def test_mistakes_have_their_messages(retrace) -> None:
    for words, message in (
        (["b.mp4"], "no video 'b.mp4' in the library: "),
        (["a.mp4", "--detector", "mulde"], f"no 'mulde' scores for video {GATE}; there are: alan"),
        (["a.mp4", "--detector", "alan", "--explain"], "'alan' gives no reasons for its scores of"),
        (["a.mp4", "--json", "--csv"], "--json and --csv exclude each other"),
        (["a.mp4", "--png", "x.pdf"], "x.pdf is to be a PNG picture"),
        (["a.mp4", "--png", "no/x.png"], f"the folder {Path('no').absolute()} does not exist"),
    ):
        result = retrace(*words)
        assert result.stderr.startswith(message)
        assert (result.stdout, result.exit_code) == ("", 1)
