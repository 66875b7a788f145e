"""The commands on a library whose clips are sentences: cosines are 1 or far from it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from detectors.trace import generation
from segments.camera_contexts import CameraContexts
from segments.levels import CLIP_S
from segments.library import Library
from segments.timed import TimedStore
from tests.support.small_library import GATE, LOST, YARD
from tests.support.worded import (
    ALIGHT,
    CLERK,
    GOAT,
    PUDDLE,
    WordProfile,
    make_worded_library,
    remember,
)


@pytest.fixture
def library(swift_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("RETRACE_LIBRARY", str(swift_path / "library"))
    monkeypatch.setattr("encoders.registry.load_profile", lambda name: WordProfile())
    return make_worded_library(swift_path / "library")


def retrace(*words: object):
    return CliRunner().invoke(app, ["traces", *(str(word) for word in words)])


def ok(*words: object) -> str:
    result = retrace(*words)
    assert result.exit_code == 0, result.output
    return result.stdout


def complaint(*words: object) -> str:
    result = retrace(*words)
    assert result.exit_code == 1, result.output
    return result.stderr


def test_list_filters_by_context_and_kind(tmp_path: Path) -> None:
    nowhere = tmp_path / "none"
    words = ("list", "--context", "supermarket", "--kind", "shoplifting", "--library", nowhere)
    found = json.loads(ok(*words, "--json"))
    assert [trace["text"] for trace in found] == [
        "a couple fills a pram with meat under the blanket",
        "a man tucks a bottle of spirits inside his jacket",
        "somebody eats from packages and hides the wrappers behind tins",
    ]
    assert {(t["context"], t["kind"], t["is_anomalous"]) for t in found} == {
        ("supermarket", "shoplifting", True)
    }
    assert "ef70e4b08daeb31f  supermarket  shoplifting  a couple" in ok(*words)
    assert len(json.loads(ok("list", "--json", "--library", nowhere))) == 1540
    assert "no context 'moon'" in complaint("list", "--context", "moon", "--library", nowhere)


@pytest.mark.usefixtures("library")
def test_sentences_are_added_and_removed() -> None:
    assert "added" in ok("add", GOAT, "--context", "supermarket", "--normal")
    ok("add", "a fox steals a hen", "--context", "hen house", "--anomalous", "--kind", "animal")
    mine = json.loads(ok("list", "--context", "hen house", "--json"))
    assert [(t["text"], t["kind"]) for t in mine] == [("a fox steals a hen", "animal")]
    assert "in the bank already" in complaint("add", GOAT, "--context", "park", "--normal")
    assert "removed 'a fox steals a hen'" in ok("remove", mine[0]["id"])
    ok("remove", ALIGHT)
    texts = [t["text"] for t in json.loads(ok("list", "--json"))]
    assert (GOAT in texts, ALIGHT in texts, "a fox steals a hen" in texts) == (True, False, False)
    assert "no sentence" in complaint("remove", ALIGHT)


@pytest.mark.usefixtures("library")
def test_add_wants_to_know_what_the_sentence_is() -> None:
    assert "--normal or --anomalous" in complaint("add", GOAT, "--context", "park")
    both = ("--normal", "--anomalous", "--kind", "animal")
    assert "--normal or --anomalous" in complaint("add", GOAT, "--context", "park", *both)
    assert "has a kind" in complaint("add", GOAT, "--context", "park", "--anomalous")
    assert "must be words of a-z" in complaint("add", GOAT, "--context", "The Park", "--normal")
    kind = retrace("add", GOAT, "--context", "park", "--anomalous", "--kind", "goat")
    assert kind.exit_code == 2


def test_contexts_are_pinned_shown_and_unpinned(library: Library) -> None:
    assert "gate    whole bank      not chosen yet" in ok("contexts")
    assert "gate is supermarket or pharmacy" in ok("pin", "gate", "supermarket", "pharmacy")
    assert "gate    supermarket, pharmacy  pin" in ok("contexts")
    facts = json.loads(ok("contexts", "--json"))
    assert facts["gate"] == {"pinned": ["supermarket", "pharmacy"], "chosen": None}
    assert "no video of a camera 'roof'; there are: gate, yard" in complaint("pin", "roof", "park")
    assert "no context 'moon'" in complaint("pin", "gate", "moon")
    ok("unpin", "gate")
    assert "nothing is pinned to 'gate'; pinned cameras: none" in complaint("unpin", "gate")
    with CameraContexts(library) as kept:
        assert kept.in_use("gate") == ()


def test_contexts_are_chosen_by_the_footage(library: Library) -> None:
    remember(
        library,
        YARD,
        (
            "long aisles of food shelves under bright lights",
            "a supermarket aisle with trolleys and freezers",
            "fruit and vegetable stands in a large store",
        ),
    )
    shown = ok("contexts", "--choose")
    yard = next(line for line in shown.splitlines() if line.startswith("yard"))
    assert yard.split()[1].strip(",") == "supermarket"
    assert "footage" in yard
    chosen = json.loads(ok("contexts", "--json"))["yard"]["chosen"]
    best, *others = chosen["similarities"].items()
    assert best == ("supermarket", pytest.approx(0.97, abs=0.03))
    assert all(value >= best[1] - 0.15 for _, value in others)
    assert chosen["footage_s"] == pytest.approx(15.36)
    with CameraContexts(library) as kept:
        kept.pin("yard", ["park"])
        assert (kept.in_use("yard"), kept.in_use(None)) == (("park",), ())
    assert "exclude each other" in complaint("contexts", "--choose", "--forget")
    assert "yard    park        pin  not chosen yet" in ok("contexts", "--forget")


@pytest.mark.usefixtures("library")
def test_a_sentence_is_tried_on_a_video() -> None:
    found = json.loads(ok("test", GOAT, "--video", "gate.mp4", "--json"))
    assert found["best"][0]["start_s"] == pytest.approx(8 * CLIP_S)
    assert found["best"][0]["similarity"] == pytest.approx(1.0, abs=0.01)
    assert found["best"][0]["percentile"] == 100
    assert len(found["similarities"]) == len(found["pts_s"]) == 24
    assert sum(one["num_clips"] for one in found["beaten_normal"]) == 8
    assert sum(one["num_clips"] for one in found["beaten_anomalous"]) == 8
    (beaten,) = found["beaten_normal"]
    # the nearest of the store is what the matrix product found to be the nearest
    assert found["nearest"]["normal"][0]["text"] == beaten["text"]
    shown = ok("test", GOAT, "--video", "gate.mp4", "--context", "supermarket")
    assert "00:05.1  0.994, nearer than 100 % of the bank's sentences there" in shown
    assert "as normal it would be the nearest in 8 of 24 clips" in shown
    assert "beside the sentences of supermarket" in shown
    assert shown.splitlines()[0].count("█") == 8


@pytest.mark.usefixtures("library")
def test_a_trial_is_beside_the_contexts_of_the_camera() -> None:
    ok("pin", "gate", "park", "playground")
    found = json.loads(ok("test", ALIGHT, "--video", "gate.mp4", "--json"))
    assert found["contexts"] == ["park", "playground"]
    assert found["best"][0]["start_s"] == pytest.approx(16 * CLIP_S)
    assert {one["context"] for one in found["beaten_normal"]} <= {"park", "playground"}
    assert "no context 'moon'" in complaint(
        "test", GOAT, "--video", "gate.mp4", "--context", "moon"
    )


def test_a_video_that_trace_has_not_seen(library: Library) -> None:
    TimedStore(library.tracks).delete(LOST)
    said = complaint("test", GOAT, "--video", "lost.mp4")
    assert "TRACE has not seen video cccccccccccc: run `retrace index --detectors trace`" in said


@pytest.mark.usefixtures("library")
def test_the_audit_finds_what_no_sentence_is_near_to() -> None:
    found = json.loads(ok("audit", "--json", "--limit", 4))
    assert (found["num_windows"], found["num_events"], len(found["windows"])) == (9, None, 4)
    (gap,) = found["gaps"]
    assert (gap["num_windows"], gap["videos"]) == (1, [GATE])
    assert gap["farthest"]["start_s"] == pytest.approx(8 * CLIP_S)
    assert gap["nearness"] < 0.9 < 0.99 < found["usual_nearness"]
    shown = retrace("audit")
    assert "of 9 windows, the least decided:" in shown.stderr
    assert "1 windows of 1 videos, such as gate.mp4 at 00:05.1" in shown.stdout


@pytest.mark.usefixtures("library")
def test_the_audit_of_labelled_events(tmp_path: Path) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("video,start_s,end_s\ngate.mp4,11,15\nyard.mp4,6,9\n")
    found = json.loads(ok("audit", "--labels", labels, "--json"))
    assert found["num_events"] == 2
    (missed,) = found["windows"]
    assert (missed["video"], missed["start_s"]) == (YARD, pytest.approx(8 * CLIP_S))
    assert missed["normal"][0]["text"] == PUDDLE
    assert missed["score"] == pytest.approx(missed["anomalous"][0]["similarity"] - 1, abs=0.02)
    shown = retrace("audit", "--labels", labels)
    assert "1 of 2 events are missed:" in shown.stderr
    assert PUDDLE in shown.stdout


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "has no events"),
        ("video,start_s\ngate.mp4,1\n", "line 2: video,start_s,end_s are needed"),
        ("video,start_s,end_s\ngate.mp4,1,2\ngate.mp4,1,late\n", "line 3: .*late"),
        ("video,start_s,end_s\ngate.mp4,9,2\n", "line 2: .*a span ends before it starts"),
        ("video,start_s,end_s\nroof.mp4,1,2\n", "no video 'roof.mp4'"),
        ("video,start_s,end_s\ngate.mp4,99,100\n", "no window of a+ overlaps 99-100 s"),
    ],
)
def test_labels_that_cannot_be_used(tmp_path: Path, content: str, message: str) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text(content)
    result = retrace("audit", "--labels", labels)
    assert result.exit_code == 1
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(result.stderr)


def test_generated_sentences_wait_for_their_review(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(endpoint: object, prompt: str) -> str:
        asked.append(f"{endpoint} {prompt}")
        return json.dumps({"normal": [GOAT, CLERK], "anomalous": []})

    monkeypatch.setattr(generation, "ask", ask)
    review = tmp_path / "review.yaml"
    server = ("--llm", "http://127.0.0.1:9/v1", "--model", "m", "-o", review)
    assert "no context stands for camera 'gate'" in complaint(
        "generate", *server, "--camera", "gate"
    )
    assert "name the place" in complaint("generate", *server, "--scene", "an orchard")
    both = ("--scene", "an orchard", "--camera", "gate")
    assert "exclude each other" in complaint("generate", *server, *both)
    ok("pin", "gate", "supermarket")
    result = retrace("generate", *server, "--camera", "gate", "--count", 2)
    assert f"dropped {CLERK!r}: the bank has it already" in result.stderr
    assert "1 sentences for 'supermarket' are in" in result.stdout
    assert "long aisles of food shelves under bright lights; a supermarket aisle" in asked[0]
    assert not library.own_traces.exists()
    assert "added 1 sentences to 'supermarket'" in ok("accept", review)
    assert GOAT in ok("list", "--context", "supermarket")


def test_without_a_library(tmp_path: Path) -> None:
    for words in (("contexts",), ("audit",), ("test", GOAT, "--video", "a"), ("remove", GOAT)):
        assert "no library at" in complaint(*words, "--library", tmp_path / "none")
