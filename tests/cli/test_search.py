"""`retrace search` on the library of tests.support.small_library: what it prints, and where."""

import csv
import json
import sys
from functools import partial
from pathlib import Path
from subprocess import run

import numpy as np
import pytest
from click.testing import Result
from PIL import Image
from typer.testing import CliRunner

from cli.answers import show_answer
from cli.main import app
from cli.search_options import parse_min_anomaly
from cli.tables import hits_table
from search_api.curves import best_track
from search_api.schemas import SearchResponse
from segments.errors import UserError
from segments.scores import AnomalyTrack
from segments.tracks import TrackStore
from tests.support.small_library import GATE, LOST, MANIFEST, TinyProfile, make_library
from tests.support.tiny_footage import write_video

ROOT = Path(__file__).parents[2]
EMPTY = "the query is empty: give some words, a sound, a picture, or several of them"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = make_library(tmp_path_factory.mktemp("cli") / "library")
    scores = np.array([0.05, 0.9, 0.3], np.float32)
    track = AnomalyTrack("alan", scores, np.array([0.0, 5.12, 10.24]), 15.36)
    TrackStore(made.tracks).append(GATE, track)
    return made.root


@pytest.fixture
def retrace(library: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("encoders.registry.load_profile", lambda name: TinyProfile())
    monkeypatch.setenv("COLUMNS", "150")
    monkeypatch.setenv("RETRACE_LIBRARY", str(library))
    return lambda *words: CliRunner().invoke(app, ["search", *(str(word) for word in words)])


def refused(result: Result) -> str:
    """The one line that says why."""
    assert (result.exit_code, result.stdout) == (1, ""), result.exception
    return result.stderr.removesuffix("\n")


def test_the_table(retrace) -> None:
    result = retrace("fire", "--limit", 2, "--camera", "gate")
    header, first, second = result.stdout.splitlines()
    assert header.split() == ["#", "camera", "video", "span", "time", "score", "anomaly"]
    # half the span on either side: nothing before 0, then .05 up to 5.12, .9 up to 10.24, .3
    assert first.split() == [
        *("1", "gate", "a.mp4", "00:00.0–00:10.2", "2026-11-01", "10:00:00+01:00", "0.8000"),
        *("▁" * 6 + "█" * 6 + "▃" * 6, "0.90"),
    ]
    assert "      " + "▁" * 6 in first
    assert second.split()[-2:] == ["▁" * 6 + "█" * 6 + "▃" * 6, "0.20"]
    assert (result.stderr, result.exit_code) == ("", 0)


def test_columns_that_know_nothing_are_left_out(retrace) -> None:
    answer = json.loads(retrace("fire", "--json").stdout)
    answer["hits"] = [hit for hit in answer["hits"] if hit["video_id"] == LOST]
    table = hits_table(SearchResponse.model_validate(answer), {})
    assert [column.header for column in table.columns] == ["#", "video", "span", "score"]


def test_videos_are_named_below_their_common_folder(retrace) -> None:
    words = retrace("fire").stdout.split()
    shown = [word for word in words if word.endswith(".mp4")]
    assert (shown[0], shown[3]) == ("gate/a.mp4", "gate/a.mp4")
    assert set(shown) == {"gate/a.mp4", "yard/b.mp4", "c.mp4"}


def test_json_is_one_object_and_nothing_else(retrace) -> None:
    result = retrace("fire", "--json", "--limit", 1, "--alpha", 1)
    answer = json.loads(result.stdout)
    assert list(answer) == ["query", "profile", "level", "ranking", "hits", "confident"]
    assert list(answer["hits"][0]) == [
        *("rank", "video", "video_id", "camera", "start_s", "end_s", "start_time"),
        *("score", "parts", "anomaly", "explanation"),
        *("merged", "then", "confidence", "confident"),
    ]
    assert answer["hits"][0]["score"] == 1.0
    assert answer["query"]["alpha"] == 1.0
    assert result.stderr == ""


def test_csv_has_a_column_per_part(retrace) -> None:
    rows = list(csv.DictReader(retrace("fire", "--csv").stdout.splitlines()))
    assert list(rows[0]) == [
        *("rank", "video", "video_id", "camera", "start_s", "end_s", "start_time", "score"),
        *("parts.cls.appearance", "parts.avg.appearance", "anomaly.alan"),
    ]
    assert [row["rank"] for row in rows] == ["1", "2", "3", "4"]
    assert rows[0]["video"] == "/footage/gate/a.mp4"
    assert float(rows[0]["parts.cls.appearance"]) == 0.5
    lost = next(row for row in rows if row["video_id"] == LOST)
    assert (lost["camera"], lost["start_time"]) == ("", "")


@pytest.mark.parametrize(
    ("option", "stdout"),
    [
        (None, ""),
        ("--csv", "rank,video,video_id,camera,start_s,end_s,start_time,score\n"),
    ],
)
def test_no_hits_are_said_on_stderr(retrace, option: str | None, stdout: str) -> None:
    result = retrace("fire", "--min-score", "0.99", *([option] if option else []))
    assert result.stderr == "no hits: nothing in the library satisfies the request\n"
    assert (result.stdout, result.exit_code) == (stdout, 0)


def test_no_hits_are_still_an_object(retrace) -> None:
    result = retrace("fire", "--min-anomaly", "0.95", "--json")
    answer = json.loads(result.stdout)
    assert (answer["hits"], answer["query"]["min_anomaly"]) == ([], {"alan": 0.95})


def test_a_sound_is_searched_in_both_ways(retrace, tmp_path: Path) -> None:
    bang = write_video(tmp_path / "bang.mp4", seconds=1, sound=True)
    answer = json.loads(retrace("--audio", bang, "--json").stdout)
    assert (answer["ranking"], answer["query"]["audio"]) == ("rank-fusion", "bang.mp4")
    assert set(answer["hits"][0]["parts"]) == {"rank.sound-to-video", "rank.sound-to-sound"}
    only = json.loads(retrace("--audio", bang, "--json", "--sound-mode", "sound-to-sound").stdout)
    assert [hit["score"] for hit in only["hits"]] == pytest.approx([1.0, 0.8, 0.6], abs=1e-6)


def test_a_sheet_is_written_beside_the_table(retrace, tmp_path: Path) -> None:
    path = tmp_path / "sheet.png"
    result = retrace("fire", "--limit", 3, "--sheet", path)
    assert len(result.stdout.splitlines()) == 4
    assert result.stderr == f"wrote {path}\n"
    with Image.open(path) as picture:
        assert picture.format == "PNG"


def test_a_picture_and_a_frame_are_searched(retrace, tmp_path: Path) -> None:
    picture, video = tmp_path / "still.png", write_video(tmp_path / "clip.mp4", seconds=1)
    Image.new("RGB", (64, 48)).save(picture)
    answer = json.loads(retrace("--image", picture, "--crop", "0,0,0.5,0.5", "--json").stdout)
    assert (answer["query"]["image"], answer["hits"][0]["score"]) == ("still.png", 1.0)
    assert answer["query"]["crop"] == [0, 0, 0.5, 0.5]
    frame = json.loads(retrace("--image", f"{video}@0:00.5", "--json").stdout)
    assert frame["query"]["image"] == "clip.mp4@00:00.5"


def test_a_mixed_query_shows_its_weights(retrace, tmp_path: Path) -> None:
    picture = tmp_path / "still.png"
    Image.new("RGB", (64, 48)).save(picture)
    words = ("fire", "--image", picture, "--weight", "text=2", "--weight", "image=0.5", "--json")
    answer = json.loads(retrace(*words).stdout)
    assert answer["query"]["weights"] == {"text": 2.0, "image": 0.5, "audio": 1.0}
    assert answer["hits"][0]["parts"] == {"rank.text": 2 / 61, "rank.image": 0.5 / 63}


def test_what_is_unwanted_is_a_part_of_the_score(retrace) -> None:
    answer = json.loads(retrace("fire", "--without", "a dog", "--json").stdout)
    assert answer["query"]["without"] == ["a dog"]
    assert answer["hits"][0]["parts"]["without.a dog"] < 0


def test_what_follows_stands_beside_the_first_moment(retrace) -> None:
    words = ("fire", "--then", "smoke", "--within", 5)
    answer = json.loads(retrace(*words, "--json").stdout)
    (hit,) = answer["hits"]
    assert (answer["ranking"], hit["start_s"], hit["then"]["start_s"]) == ("sequence", 0.0, 5.12)
    assert hit["then"]["gap_s"] == pytest.approx(-5.12)
    assert retrace(*words).stdout.endswith("1  00:05.1–00:15.4, at once\n")
    (row,) = csv.DictReader(retrace(*words, "--csv").stdout.splitlines())
    assert (row["then.video"], row["then.camera"]) == ("/footage/gate/a.mp4", "gate")
    assert retrace(*words, "--camera", "yard", "--limit", 1).exit_code == 0


def test_hits_no_better_than_chance_are_listed_on_demand(retrace, capsys) -> None:
    answer = json.loads(retrace("fire", "--json").stdout)
    answer["confident"] = False
    for hit in answer["hits"]:
        hit |= {"confidence": 0.4, "confident": False}
    response, tracks = SearchResponse.model_validate(answer), TrackStore("nowhere")
    show_answer(response, "table", partial(best_track, tracks), shows_all=False)
    printed = capsys.readouterr()
    assert printed.err == (
        "no confident match: 40% of queries that match nothing find as much in this library; "
        "--all lists the 4 nearest moments\n"
    )
    assert printed.out == ""
    show_answer(response, "csv", partial(best_track, tracks), shows_all=False)
    assert len(capsys.readouterr().out.splitlines()) == 5
    assert "chance" in [column.header for column in hits_table(response, {}).columns]


def test_what_is_no_sound_is_refused(retrace, tmp_path: Path) -> None:
    text, gone = tmp_path / "notes.wav", tmp_path / "gone.wav"
    text.write_text("not a sound")
    mute = write_video(tmp_path / "mute.mp4", seconds=1)
    not_media = f"{text} is not a media file that can be read"
    assert refused(retrace("--audio", text)).startswith(not_media)
    assert refused(retrace("--audio", gone)) == f"{gone} does not exist"
    assert refused(retrace("--audio", mute)).startswith(f"{mute} has no sound track")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], EMPTY),
        (["  "], EMPTY),
        (["x", "--alpha", "2"], "alpha = 2.0: input should be less than or equal to 1"),
        (["x", "--limit", "0"], "limit = 0: input should be greater than or equal to 1"),
        (
            ["x", "--crop", "0,0,1,1"],
            "a crop is a part of a picture, and none came: give an image, or no crop",
        ),
        (
            ["x", "--crop", "0,0,half,1"],
            "--crop '0,0,half,1': write left,top,right,bottom as shares, like 0.1,0.2,0.6,0.9",
        ),
        (
            ["x", "--weight", "text:2"],
            "--weight 'text:2': write text=W, image=W or audio=W, each once, like image=0.5",
        ),
        (["x", "--weight", "smell=2"], "weights.smell = 2.0: extra inputs are not permitted"),
        (
            ["x", "--then", "y", "--min-score", "0.5"],
            "a minimum score of 0.5 compares similarities, and a sequence is scored by two: search "
            "without a minimum score, or for one moment",
        ),
        (["--image", "gone.png"], "gone.png cannot be read: No such file or directory"),
        (["x", "--json", "--csv"], "--json and --csv exclude each other: choose one"),
        (["x", "--camera", "yrad"], "unknown camera 'yrad': known are yard, gate"),
        (["x", "--min-anomaly", "trace:0.5"], "unknown detector 'trace': known are alan"),
        (
            ["x", "--after", "noon"],
            "'noon' is not a date: write it like 2026-11-03, 2026-11-03T14:00 or "
            "2026-11-03T14:00+01:00",
        ),
        (
            ["x", "--after", "2026-11-02T00:00Z", "--before", "2026-11-01T00:00Z"],
            "nothing lies after 2026-11-02T00:00:00+00:00 and before 2026-11-01T00:00:00+00:00: "
            "give a later `before`",
        ),
        (
            ["x" * 400],
            "the text has 400 characters and at most 300 are read: say it shorter",
        ),
        (
            ["x", "--sheet", "sheet.jpg"],
            "sheet.jpg is to be a PNG picture: let its name end in .png",
        ),
    ],
)
def test_each_mistake_has_its_message(retrace, words: list[str], message: str) -> None:
    assert refused(retrace(*words)) == message


