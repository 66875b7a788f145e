import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from segments.case_records import CaseFinding
from segments.cases import Cases, cases_locking, require_removable
from segments.errors import UserError
from segments.library import Library

GATE, YARD = "a" * 64, "b" * 64


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library.create(tmp_path / "library", "tiny")


@pytest.fixture
def cases(library: Library) -> Iterator[Cases]:
    with Cases(library) as opened:
        yield opened


def finding(video_id: str = GATE, start_s: float = 1.0) -> CaseFinding:
    return CaseFinding(
        video_id=video_id,
        start_s=start_s,
        end_s=start_s + 2.0,
        query={"text": "a fight", "alpha": 0.5},
        profile="tiny",
        ranking="similarity",
        score=0.75,
        parts={"cls": 0.5, "avg": 0.25},
        anomaly={"alan": 0.9},
        explanation={"detector": "trace", "anomalous": []},
        note="the one",
    )


def test_a_finding_comes_back_as_it_was_added(cases: Cases, library: Library) -> None:
    cases.create("theft")
    hit_id = cases.add("theft", finding())
    with Cases(library) as elsewhere:
        hit = elsewhere.find("theft").hit(hit_id)
    assert hit.model_dump(exclude={"hit_id", "added_at"}) == finding().model_dump()
    assert hit.added_at.utcoffset() is not None


def test_notes_stay_in_order(cases: Cases) -> None:
    cases.create("theft")
    cases.add_note("theft", " first ")
    cases.add_note("theft", "second")
    assert [note.text for note in cases.find("theft").notes] == ["first", "second"]
    for text in ("  ", "x" * 10_001):
        with pytest.raises(UserError, match="a note has 1 to 10000 characters"):
            cases.add_note("theft", text)


def test_hits_move_within_their_case(cases: Cases) -> None:
    cases.create("theft")
    cases.create("other")
    first, second, third = (cases.add("theft", finding(start_s=s)) for s in (1, 2, 3))
    elsewhere = cases.add("other", finding())
    cases.move("theft", third, 1)
    assert [hit.hit_id for hit in cases.find("theft").hits] == [third, first, second]
    cases.move("theft", third, 3)
    fourth = cases.add("theft", finding())
    assert [hit.hit_id for hit in cases.find("theft").hits] == [first, second, third, fourth]
    with pytest.raises(UserError, match="has places 1 to 4, not 5"):
        cases.move("theft", first, 5)
    with pytest.raises(UserError, match=f"no hit {elsewhere}; it has: {first}, {second}"):
        cases.move("theft", elsewhere, 1)


def test_the_number_of_a_removed_hit_is_not_given_again(cases: Cases) -> None:
    cases.create("theft")
    hit_id = cases.add("theft", finding())
    cases.remove("theft", hit_id)
    assert cases.find("theft").hits == ()
    assert cases.add("theft", finding()) == hit_id + 1


def test_names_are_unique(cases: Cases) -> None:
    assert cases.create(" theft ").name == "theft"
    cases.create("fire")
    with pytest.raises(UserError, match="there is a case 'theft' already"):
        cases.create("theft")
    with pytest.raises(UserError, match="there is a case 'theft' already"):
        cases.rename("fire", "theft")
    cases.rename("fire", "arson")
    assert [case.name for case in cases.all()] == ["arson", "theft"]
    with pytest.raises(UserError, match="no case 'fire' in the library; there are: arson, theft"):
        cases.find("fire")
    with pytest.raises(UserError, match="a case's name has 1 to 200 characters"):
        cases.create(" ")


def test_a_locked_case_keeps_its_hits_and_their_videos(cases: Cases, library: Library) -> None:
    cases.create("theft")
    cases.create("arson")
    hit_id = cases.add("theft", finding(GATE))
    cases.add("arson", finding(GATE))
    cases.lock("theft")
    cases.add("theft", finding(YARD))
    assert cases_locking(library, GATE) == cases_locking(library, YARD) == ["theft"]
    for change in (lambda: cases.remove("theft", hit_id), lambda: cases.delete("theft")):
        with pytest.raises(UserError, match="the case 'theft' is locked"):
            change()
    cases.lock("arson")
    with pytest.raises(UserError, match="locked by the case 'arson', 'theft'"):
        require_removable(library, GATE)
    cases.lock("theft", locked=False)
    assert cases_locking(library, GATE) == ["arson"]
    require_removable(library, YARD)


def test_deleting_a_case_takes_its_notes_and_hits_along(cases: Cases) -> None:
    cases.create("theft")
    cases.add("theft", finding())
    cases.add_note("theft", "a note")
    cases.delete("theft")
    again = cases.create("theft")
    assert (again.hits, again.notes) == ((), ())


def test_an_empty_span_is_refused(cases: Cases) -> None:
    cases.create("theft")
    with pytest.raises(UserError, match="a span from 2 to 2 s is empty"):
        cases.add("theft", CaseFinding(video_id=GATE, start_s=2, end_s=2))


def test_asking_for_locks_makes_no_file(library: Library) -> None:
    assert cases_locking(library, GATE) == []
    assert not library.cases_file.exists()


def test_a_case_is_not_looked_for_among_all_hits(library: Library) -> None:
    """Nor where the database was made without the index."""
    Cases(library).close()
    with closing(sqlite3.connect(library.cases_file)) as rows:
        rows.execute("DROP INDEX hits_of_case")
    with Cases(library), closing(sqlite3.connect(library.cases_file)) as rows:
        question = "EXPLAIN QUERY PLAN SELECT * FROM hits WHERE case_id = 1 ORDER BY position"
        (plan,) = [row[-1] for row in rows.execute(question)]
    assert plan == "SEARCH hits USING INDEX hits_of_case (case_id=?)"
