import sqlite3
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from search_api.access.audit import MAX_WHAT_CHARS, START, AuditLog
from search_api.access.roles import LOCAL, Principal, Role

GUARD = Principal("0123456789ab", "guard", Role.VIEWER)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "access.sqlite"


@pytest.fixture
def log(path: Path) -> Iterator[AuditLog]:
    with AuditLog(path) as opened:
        opened.write(LOCAL, "key", "made a key", request_id="r1")
        opened.write(GUARD, "query", "a fight", num_results=3, request_id="r2")
        opened.write(GUARD, "view", "video 1", request_id="r3")
        yield opened


def change(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as rows:
        rows.execute(statement)


def test_rows_come_back_the_newest_first(log: AuditLog) -> None:
    rows = log.entries(limit=2)
    assert [(row.entry_id, row.key_name, row.what) for row in rows] == [
        (3, "guard", "video 1"),
        (2, "guard", "a fight"),
    ]
    assert (rows[1].key_id, rows[1].num_results, rows[1].request_id) == ("0123456789ab", 3, "r2")
    assert [row.entry_id for row in log.entries(before=2, limit=9)] == [1]
    assert [row.entry_id for row in log.entries(limit=9, action="query")] == [2]
    assert log.entries(limit=9, action="deletion") == []


def test_a_log_as_it_was_written_has_no_break(log: AuditLog, tmp_path: Path) -> None:
    assert log.first_break() is None
    with AuditLog(tmp_path / "empty.sqlite") as empty:
        assert (empty.first_break(), empty.last()) == (None, None)


@pytest.mark.parametrize(
    ("statement", "first_break"),
    [
        ("UPDATE audit SET what = 'a dog' WHERE entry_id = 2", 2),
        ("UPDATE audit SET num_results = NULL WHERE entry_id = 2", 2),
        ("UPDATE audit SET digest = key_name WHERE entry_id = 3", 3),
        ("DELETE FROM audit WHERE entry_id = 1", 1),
        ("DELETE FROM audit WHERE entry_id = 2", 2),
        ("DELETE FROM audit WHERE entry_id = 3", 3),
        ("DELETE FROM audit", 1),
    ],
)
def test_an_altered_or_missing_row_is_named(
    log: AuditLog, path: Path, statement: str, first_break: int
) -> None:
    change(path, statement)
    assert log.first_break() == first_break


def test_each_row_stands_on_the_one_before(log: AuditLog, path: Path) -> None:
    change(path, "UPDATE audit SET entry_id = 9 WHERE entry_id = 1")
    change(path, "UPDATE audit SET entry_id = 1 WHERE entry_id = 2")
    change(path, "UPDATE audit SET entry_id = 2 WHERE entry_id = 9")
    assert log.first_break() == 1
    assert START == "0" * 64


def test_long_texts_are_cut_off(log: AuditLog) -> None:
    log.write(GUARD, "query", "x" * 5000)
    assert log.entries(limit=1)[0].what == "x" * MAX_WHAT_CHARS
    assert log.first_break() is None


def test_many_writers_make_one_chain(log: AuditLog, path: Path) -> None:
    def write() -> None:
        with AuditLog(path) as own:
            for number in range(20):
                own.write(GUARD, "query", str(number))

    threads = [Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    head = log.last()
    assert head is not None
    assert head.entry_id == 83
    assert log.first_break() is None
