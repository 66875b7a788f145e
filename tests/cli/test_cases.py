"""Cases on the command line, as an investigator goes through them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from segments.cases import Cases
from segments.library import Library
from tests.support.small_library import GATE, YARD, make_library

ANSWER = {
    "query": {"text": "a fight", "alpha": 0.5},
    "profile": "tiny",
    "level": "moment",
    "ranking": "similarity",
    "hits": [
        {
            "rank": rank,
            "video": "/footage/gate/a.mp4",
            "video_id": video_id,
            "camera": "gate",
            "start_s": 0.0,
            "end_s": 10.24,
            "start_time": None,
            "score": score,
            "parts": {"cls": score},
            "anomaly": {"alan": 0.9},
            "explanation": None,
        }
        for rank, (video_id, score) in enumerate([(GATE, 0.75), (YARD, 0.5)], start=1)
    ],
}


@pytest.fixture
def library(swift_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("RETRACE_LIBRARY", str(swift_path / "library"))
    return make_library(swift_path / "library", points=())


def retrace(*words: str, stdin: str | None = None):
    return CliRunner().invoke(app, ["case", *words], input=stdin)


def test_hits_of_a_search_come_with_what_found_them(library: Library) -> None:
    assert retrace("new", "theft").exit_code == 0
    added = retrace("add", "theft", "--hits", "-", "--note", "him", stdin=json.dumps(ANSWER))
    assert (added.exit_code, added.stderr) == (0, "added hits 1, 2 to 'theft'\n")
    shown = json.loads(retrace("show", "theft", "--json").stdout)
    first, second = shown["hits"]
    assert (first["video_id"], second["video_id"]) == (GATE, YARD)
    assert first["query"]["text"] == "a fight"
    assert (first["score"], first["parts"], first["note"]) == (0.75, {"cls": 0.75}, "him")
    assert (first["profile"], first["ranking"]) == ("tiny", "similarity")


def test_a_span_is_added_by_hand(library: Library) -> None:
    retrace("new", "theft")
    words = ("--video", "b.mp4", "--start", "0:02", "--end", "4.5", "--note", "the van")
    assert retrace("add", "theft", *words).exit_code == 0
    shown = retrace("show", "theft").stdout.splitlines()
    assert shown[0].startswith("theft: 1 hits, 0 notes, opened 20")
    assert shown[1] == "   1  /footage/yard/b.mp4  00:02.0–00:04.5  the van"
    late = retrace("add", "theft", "--video", "b.mp4", "--start", "2", "--end", "90")
    assert (late.exit_code, "lasts 15.360 s" in late.stderr) == (1, True)


def test_only_some_hits(library: Library) -> None:
    retrace("new", "theft")
    retrace("add", "theft", "--hits", "-", "--rank", "2", stdin=json.dumps(ANSWER))
    with Cases(library) as cases:
        assert [hit.video_id for hit in cases.find("theft").hits] == [YARD]
    none = retrace("add", "theft", "--hits", "-", "--rank", "3", stdin=json.dumps(ANSWER))
    assert (none.exit_code, none.stderr) == (1, "no hit of rank 3: the answer has 2 hits\n")


def test_order_notes_names_and_locks(library: Library) -> None:
    retrace("new", "theft")
    retrace("add", "theft", "--hits", "-", stdin=json.dumps(ANSWER))
    for words in (
        ("move", "theft", "2", "1"),
        ("note", "theft", "asked the guard"),
        ("lock", "theft"),
        ("rename", "theft", "van theft"),
    ):
        assert retrace(*words).exit_code == 0
    with Cases(library) as cases:
        case = cases.find("van theft")
    assert [hit.hit_id for hit in case.hits] == [2, 1]
    assert [note.text for note in case.notes] == ["asked the guard"]
    assert retrace("list").stdout.startswith("van theft: 2 hits, 1 notes, opened ")
    assert retrace("list").stdout.endswith(", locked\n")
    for words in (("remove", "van theft", "1"), ("delete", "van theft", "--yes")):
        refused = retrace(*words)
        assert (refused.exit_code, "is locked" in refused.stderr) == (1, True)
    assert retrace("unlock", "van theft").exit_code == 0
    assert retrace("remove", "van theft", "1").exit_code == 0
    assert retrace("delete", "van theft", stdin="n\n").exit_code == 1
    assert retrace("delete", "van theft", "--yes").exit_code == 0
    assert retrace("list").stdout == "no cases\n"


@pytest.mark.parametrize(
    ("words", "stdin", "message"),
    [
        (("--hits", "-"), "{}", "this is no answer of `retrace search --json`"),
        (("--hits", "-"), "no json", "this is no answer of `retrace search --json`"),
        (("--hits", "none.json"), None, "there is no file none.json"),
        ((), None, "give --hits FILE, or a span"),
        (("--video", "b.mp4"), None, "--video goes with --start and --end"),
        (("--hits", "-", "--video", "b.mp4"), "{}", "give --hits FILE, or a span"),
    ],
)
def test_what_cannot_be_added(
    library: Library, words: tuple[str, ...], stdin: str | None, message: str
) -> None:
    retrace("new", "theft")
    refused = retrace("add", "theft", *words, stdin=stdin)
    assert (refused.exit_code, message in refused.stderr) == (1, True), refused.stderr
    with Cases(library) as cases:
        assert cases.find("theft").hits == ()


def test_a_hit_of_another_library_is_refused(library: Library) -> None:
    retrace("new", "theft")
    other = json.dumps(ANSWER).replace(YARD, "f" * 64)
    refused = retrace("add", "theft", "--hits", "-", stdin=other)
    assert refused.stderr == "video ffffffffffff is not in this library\n"
    with Cases(library) as cases:
        assert cases.find("theft").hits == ()
