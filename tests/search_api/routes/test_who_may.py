"""Every route, every role, and a key that sees the camera gate only.

A route that does not stand in `ROUTES` fails. The library holds two videos of gate and one of yard.
"""

import io
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.routing import iter_route_contexts
from PIL import Image
from starlette.testclient import TestClient

from search_api.access.principal import Require, RequireSignedOrKey
from search_api.access.roles import Role
from segments.catalog import Catalog
from segments.library import Library
from segments.scores import AnomalyTrack
from segments.tracks import TrackStore
from tests.support.service import open_service
from tests.support.small_library import GATE, make_library
from tests.support.small_service import Headers, make_key, open_small_service
from tests.support.tiny_footage import write_video
from tests.support.waiting import wait_until

Ids = Mapping[str, str]
DEADLINE_S = 120.0
SPAN = {"start_s": 1.0, "end_s": 3.0}
VIEWER, INVESTIGATOR, ADMIN = Role


@dataclass(frozen=True)
class Rule:
    """Who may ask a route, and an asking; "$name" in it stands for one of the ids."""

    role: Role | None
    """None: anybody, without a key."""
    names: bool = False
    """Whether the asking names something of a camera's, or another key's."""
    params: Mapping[str, Any] | None = None
    json: Mapping[str, Any] | None = None
    content: bytes | None = None
    is_signed: bool = False
    """Whether a signed address opens it."""
    refused: int = 404
    """Status where what is named is not there."""
    asks_itself: bool = False
    """Whether the role is required within the route, in place of by a dependency."""
    counts_all: bool = False
    """Whether a key of some cameras may not ask it at all."""


def media(**params: Any) -> Rule:
    return Rule(VIEWER, names=True, is_signed=True, params=params)


def about_case(json: Mapping[str, Any] | None = None) -> Rule:
    return Rule(INVESTIGATOR, names=True, json=json)


def about_camera(**asked: Mapping[str, Any]) -> Rule:
    return Rule(INVESTIGATOR, names=True, params=asked.get("params"), json=asked.get("json"))


