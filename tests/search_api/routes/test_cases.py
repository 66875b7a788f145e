"""GATE was seen by gate and by yard, YARD by yard, LOST by no camera that is known."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from search_api.access.roles import Role
from segments.cases import Cases
from segments.library import Library
from tests.support.small_library import GATE, LOST, YARD
from tests.support.small_service import Headers, make_key, open_small_service

CASES = "/v1/cases"


@pytest.fixture
def root(swift_path: Path) -> Path:
    return swift_path / "library"


@pytest.fixture
def client(root: Path) -> Iterator[TestClient]:
    with open_small_service(root) as opened:
        yield opened


def finding(video_id: str = GATE, **fields: Any) -> dict[str, Any]:
    return {"video_id": video_id, "start_s": 1.0, "end_s": 3.0, **fields}


def open_case(
    client: TestClient, name: str, *findings: dict[str, Any], headers: Headers | None = None
) -> int:
    made = client.post(CASES, json={"name": name}, headers=headers)
    assert made.status_code == 201
    case_id = made.json()["case_id"]
    if findings:
        url = f"{CASES}/{case_id}/hits"
        added = client.post(url, json={"findings": list(findings)}, headers=headers)
        assert added.status_code == 201
    return case_id


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_case_from_its_opening_to_its_end(client: TestClient, root: Path) -> None:
    case_id = open_case(client, " a/b ", finding(note="first"), finding(YARD, note="second"))
    url = f"{CASES}/{case_id}"
    noted = client.post(f"{url}/notes", json={"text": "seen twice"})
    assert noted.status_code == 201
    found = client.get(url).json()
    assert (found["name"], found["notes"][0]["text"]) == ("a/b", "seen twice")
    first, second = (hit["hit_id"] for hit in found["hits"])
    moved = client.put(f"{url}/hits/{second}", json={"place": 1}).json()
    assert [hit["note"] for hit in moved["hits"]] == ["second", "first"]
    assert client.patch(url, json={"name": "theft"}).json()["name"] == "theft"
    assert client.delete(f"{url}/hits/{first}").status_code == 204
    assert client.get(CASES).json()["cases"] == [
        {
            "case_id": case_id,
            "name": "theft",
            "created_at": found["created_at"],
            "is_locked": False,
            "num_hits": 1,
            "num_notes": 1,
        }
    ]
    with Cases(Library.open(root)) as cases:
        assert cases.find("theft").hits[0].video_id == YARD
    assert client.delete(url).status_code == 204
    assert client.get(CASES).json()["cases"] == []


def test_a_search_hit_is_kept_with_all_that_found_it(client: TestClient) -> None:
    answer = client.post("/v1/search", json={"text": "fire"}).json()
    hit = answer["hits"][0]
    kept = ("video_id", "start_s", "end_s", "score", "parts", "anomaly")
    found = {name: hit[name] for name in kept}
    found |= {"query": answer["query"], "profile": answer["profile"], "ranking": answer["ranking"]}
    case_id = open_case(client, "fire", found)
    stored = client.get(f"{CASES}/{case_id}").json()["hits"][0]
    assert {name: stored[name] for name in found} == found


def test_a_locked_case_keeps_what_it_has(client: TestClient) -> None:
    case_id = open_case(client, "theft", finding())
    url = f"{CASES}/{case_id}"
    hit_id = client.get(url).json()["hits"][0]["hit_id"]
    assert client.patch(url, json={"is_locked": True}).json()["is_locked"]
    assert problem(client.delete(url)) == (409, "conflict")
    assert problem(client.delete(f"{url}/hits/{hit_id}")) == (409, "conflict")
    assert problem(client.delete(f"/v1/videos/{GATE}")) == (409, "conflict")
    client.patch(url, json={"is_locked": False})
    assert client.delete(url).status_code == 204


def test_what_is_not_there_or_taken(client: TestClient) -> None:
    case_id = open_case(client, "theft", finding())
    open_case(client, "fire")
    url = f"{CASES}/{case_id}"
    assert problem(client.post(CASES, json={"name": "fire "})) == (409, "conflict")
    assert problem(client.patch(url, json={"name": "fire"})) == (409, "conflict")
    assert client.patch(url, json={"name": "theft "}).status_code == 200
    assert problem(client.get(f"{CASES}/99")) == (404, "not-found")
    assert problem(client.delete(f"{url}/hits/99")) == (404, "not-found")
    assert problem(client.put(f"{url}/hits/99", json={"place": 1})) == (404, "not-found")
    hit_id = client.get(url).json()["hits"][0]["hit_id"]
    assert problem(client.put(f"{url}/hits/{hit_id}", json={"place": 2})) == (422, "unanswerable")


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        (finding("f" * 64), 404),
        (finding(end_s=1.0), 422),
        (finding(end_s=100.0), 422),
        (finding(start_s=-1.0), 422),
        (finding(colour="red"), 422),
    ],
)
def test_one_wrong_finding_adds_none(
    client: TestClient, wrong: dict[str, Any], status: int
) -> None:
    case_id = open_case(client, "theft")
    answer = client.post(f"{CASES}/{case_id}/hits", json={"findings": [finding(), wrong]})
    assert answer.status_code == status
    assert client.get(f"{CASES}/{case_id}").json()["hits"] == []


@pytest.mark.parametrize("where", ["note", "query"])
def test_text_that_is_no_unicode_is_refused(client: TestClient, where: str) -> None:
    case_id = open_case(client, "theft")
    wrong = finding(**{where: {"text": "?"} if where == "query" else "?"})
    body = json.dumps({"findings": [wrong]}).replace("?", r"\ud800")
    answer = client.post(
        f"{CASES}/{case_id}/hits", content=body, headers={"Content-Type": "application/json"}
    )
    assert problem(answer) == (422, "invalid-request")


def test_an_id_is_never_given_twice(client: TestClient) -> None:
    first = open_case(client, "one")
    client.delete(f"{CASES}/{first}")
    assert open_case(client, "two") == first + 1


def test_a_scoped_key_has_the_cases_that_it_may_see_all_of(client: TestClient, root: Path) -> None:
    admin = make_key(root, "boss", Role.ADMIN)
    gate = make_key(root, "gate", Role.INVESTIGATOR, cameras=["gate"])
    cases = {
        name: open_case(client, name, *hits, headers=admin)
        for name, hits in {
            "empty": [],
            "gate": [finding(GATE)],
            "yard": [finding(YARD)],
            "both": [finding(GATE), finding(YARD)],
            "lost": [finding(LOST)],
            "asked of yard": [finding(GATE, query={"text": "x", "cameras": ["yard"]})],
        }.items()
    }
    listed = client.get(CASES, headers=gate).json()["cases"]
    assert {case["name"] for case in listed} == {"empty", "gate"}
    for name in ("yard", "both", "lost", "asked of yard"):
        _require_absent(client, cases[name], gate, like=99)
    added = [
        client.post(f"{CASES}/{cases['gate']}/hits", json={"findings": [f]}, headers=gate)
        for f in (finding(YARD), finding("f" * 64), finding(LOST))
    ]
    assert {(a.status_code, a.json()["detail"]) for a in added} == {(404, "there is no such video")}
    assert (
        client.post(
            f"{CASES}/{cases['empty']}/hits", json={"findings": [finding(GATE)]}, headers=gate
        ).status_code
        == 201
    )


def _require_absent(client: TestClient, case_id: int, headers: Headers, *, like: int) -> None:
    """Every way to a case ends as that to a case which does not exist."""
    requests: list[tuple[str, str, dict[str, Any] | None]] = [
        ("GET", "", None),
        ("PATCH", "", {"is_locked": False}),
        ("DELETE", "", None),
        ("POST", "/notes", {"text": "x"}),
        ("POST", "/hits", {"findings": [finding()]}),
        ("PUT", "/hits/1", {"place": 1}),
        ("DELETE", "/hits/1", None),
    ]
    for method, path, body in requests:
        hidden, absent = (
            client.request(method, f"{CASES}/{number}{path}", json=body, headers=headers)
            for number in (case_id, like)
        )
        assert problem(hidden) == (404, "not-found")
        assert _without_instance(hidden.json()) == _without_instance(absent.json())


def _without_instance(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "instance"}