def test_libraries_that_are_missing_or_empty(retrace, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    assert refused(retrace("fire", "--library", gone)) == (
        f"no library at {gone}: make one with `retrace index FOLDER --library {gone}`"
    )
    empty = make_library(tmp_path / "empty", points=(), sources=(), videos=()).root
    assert refused(retrace("fire", "--library", empty)) == (
        f"the library {empty} is empty: index something first with "
        f"`retrace index FOLDER --library {empty}`"
    )


def test_a_library_of_another_profile_says_how_to_rebuild(retrace, monkeypatch) -> None:
    other = MANIFEST.model_copy(update={"digests": {"tiny": "1" * 64}})
    monkeypatch.setattr("encoders.registry.load_profile", lambda name: TinyProfile(other))
    message = refused(retrace("fire"))
    assert "other weights in tiny" in message
    assert message.endswith(
        "Index into a new folder: `retrace index --library NEW --profile tiny`."
    )


@pytest.mark.parametrize(
    ("texts", "floors"),
    [
        ([], {}),
        (["0.5"], {"alan": 0.5}),
        (["trace:-1.5", "0.25"], {"trace": -1.5, "alan": 0.25}),
    ],
)
def test_least_anomaly_is_for_alan_unless_said(texts: list[str], floors: dict) -> None:
    assert parse_min_anomaly(texts) == floors


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["high"], "--min-anomaly 'high': write a score, like 0.5, or DETECTOR:SCORE"),
        (["alan:"], "--min-anomaly 'alan:': write a score"),
        (["0.5", "alan:0.6"], "--min-anomaly names 'alan' twice"),
    ],
)
def test_other_least_anomalies_are_refused(texts: list[str], message: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_min_anomaly(texts)
    assert str(caught.value).startswith(message)


def test_curve_and_clip_load_no_model() -> None:
    code = "import sys, cli.curve, cli.clip, cli.search; print('torch' in sys.modules)"
    done = run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