VIDEO, CASE = "/v1/videos/{video_id}", "/v1/cases/{case_id}"
EXPORT = "/v1/evidence/exports/{export_id}"
JOB, FOOTAGE = "/v1/jobs/{job_id}", "/v1/footage/{footage_id}"
ROUTES: dict[str, Rule] = {
    "GET /openapi.json": Rule(None),
    "HEAD /openapi.json": Rule(None),
    "GET /docs": Rule(None),
    "GET /healthz": Rule(None),
    "GET /readyz": Rule(None),
    "GET /metrics": Rule(VIEWER, counts_all=True),
    "POST /v1/search": Rule(
        VIEWER,
        names=True,
        refused=422,
        asks_itself=True,
        json={"text": "a person", "cameras": ["$camera"]},
    ),
    "GET /v1/library": Rule(VIEWER),
    "GET /v1/library/disk": Rule(VIEWER, counts_all=True),
    "POST /v1/uploads": Rule(VIEWER, content=b"no picture"),
    "DELETE /v1/uploads/{upload_id}": Rule(VIEWER, names=True),
    "GET /v1/me": Rule(VIEWER),
    "GET /v1/keys": Rule(ADMIN),
    "POST /v1/keys": Rule(ADMIN, json={"name": "another"}),
    "DELETE /v1/keys/{key_id}": Rule(ADMIN),
    "POST /v1/signed-urls": Rule(VIEWER, json={"urls": ["/v1/videos/x/media"]}),
    "GET /v1/audit": Rule(ADMIN),
    "GET /v1/audit/verification": Rule(ADMIN),
    "GET /v1/cases": Rule(INVESTIGATOR),
    "POST /v1/cases": Rule(INVESTIGATOR, json={"name": "a case of its own"}),
    f"GET {CASE}": about_case(),
    f"PATCH {CASE}": about_case({"is_locked": False}),
    f"DELETE {CASE}": about_case(),
    f"POST {CASE}/notes": about_case({"text": "noted"}),
    f"POST {CASE}/hits": about_case({"findings": [{"video_id": "$video_id", **SPAN}]}),
    f"PUT {CASE}/hits/{{hit_id}}": about_case({"place": 1}),
    f"DELETE {CASE}/hits/{{hit_id}}": about_case(),
    "GET /v1/evidence/key": Rule(INVESTIGATOR),
    "POST /v1/evidence/exports": about_case({"span": {"video_id": "$video_id", **SPAN}}),
    f"GET {EXPORT}": about_case(),
    f"DELETE {EXPORT}": about_case(),
    f"GET {EXPORT}/bundle": Rule(INVESTIGATOR, names=True, is_signed=True),
    "POST /v1/evidence/verification": Rule(VIEWER, content=b"no bundle"),
    "POST /v1/footage": Rule(INVESTIGATOR, params={"name": "x.mp4"}, content=b"no footage"),
    f"DELETE {FOOTAGE}": Rule(INVESTIGATOR, names=True),
    "GET /v1/jobs": Rule(INVESTIGATOR),
    "POST /v1/jobs": Rule(
        INVESTIGATOR, names=True, json={"footage": ["$footage_id"], "camera": "gate"}
    ),
    f"GET {JOB}": Rule(INVESTIGATOR, names=True),
    f"GET {JOB}/files": Rule(INVESTIGATOR, names=True),
    f"GET {JOB}/events": Rule(INVESTIGATOR, names=True, is_signed=True),
    f"POST {JOB}/cancel": Rule(INVESTIGATOR, names=True),
    f"POST {JOB}/retry": Rule(INVESTIGATOR, names=True),
    "GET /v1/traces": Rule(VIEWER, params={"context": "bank hall"}),
    "POST /v1/traces/sentences": Rule(
        ADMIN, json={"text": "a cow in the hall", "context": "bank hall", "kind": "animal"}
    ),
    "DELETE /v1/traces/sentences/{trace_id}": Rule(ADMIN),
    "POST /v1/traces/trial": Rule(
        VIEWER, names=True, json={"text": "a cow", "video_id": "$video_id"}
    ),
    "GET /v1/traces/places": Rule(VIEWER),
    "PUT /v1/traces/pins": about_camera(json={"camera": "$camera", "contexts": ["bank hall"]}),
    "DELETE /v1/traces/pins": about_camera(params={"camera": "$camera"}),
    "DELETE /v1/traces/choices": about_camera(params={"camera": "$camera"}),
    "GET /v1/traces/rescoring": Rule(VIEWER),
    "POST /v1/traces/rescoring": about_camera(json={"camera": "$camera"}),
    "DELETE /v1/traces/rescoring": Rule(INVESTIGATOR),
    "GET /v1/videos": Rule(VIEWER),
    f"GET {VIDEO}": Rule(VIEWER, names=True),
    f"DELETE {VIDEO}": Rule(ADMIN, names=True),
    f"GET {VIDEO}/curves/{{detector}}": Rule(VIEWER, names=True),
    f"GET {VIDEO}/media": media(),
    f"HEAD {VIDEO}/media": media(),
    f"GET {VIDEO}/clip": media(**SPAN),
    f"HEAD {VIDEO}/clip": media(**SPAN),
    f"GET {VIDEO}/frame": media(at_s=1.0),
    f"GET {VIDEO}/thumbnail": media(),
    f"GET {VIDEO}/storyboard": media(count=2),
}
SCOPED = [name for name, rule in ROUTES.items() if rule.names and rule.role is not ADMIN]
READ = [name for name in SCOPED if name.split()[0] in ("GET", "HEAD") and "bundle" not in name]
ABSENT = {
    "video_id": "f" * 64,
    "case_id": "999",
    "hit_id": "1",
    "export_id": "e" * 32,
    "upload_id": "d" * 32,
    "footage_id": "b" * 32,
    "job_id": "a" * 32,
    "key_id": "c" * 12,
    "trace_id": "f" * 16,
    "camera": "attic",
    "detector": "alan",
}


