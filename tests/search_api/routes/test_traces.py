"""Sentences, places and rescoring over HTTP, on a library whose clips are sentences."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from indexer.rescoring import rescore
from search_api.access.roles import Role
from search_api.service.app import create_app
from search_api.service.settings import ServiceSettings
from segments.library import Library
from segments.store.lock import OwnerLock
from tests.support.service import LOOPBACK
from tests.support.small_library import GATE, LOST, YARD
from tests.support.small_service import make_key
from tests.support.waiting import wait_until
from tests.support.worded import ALIGHT, CLERK, GOAT, PUDDLE, WordProfile, make_worded_library

MARKET = "supermarket"
EATEN = {"text": GOAT, "context": MARKET, "kind": "animal"}


@pytest.fixture
def library(swift_path: Path) -> Library:
    return make_worded_library(swift_path / "library")


@pytest.fixture
def client(library: Library) -> Iterator[TestClient]:
    with serve(library) as found:
        yield found


def serve(library: Library, make_anew: Callable[..., Any] = rescore, **limits: Any) -> TestClient:
    app = create_app(
        ServiceSettings(library=library.root, **limits),
        load_profile=lambda name: WordProfile(),  # type: ignore[return-value]
        rescore=make_anew,
    )
    return TestClient(app, "http://127.0.0.1", client=LOOPBACK, raise_server_exceptions=False)


def ok(answer: Any) -> Any:
    assert answer.is_success, answer.text
    return answer.json()


def sentences(client: TestClient, **params: Any) -> dict[str, dict[str, Any]]:
    """Of the bank, by text."""
    bank = ok(client.get("/v1/traces", params=params))
    return {one["text"]: one for context in bank["contexts"] for one in context["sentences"]}


def places(client: TestClient, **sent: Any) -> dict[str | None, dict[str, Any]]:
    return {row["camera"]: row for row in ok(client.get("/v1/traces/places", **sent))["cameras"]}


def outdated(client: TestClient) -> dict[str | None, int]:
    return {camera: row["outdated"] for camera, row in places(client).items()}


def rescored(client: TestClient, camera: str | None = None) -> dict[str, Any]:
    assert client.post("/v1/traces/rescoring", json={"camera": camera}).status_code == 202
    wait_until(lambda: client.get("/v1/traces/rescoring").json()["state"] != "running")
    return ok(client.get("/v1/traces/rescoring"))


def test_the_bank_is_shown_by_context(client: TestClient) -> None:
    bank = ok(client.get("/v1/traces"))
    assert sum(len(context["sentences"]) for context in bank["contexts"]) == 1540
    assert bank["removed"] == []
    (market,) = ok(client.get("/v1/traces", params={"context": MARKET}))["contexts"]
    assert market["name"] == MARKET
    assert market["scenes"]
    alight = next(one for one in market["sentences"] if one["text"] == ALIGHT)
    assert (alight["kind"], alight["is_own"]) == ("arson", False)
    assert client.get("/v1/traces", params={"context": "moon"}).json()["code"] == "unanswerable"


def test_sentences_are_added_and_removed(client: TestClient) -> None:
    added = client.post("/v1/traces/sentences", json=EATEN)
    assert added.status_code == 201
    assert added.json() == {**EATEN, "trace_id": added.json()["trace_id"], "is_own": True}
    assert sentences(client)[GOAT] == added.json()
    again = client.post("/v1/traces/sentences", json={**EATEN, "kind": None})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert "anomalous in 'supermarket'" in again.json()["detail"]
    path = f"/v1/traces/sentences/{added.json()['trace_id']}"
    assert ok(client.delete(path)) == added.json()
    assert client.delete(path).status_code == 404
    assert GOAT not in sentences(client)
    log = ok(client.get("/v1/audit", params={"action": "trace"}))["entries"]
    assert [row["what"].split(":")[0] for row in log] == ["sentence removed", "sentence added"]


def test_a_sentence_that_comes_along_can_be_left_out_and_put_back(client: TestClient) -> None:
    clerk = sentences(client)[CLERK]
    ok(client.delete(f"/v1/traces/sentences/{clerk['trace_id']}"))
    assert CLERK not in sentences(client)
    assert ok(client.get("/v1/traces"))["removed"] == [clerk]
    kept = {name: clerk[name] for name in ("text", "context", "kind")}
    assert ok(client.post("/v1/traces/sentences", json=kept)) == clerk
    assert ok(client.get("/v1/traces"))["removed"] == []


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "theft"},
        {"context": "Hen House"},
        {"context": "removed"},
        {"text": " blank before"},
        {"text": "two\nlines"},
        {"text": "..."},
        {"text": "x" * 201},
        {"is_own": True},
    ],
)
def test_what_no_bank_may_hold_is_refused(client: TestClient, changed: dict[str, Any]) -> None:
    assert client.post("/v1/traces/sentences", json=EATEN | changed).status_code == 422
    assert GOAT not in sentences(client)


def test_a_trial_says_what_a_sentence_would_find(client: TestClient) -> None:
    found = ok(client.post("/v1/traces/trial", json={"text": GOAT, "limit": 2}))
    best, second = found["moments"]
    assert (best["video_id"], best["similarity"]) == (GATE, pytest.approx(1.0, abs=0.02))
    assert 5.12 <= best["start_s"] < best["end_s"] <= 10.24 + 1e-6
    assert (best["camera"], best["name"], best["percentile"]) == ("gate", "gate.mp4", 100.0)
    assert best["normal"]["similarity"] < 0.9
    assert second["similarity"] < 0.9
    assert sum(one["num_clips"] for one in found["beaten_normal"]) >= 8
    assert (found["num_videos"], found["num_clips"], found["footage_s"]) == (3, 72, 46.08)
    assert found["is_all"] is True


def test_a_trial_stays_within_what_is_named(client: TestClient) -> None:
    def tried(**order: Any) -> Any:
        return client.post("/v1/traces/trial", json={"text": PUDDLE, **order})

    assert {m["video_id"] for m in ok(tried(camera="yard"))["moments"]} == {YARD}
    assert {m["video_id"] for m in ok(tried(video_id=LOST))["moments"]} == {LOST}
    beside = ok(tried(camera="yard", contexts=["park"]))["moments"][0]
    assert (beside["normal"]["context"], beside["anomalous"]["context"]) == ("park", "park")
    assert tried(camera="roof").status_code == 404
    assert tried(video_id="0" * 64).status_code == 404
    assert "unknown context 'moon'" in tried(contexts=["moon"]).json()["detail"]


def test_a_trial_ends_at_the_services_limit(library: Library) -> None:
    with serve(library, max_tried_clips=30) as client:
        found = ok(client.post("/v1/traces/trial", json={"text": GOAT}))
    assert (found["num_videos"], found["num_clips"], found["is_all"]) == (2, 30, False)


def test_places_say_what_stands_for_a_camera(client: TestClient) -> None:
    before = places(client)
    assert list(before) == ["gate", "yard", None]
    assert before["gate"] == {
        "camera": "gate",
        "contexts": [],
        "because": "whole-bank",
        "chosen": None,
        "lost": [],
        "videos": 1,
        "seen": 1,
        "outdated": 1,
    }
    asked = {"camera": "gate", "contexts": [MARKET, "park", MARKET]}
    pinned = ok(client.put("/v1/traces/pins", json=asked))
    assert (pinned["contexts"], pinned["because"]) == ([MARKET, "park"], "pin")
    assert places(client)["gate"] == pinned
    freed = ok(client.delete("/v1/traces/pins", params={"camera": "gate"}))
    assert freed == before["gate"]
    assert client.put("/v1/traces/pins", json=asked | {"camera": "roof"}).status_code == 404
    refused = client.put("/v1/traces/pins", json=asked | {"contexts": ["moon"]})
    assert "unknown context 'moon'" in refused.json()["detail"]


def test_a_choice_is_shown_and_can_be_forgotten(client: TestClient, library: Library) -> None:
    from segments.camera_contexts import CameraContexts

    with CameraContexts(library) as kept:
        kept.choose("gate", {MARKET: 0.3}, footage_s=15.36)
        kept.choose("yard", {"park": 0.2}, footage_s=15.36)
    gate = places(client)["gate"]
    assert (gate["contexts"], gate["because"]) == ([MARKET], "footage")
    assert gate["chosen"]["similarities"] == {MARKET: 0.3}
    forgotten = ok(client.delete("/v1/traces/choices", params={"camera": "gate"}))
    assert (forgotten["because"], forgotten["chosen"]) == ("whole-bank", None)
    assert places(client)["yard"]["because"] == "footage"


def test_a_pin_on_what_is_no_longer_there_is_told(client: TestClient) -> None:
    added = ok(client.post("/v1/traces/sentences", json=EATEN | {"context": "stable"}))
    ok(client.put("/v1/traces/pins", json={"camera": "gate", "contexts": ["stable"]}))
    ok(client.delete(f"/v1/traces/sentences/{added['trace_id']}"))
    assert places(client)["gate"]["lost"] == ["stable"]
    failed = rescored(client)
    assert failed["state"] == "failed"
    assert "pinned to 'stable', which the bank has no longer" in failed["reason"]


def test_rescoring_brings_scores_up_to_date(client: TestClient) -> None:
    assert outdated(client) == {"gate": 1, "yard": 1, None: 1}
    first = rescored(client)
    assert (first["state"], first["changed"], first["done"], first["total"]) == ("done", 3, 3, 3)
    assert first["footage_s"] == 46.08
    assert outdated(client) == {"gate": 0, "yard": 0, None: 0}
    ok(client.put("/v1/traces/pins", json={"camera": "yard", "contexts": ["park"]}))
    assert outdated(client) == {"gate": 0, "yard": 1, None: 0}
    ok(client.post("/v1/traces/sentences", json=EATEN))
    assert outdated(client) == {"gate": 1, "yard": 1, None: 1}
    assert rescored(client, "gate")["total"] == 1
    assert outdated(client) == {"gate": 0, "yard": 1, None: 1}
    curve = ok(client.get(f"/v1/videos/{GATE}/curves/trace", params={"explain": True}))
    texts = [reason["text"] for one in curve["reasons"] for reason in one["anomalous"]]
    assert GOAT in texts
    ok(client.delete(f"/v1/traces/sentences/{sentences(client)[GOAT]['trace_id']}"))
    assert outdated(client) == {"gate": 1, "yard": 1, None: 0}


def test_rescoring_waits_for_whoever_indexes(client: TestClient, library: Library) -> None:
    lock = OwnerLock.acquire(library.indexer_lock_file)
    found = rescored(client)
    lock.release()
    assert (found["state"], found["reason"]) == (
        "failed",
        "footage is being indexed: rescore once that is done",
    )
    assert rescored(client)["state"] == "done"


def test_one_rescoring_at_a_time_which_can_be_stopped(library: Library) -> None:
    begun = threading.Event()

    def slow(*args: Any, stop: threading.Event, **named: Any) -> Any:
        begun.set()
        assert stop.wait(30)
        return rescore(*args, stop=stop, **named)

    with serve(library, slow) as client:
        assert ok(client.delete("/v1/traces/rescoring"))["state"] == "idle"
        assert ok(client.post("/v1/traces/rescoring", json={}))["state"] == "running"
        assert begun.wait(30)
        second = client.post("/v1/traces/rescoring", json={})
        assert (second.status_code, second.json()["code"]) == (409, "conflict")
        assert client.delete("/v1/traces/rescoring").status_code == 200
        wait_until(lambda: client.get("/v1/traces/rescoring").json()["state"] == "stopped")
    assert outdated_of(library) == 3


def outdated_of(library: Library) -> int:
    with serve(library) as client:
        return sum(outdated(client).values())


def test_a_key_of_a_camera_sees_and_changes_what_is_its_own(library: Library) -> None:
    gate = make_key(library.root, "gate", Role.INVESTIGATOR, cameras=["gate"])
    boss = make_key(library.root, "boss", Role.ADMIN)
    with serve(library) as client:
        ok(client.post("/v1/traces/sentences", json=EATEN, headers=boss))
        for camera, context in (("gate", "park"), ("yard", MARKET)):
            asked = {"camera": camera, "contexts": [context]}
            ok(client.put("/v1/traces/pins", json=asked, headers=boss))
        assert list(places(client, headers=gate)) == ["gate"]
        seen = client.get("/v1/traces", headers=gate)
        assert (GOAT in seen.text, ALIGHT in seen.text) == (False, True)
        tried = ok(client.post("/v1/traces/trial", json={"text": PUDDLE}, headers=gate))
        assert {moment["video_id"] for moment in tried["moments"]} == {GATE}
        foreign = {"camera": "yard", "contexts": ["park"]}
        assert client.put("/v1/traces/pins", json=foreign, headers=gate).status_code == 404
        everything = client.post("/v1/traces/rescoring", json={}, headers=gate)
        assert everything.json()["code"] == "unanswerable"
        for headers, camera in ((boss, "yard"), (gate, "gate")):
            asked = {"camera": camera}
            ok(client.post("/v1/traces/rescoring", json=asked, headers=headers))
            wait_until(lambda: _state(client, boss)["state"] != "running")
            assert _state(client, boss)["state"] == "done"
            told = _state(client, gate)
            assert (told["state"], told["camera"]) == (
                ("done", "gate") if camera == "gate" else ("idle", None)
            )
        ok(client.put("/v1/traces/pins", json=foreign | {"camera": "gate"}, headers=gate))


def _state(client: TestClient, headers: dict[str, str]) -> dict[str, Any]:
    return ok(client.get("/v1/traces/rescoring", headers=headers))
