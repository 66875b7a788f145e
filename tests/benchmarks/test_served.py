"""The small library's table says what each search finds: fire is in GATE, then YARD and LOST."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from benchmarks import served
from benchmarks.records import RunRecord
from benchmarks.served import ask, int8_copy, open_served, rank_videos, served_ranks
from benchmarks.served_report import library_table, read_queries, run_library
from cli.main import app
from segments.catalog import Catalog, SourceRecord
from segments.errors import LibraryError, UserError
from segments.library import Library
from segments.store.edge import EdgeStore
from segments.vectors import DualQuery
from tests.support.points import make_manifest, make_points, make_unit
from tests.support.small_library import LOST, TinyProfile, make_library, video

QUERIES = [("a fire", "a.mp4"), ("a fire", "b"), ("a fire", "/footage/c.mp4")]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return make_library(tmp_path / "library").root


def ranks(library: Path, **options) -> list[float]:
    return served_ranks(library, QUERIES, profile=TinyProfile(), **options).tolist()


def test_a_video_is_as_good_as_its_best_segment_and_ties_share_places(library: Path):
    # GATE .8 by GATE_0 whatever GATE_1 says; YARD and LOST .6 each
    assert ranks(library) == [0.0, 1.5, 1.5]


def test_videos_that_are_not_found_share_the_places_that_are_left(library: Path):
    assert ranks(library, top_k=1) == [0.0, 1.5, 1.5]
    # one of the two with .6 is found, by id; the other is alone in last place
    assert sorted(ranks(library, top_k=2)) == [0.0, 1.0, 2.0]


def test_other_levels_do_not_speak(library: Path):
    # GATE is the only video with a scene of its own
    assert ranks(library, level="scene") == [0.0, 1.5, 1.5]
    assert ranks(library, level="scene", exact=False, top_k=10) == [0.0, 1.5, 1.5]


def test_a_store_without_an_approximate_index_searches_exactly(library: Path):
    assert ranks(library, exact=False, top_k=10) == ranks(library)


def test_an_approximate_search_has_an_end(library: Path):
    with pytest.raises(ValueError, match="top_k"):
        ranks(library, exact=False)


def test_videos_are_found_by_name_path_or_id(library: Path):
    by_id = [("fire", LOST), ("fire", "copy of a"), ("fire", LOST[:12])]
    assert served_ranks(library, by_id, profile=TinyProfile()).tolist() == [1.5, 0.0, 1.5]
    with pytest.raises(UserError, match="no video 'other'"):
        served_ranks(library, [("fire", "other")], profile=TinyProfile())


def test_a_name_of_two_videos_is_refused(library: Path):
    with Catalog(Library.open(library)) as catalog:
        catalog.add_source(SourceRecord(video_id=LOST, path="/footage/hall/b.mp4"))
    with pytest.raises(UserError, match="'b' is the name of 2 videos"):
        ranks(library)


def test_an_empty_library_is_refused(tmp_path: Path):
    root = make_library(tmp_path / "empty", points=(), sources=(), videos=()).root
    with pytest.raises(LibraryError, match="is empty"):
        ranks(root)


def write_queries(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(["file,text", *lines]) + "\n")
    return path


def run(library: Path, queries: Path, monkeypatch, **options) -> RunRecord:
    monkeypatch.setattr(served, "load_profile", lambda name: TinyProfile())
    return run_library(library, queries, **options)


def test_what_approximate_search_loses_is_a_number(library: Path, tmp_path: Path, monkeypatch):
    search = EdgeStore.search

    def forgetful(self, vector_name, query, *, exact=True, **options):
        found = search(self, vector_name, query, exact=exact, **options)
        return found if exact else [m for m in found if m.point.payload.video_id == LOST]

    monkeypatch.setattr(EdgeStore, "search", forgetful)
    queries = write_queries(tmp_path / "queries.csv", "a,a fire", "c,a fire")
    record = run(library, queries, monkeypatch, top_k=10)
    exact, top, approximate = record.scores["searches"].values()
    # exactly: a 0, c 1.5; with LOST alone: c 0, and a shares 1 and 2
    assert (exact["ranks"], approximate["ranks"]) == ([0.0, 1.5], [1.5, 0.0])
    assert (top["num_moved"], approximate["num_moved"]) == (0, 2)
    assert (exact["r1"], approximate["r1"], approximate["r5"]) == (50.0, 50.0, 100.0)
    only_a = write_queries(tmp_path / "only.csv", "a,a fire")
    table = library_table(run(library, only_a, monkeypatch, top_k=10))
    assert "| exact, every video | 100.0 (+0.0) | 100.0 (+0.0) | 100.0 (+0.0) | 1.0 | 0 |" in table
    assert "| as served, top 10 | 0.0 (-100.0) | 100.0 (+0.0) | 100.0 (+0.0) | 2.5 | 1 |" in table


def test_the_record_says_that_small_stores_are_exact(library: Path, tmp_path: Path, monkeypatch):
    queries = write_queries(tmp_path / "queries.csv", "a,a fire")
    record = run(library, queries, monkeypatch, int8=True)
    assert record.scores["num_points"] == 5
    assert "none below 50,000" in library_table(record)
    assert "under the 1,000 KB that earn an int8 index" in library_table(record)
    assert list(record.timings_s) == [
        "exact, every video",
        "exact, top 100",
        "as served, top 100",
        "int8 index, top 100",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no queries"),
        ("file,text\n", "no queries"),
        ("video,text\na,b\n", "query 1 needs a `file`"),
        ("file,text\na,fire\nb,\n", "query 2 needs"),
    ],
)
def test_queries_that_cannot_be_asked_are_refused(tmp_path: Path, content: str, message: str):
    path = tmp_path / "queries.csv"
    path.write_text(content)
    with pytest.raises(UserError, match=message):
        read_queries(path)
    with pytest.raises(UserError, match="cannot be read"):
        read_queries(tmp_path / "nothing.csv")


def test_the_command_prints_the_table_and_writes_the_record(
    library: Path, tmp_path: Path, monkeypatch
):
    monkeypatch.setattr(served, "load_profile", lambda name: TinyProfile())
    queries = write_queries(tmp_path / "queries.csv", "a,a fire", 'c,"smoke, then fire"')
    words = ["bench", "library", "--library", library, "--queries", queries, "-o", tmp_path / "r"]
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    assert "| exact, every video | 50.0 (+0.0) | 100.0 (+0.0) |" in result.stdout
    assert RunRecord.model_validate_json((tmp_path / "r").read_bytes()).task == "library"


class RandomProfile:
    """Sentences are random directions, each its own."""

    manifest = make_manifest(alan_dim=1024)

    def encode_text(self, text: str) -> DualQuery:
        rng = np.random.default_rng(list(text.encode()))
        g, h = make_unit(rng, 512)[None], make_unit(rng, 512)[None]
        whole = np.ones(1, np.float32)
        return DualQuery(g, h, whole, whole)


def test_an_int8_index_ranks_nearly_as_exact_search(tmp_path: Path):
    points = make_points(400, videos=50, dims={"alan": 1024, "audio": 8})
    numbers = {video_id: i for i, video_id in enumerate({p.payload.video_id for p in points})}
    library = make_library(
        tmp_path / "library",
        points=points,
        manifest=RandomProfile.manifest,
        videos=[video(video_id) for video_id in numbers],
        sources=[SourceRecord(video_id=v, path=f"/{number}.mp4") for v, number in numbers.items()],
    )
    queries = [(f"sentence {i}", str(i)) for i in range(50)]
    with open_served(library, RandomProfile()) as (store, profile):
        asked = ask(library, profile, queries, "moment")
        unindexed = rank_videos(store, asked, exact=False, top_k=100)
        with int8_copy(library, store) as copy:
            assert copy.count() == 400
            assert copy._shard.info().indexed_vectors_count >= 400
            indexed = rank_videos(copy, asked, exact=False, top_k=100)
    assert len(set(unindexed)) > 20
    assert np.abs(indexed - unindexed).mean() < 0.5