@dataclass(frozen=True)
class Place:
    """A running service with keys, and what belongs to each camera."""

    client: TestClient
    keys: Mapping[str, Headers]
    gate: Ids
    yard: Ids

    def ask(self, route: str, ids: Ids, headers: Headers | None = None) -> Any:
        """Asks a route by its rule."""
        rule, (method, path) = ROUTES[route], route.split()
        return self.client.request(
            method,
            path.format_map(ids),
            params=fill(rule.params, ids),
            json=fill(rule.json, ids),
            content=rule.content,
            headers=headers,
        )


def fill(value: Any, ids: Ids) -> Any:
    """The value, with each "$name" replaced."""
    match value:
        case str() if value.startswith("$"):
            return ids[value[1:]]
        case Mapping():
            return {name: fill(part, ids) for name, part in value.items()}
        case list():
            return [fill(part, ids) for part in value]
        case _:
            return value


@pytest.fixture(scope="module")
def place(indexed_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("who")
    root = Path(shutil.copytree(indexed_library, folder / "library"))
    keys = {
        "viewer": make_key(root, "viewer", VIEWER),
        "investigator": make_key(root, "investigator", INVESTIGATOR),
        "admin": make_key(root, "admin", ADMIN),
        "gate": make_key(root, "gate", INVESTIGATOR, cameras=["gate"]),
        "attic": make_key(root, "attic", INVESTIGATOR, cameras=["attic"]),
    }
    limits = {"request_burst": 100_000, "failures_per_minute": 100_000}
    recording = write_video(folder / "sent.mp4", seconds=2).read_bytes()
    with open_service(root, evidence_key=folder / "key.pem", **limits) as client:
        with Catalog(Library.open(root)) as catalog:
            videos = {camera: catalog.videos(camera=camera) for camera in ("gate", "yard")}
        yield Place(
            client,
            keys,
            gate=make_ids(client, "gate", videos["gate"][0].video_id, keys["gate"], recording),
            yard=make_ids(
                client, "yard", videos["yard"][0].video_id, keys["investigator"], recording
            ),
        )


def make_ids(
    client: TestClient, camera: str, video_id: str, headers: Headers, recording: bytes
) -> Ids:
    """A case, an export, an upload, footage and a job of a camera's, made by the key."""

    def post(path: str, **sent: Any) -> Any:
        kind = {"Content-Type": "application/octet-stream"} if "content" in sent else {}
        answer = client.post(path, headers={**headers, **kind}, **sent)
        assert answer.is_success, answer.text
        return answer.json()

    case_id = post("/v1/cases", json={"name": f"seen at the {camera}"})["case_id"]
    finding = {"video_id": video_id, **SPAN}
    hits = post(f"/v1/cases/{case_id}/hits", json={"findings": [finding, finding]})["hit_ids"]
    export_id = post("/v1/evidence/exports", json={"case_id": case_id})["export_id"]
    wait(lambda: client.get(f"/v1/evidence/exports/{export_id}", headers=headers).json())
    footage_id = post(f"/v1/footage?name={camera}.mp4", content=recording)["footage_id"]
    job_id = post("/v1/jobs", json={"footage": [footage_id], "camera": camera})["job_id"]
    wait_until(lambda: client.get(f"/v1/jobs/{job_id}", headers=headers).json()["ended_at"])
    return {
        **ABSENT,
        "video_id": video_id,
        "camera": camera,
        "case_id": str(case_id),
        "hit_id": str(hits[0]),
        "export_id": export_id,
        "footage_id": footage_id,
        "job_id": job_id,
        "upload_id": post("/v1/uploads", content=picture())["upload_id"],
    }


def wait(state: Callable[[], Any]) -> None:
    until = time.monotonic() + DEADLINE_S
    while (found := state())["state"] != "done":
        assert found["state"] != "failed", found
        assert time.monotonic() < until, found
        time.sleep(0.05)


def picture() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (32, 32), "red").save(content, "PNG")
    return content.getvalue()


def body(answer: Any, ids: Ids) -> str:
    """What was answered, but for the request's own id and for what was asked by."""
    text = answer.text.split('"instance"')[0]
    for name, value in ids.items():
        if len(value) > 3:
            text = text.replace(value, f"${name}")
    return text


