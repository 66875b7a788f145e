import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from search_api.access.audit import AuditLog
from search_api.access.opening import access_file
from search_api.access.roles import LOCAL
from tests.support.small_service import open_small_service


@pytest.fixture
def root(swift_path: Path) -> Path:
    return swift_path / "library"


@pytest.fixture
def client(root: Path) -> Iterator[TestClient]:
    with open_small_service(root) as opened:
        yield opened


def write(root: Path, num_rows: int) -> None:
    with AuditLog(access_file(root)) as log:
        for number in range(1, num_rows + 1):
            log.write(LOCAL, "query" if number % 2 else "view", f"row {number}")


def test_what_was_done_is_written_down(client: TestClient) -> None:
    sent = {"X-Request-ID": "mine-1"}
    client.post("/v1/cases", json={"name": "theft"}, headers=sent)
    client.post("/v1/search", json={"text": "fire"})
    rows = client.get("/v1/audit").json()["entries"]
    assert [(row["action"], row["key_name"], row["key_id"]) for row in rows] == [
        ("query", "local", None),
        ("case", "local", None),
    ]
    assert (rows[0]["what"], rows[0]["num_results"]) == ('{"text":"fire"}', 4)
    assert (rows[1]["what"], rows[1]["request_id"]) == ("case 1 'theft': opened", "mine-1")


def test_the_same_thing_seen_again_is_one_row(client: TestClient) -> None:
    for name in ("theft", "fire"):
        client.post("/v1/cases", json={"name": name})
    for case_id in (1, 1, 2, 1):
        client.get(f"/v1/cases/{case_id}")
    rows = client.get("/v1/audit", params={"action": "view"}).json()["entries"]
    assert [row["what"] for row in rows] == ["case 2", "case 1"]


def test_pages_go_on_where_the_one_before_ended(client: TestClient, root: Path) -> None:
    write(root, 5)
    seen: list[str] = []
    before: dict[str, int] = {}
    while True:
        page = client.get("/v1/audit", params={"limit": 2, **before}).json()
        seen += [row["what"] for row in page["entries"]]
        if page["next_before"] is None:
            break
        before = {"before": page["next_before"]}
    assert seen == [f"row {number}" for number in (5, 4, 3, 2, 1)]
    queries = client.get("/v1/audit", params={"action": "query"}).json()["entries"]
    assert [row["entry_id"] for row in queries] == [5, 3, 1]


def test_a_row_that_was_taken_out_is_noticed(client: TestClient, root: Path) -> None:
    assert client.get("/v1/audit/verification").json() == {
        "is_whole": True,
        "first_break": None,
        "num_entries": 0,
        "head": None,
    }
    write(root, 3)
    whole = client.get("/v1/audit/verification").json()
    assert (whole["is_whole"], whole["num_entries"], len(whole["head"])) == (True, 3, 64)
    with sqlite3.connect(access_file(root)) as rows:
        rows.execute("DELETE FROM audit WHERE entry_id = 2")
    broken = client.get("/v1/audit/verification").json()
    assert (broken["is_whole"], broken["first_break"]) == (False, 2)


@pytest.mark.parametrize(
    "params", [{"limit": 0}, {"limit": 1001}, {"before": 0}, {"action": "sing"}, {"after": 1}]
)
def test_what_cannot_be_asked(client: TestClient, params: dict[str, object]) -> None:
    answer = client.get("/v1/audit", params=params)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