def required(dependant: Any) -> list[Require]:
    """What a route's dependencies require, at any depth."""
    found = [dependant.call] if isinstance(dependant.call, Require) else []
    return found + [each for part in dependant.dependencies for each in required(part)]


def test_every_route_has_a_rule_and_requires_its_role(place: Place) -> None:
    found: dict[str, tuple[set[Role], bool]] = {}
    for route in iter_route_contexts(place.client.app.routes):  # type: ignore[attr-defined]
        dependant = getattr(route, "dependant", None)
        requires = required(dependant) if dependant else []
        is_signed = any(isinstance(each, RequireSignedOrKey) for each in requires)
        for method in route.methods or ():
            found[f"{method} {route.path}"] = ({each.role for each in requires}, is_signed)
    assert found == {
        name: ({rule.role} if rule.role and not rule.asks_itself else set(), rule.is_signed)
        for name, rule in ROUTES.items()
    }


@pytest.mark.parametrize("route", ROUTES)
def test_a_key_is_needed_and_its_role(place: Place, route: str) -> None:
    rule = ROUTES[route]
    wrong = {"Authorization": f"{place.keys['admin']['Authorization'][:-1]}!"}
    without = [place.ask(route, ABSENT), place.ask(route, ABSENT, wrong)]
    if rule.role is None:
        assert [answer.status_code for answer in without] == [200, 200]
        return
    assert [answer.status_code for answer in without] == [401, 401]
    for role in Role:
        status = place.ask(route, ABSENT, place.keys[role]).status_code
        assert (status in (401, 403)) == (not role.covers(rule.role)), (role, status)
        if not role.covers(rule.role):
            assert status == 403


@pytest.mark.parametrize("route", SCOPED)
def test_what_another_camera_saw_is_as_what_is_not_there(place: Place, route: str) -> None:
    hidden = place.ask(route, place.yard, place.keys["gate"])
    absent = place.ask(route, ABSENT, place.keys["gate"])
    assert hidden.status_code == absent.status_code == ROUTES[route].refused
    assert body(hidden, place.yard) == body(absent, ABSENT)


@pytest.mark.parametrize("route", READ)
def test_what_it_may_see_is_there(place: Place, route: str) -> None:
    own = place.ask(route, place.gate, place.keys["gate"])
    others = place.ask(route, place.yard, place.keys["investigator"])
    assert [own.status_code, others.status_code] == [200, 200]


@pytest.mark.parametrize("route", [name for name, rule in ROUTES.items() if rule.is_signed])
def test_a_signed_address_shows_what_its_key_may_see(place: Place, route: str) -> None:
    method, path = route.split()
    query = "&".join(f"{name}={value}" for name, value in (ROUTES[route].params or {}).items())
    urls = [f"{path.format_map(ids)}?{query}" for ids in (place.yard, ABSENT, place.gate)]
    asked = place.client.post(
        "/v1/signed-urls", json={"urls": urls}, headers=place.keys["gate"]
    ).json()
    statuses = [
        place.client.request(method, address["url"]).status_code for address in asked["urls"]
    ]
    assert statuses == [404, 404, 200]
    assert [place.client.request(method, url).status_code for url in urls] == [401] * 3


@pytest.mark.parametrize(
    "route",
    [
        name
        for name, rule in ROUTES.items()
        if rule.role in (VIEWER, INVESTIGATOR) and not rule.names
    ],
)
def test_lists_and_totals_say_nothing_of_other_cameras(place: Place, route: str) -> None:
    answer = place.ask(route, place.gate, place.keys["gate"])
    if ROUTES[route].counts_all:
        assert answer.status_code == 403
    for mark in ("yard", place.yard["video_id"], place.yard["export_id"]):
        assert mark not in answer.text
    if route in ("GET /v1/library", "GET /v1/videos", "GET /v1/cases", "GET /v1/traces/places"):
        assert "gate" in answer.text


def test_a_search_finds_nothing_elsewhere(place: Place) -> None:
    asked = {"text": "a person", "limit": 50}
    found = {
        name: place.client.post("/v1/search", json=asked, headers=place.keys[name])
        for name in ("gate", "investigator", "attic")
    }
    hits = {name: answer.json().get("hits", []) for name, answer in found.items()}
    assert {hit["camera"] for hit in hits["investigator"]} == {"gate", "yard"}
    assert {hit["camera"] for hit in hits["gate"]} == {"gate"}
    assert "yard" not in found["gate"].text
    assert hits["attic"] == []
    assert "gate" not in found["attic"].text


def test_a_case_takes_nothing_of_another_camera(place: Place) -> None:
    url = f"/v1/cases/{place.gate['case_id']}/hits"
    before = place.client.get(url.removesuffix("/hits"), headers=place.keys["gate"]).json()
    for video_id in (place.yard["video_id"], ABSENT["video_id"]):
        found = {"findings": [{"video_id": video_id, **SPAN}]}
        answer = place.client.post(url, json=found, headers=place.keys["gate"])
        assert (answer.status_code, answer.json()["detail"]) == (404, "there is no such video")
    after = place.client.get(url.removesuffix("/hits"), headers=place.keys["gate"]).json()
    assert after == before


def test_nothing_of_the_other_camera_was_touched(place: Place) -> None:
    case = place.ask(f"GET {CASE}", place.yard, place.keys["investigator"]).json()
    assert ([note["text"] for note in case["notes"]], len(case["hits"])) == ([], 2)
    assert place.ask(f"GET {EXPORT}", place.yard, place.keys["investigator"]).status_code == 200
    assert place.ask(f"GET {VIDEO}", place.yard, place.keys["viewer"]).status_code == 200


def test_a_content_of_two_cameras_is_seen_at_one(swift_path: Path) -> None:
    """GATE was seen by gate, and as a copy by yard; nobody else knows of the other place."""
    library = make_library(swift_path / "library")
    root, scores = library.root, np.array([0.1, 0.9], np.float32)
    track = AnomalyTrack("alan", scores, np.array([0.0, 5.0]), end_s=10.0)
    TrackStore(library.tracks).append(GATE, track)
    gate = make_key(root, "gate", INVESTIGATOR, cameras=["gate"])
    with open_small_service(root) as client:
        answers = [
            client.post("/v1/search", json={"text": "fire"}, headers=gate),
            *(
                client.get(path, headers=gate)
                for path in ("/v1/videos", f"/v1/videos/{GATE}", "/v1/library")
            ),
        ]
    assert [answer.status_code for answer in answers] == [200] * 4
    for answer in answers:
        assert "gate" in answer.text
        assert "yard" not in answer.text
    assert [hit["video"] for hit in answers[0].json()["hits"]] == ["/footage/gate/a.mp4"] * 2


@pytest.mark.parametrize(
    ("route", "action", "named"),
    [
        ("POST /v1/search", "query", "camera"),
        (f"GET {CASE}", "view", "case_id"),
        (f"PATCH {CASE}", "case", "case_id"),
        (f"POST {CASE}/notes", "case", "case_id"),
        (f"PUT {CASE}/hits/{{hit_id}}", "case", "hit_id"),
        ("POST /v1/evidence/exports", "export", "video_id"),
        ("PUT /v1/traces/pins", "trace", "camera"),
        (f"GET {VIDEO}/media", "view", "video_id"),
        (f"GET {VIDEO}/clip", "view", "video_id"),
        (f"GET {VIDEO}/frame", "view", "video_id"),
        (f"GET {VIDEO}/storyboard", "view", "video_id"),
    ],
)
def test_what_was_done_is_in_the_log(place: Place, route: str, action: str, named: str) -> None:
    assert place.ask(route, place.gate, place.keys["gate"]).is_success
    page = {"action": action, "limit": 1000}
    rows = place.client.get("/v1/audit", params=page, headers=place.keys["admin"]).json()["entries"]
    assert any(row["key_name"] == "gate" and place.gate[named] in row["what"] for row in rows)
    assert not any(
        row["key_name"] == "gate" and place.yard["video_id"] in row["what"] for row in rows
    )
