"""Every operation of the service has a method of the client, at the right address."""

from urllib.parse import urlsplit

import httpx
import pytest
from starlette.testclient import TestClient

from search_api.access.roles import Role
from search_api.answers.evidence import EvidenceOrder
from search_api.answers.jobs import JobRequest
from search_api.answers.searching import SearchBody
from search_api.answers.traces import NewSentence, TrialOrder
from search_api.client import Client, NotThere
from search_api.client.sending import Retries
from segments.case_records import CaseFinding

NOT_THERE = "0" * 64
SENTENCE = NewSentence(text="a man falls", context="street")


def test_every_operation_has_a_method(client: TestClient):
    """`client` is the service; each method of `Client` is called once, and refused."""
    asked: set[tuple[str, str]] = set()

    def refuse(request: httpx.Request) -> httpx.Response:
        asked.add((request.method.lower(), urlsplit(str(request.url)).path))
        problem = {"type": "t", "title": "t", "status": 404, "detail": "no", "code": "not-found"}
        return httpx.Response(404, json=problem | {"instance": "i"})

    caller = Client(
        "http://127.0.0.1", transport=httpx.MockTransport(refuse), retries=Retries(attempts=1)
    )
    for call in CALLS:
        with pytest.raises(NotThere):
            call(caller)
    operations = {
        (method, tuple(path.split("/")))
        for path, methods in client.get("/openapi.json").json()["paths"].items()
        for method in methods
        if method != "head" and path not in ("/docs", "/openapi.json")
    }
    covered = {(m, p) for m, p in operations for am, ap in asked if m == am and _fits(p, ap)}
    assert covered == operations


def _fits(template: tuple[str, ...], path: str) -> bool:
    parts = path.split("/")
    return len(parts) == len(template) and all(
        want == part or (want.startswith("{") and part in (NOT_THERE, "7", "alan"))
        for want, part in zip(template, parts, strict=True)
    )


def _enter(context: object) -> None:
    with context:  # type: ignore[attr-defined]
        raise AssertionError("it was refused")


CALLS = (
    lambda c: c.alive(),
    lambda c: c.ready(),
    lambda c: c.metrics(),
    lambda c: c.myself(),
    lambda c: c.library(),
    lambda c: c.disk(),
    lambda c: c.search(SearchBody(text="x")),
    lambda c: c.upload(b"x"),
    lambda c: c.delete_upload("7"),
    lambda c: c.videos.list(),
    lambda c: c.videos.get(NOT_THERE),
    lambda c: c.videos.delete(NOT_THERE),
    lambda c: c.videos.curve(NOT_THERE, "alan"),
    lambda c: _enter(c.videos.media(NOT_THERE)),
    lambda c: _enter(c.videos.clip(NOT_THERE, 1, 2)),
    lambda c: c.videos.frame(NOT_THERE, 1),
    lambda c: c.videos.thumbnail(NOT_THERE),
    lambda c: c.videos.storyboard(NOT_THERE),
    lambda c: c.videos.sign(["/v1/x"]),
    lambda c: c.jobs.create(JobRequest(paths=("/x",))),
    lambda c: c.jobs.list(),
    lambda c: c.jobs.get("7"),
    lambda c: c.jobs.files("7"),
    lambda c: c.jobs.cancel("7"),
    lambda c: c.jobs.retry("7"),
    lambda c: list(c.jobs.follow("7")),
    lambda c: c.jobs.send_footage("x.mp4", b"x"),
    lambda c: c.jobs.delete_footage("7"),
    lambda c: c.cases.list(),
    lambda c: c.cases.create("x"),
    lambda c: c.cases.get(7),
    lambda c: c.cases.rename(7, "x"),
    lambda c: c.cases.delete(7),
    lambda c: c.cases.add_note(7, "x"),
    lambda c: c.cases.add_hits(7, [CaseFinding(video_id=NOT_THERE, start_s=0, end_s=1)]),
    lambda c: c.cases.move_hit(7, 7, 1),
    lambda c: c.cases.remove_hit(7, 7),
    lambda c: c.evidence.key(),
    lambda c: c.evidence.order(EvidenceOrder(case_id=7)),
    lambda c: c.evidence.state("7"),
    lambda c: c.evidence.delete("7"),
    lambda c: _enter(c.evidence.fetch("7")),
    lambda c: c.evidence.verify(b"x"),
    lambda c: c.traces.bank(),
    lambda c: c.traces.add(SENTENCE),
    lambda c: c.traces.remove("7"),
    lambda c: c.traces.test(TrialOrder(text="a man falls")),
    lambda c: c.traces.places(),
    lambda c: c.traces.pin("gate", ["street"]),
    lambda c: c.traces.unpin("gate"),
    lambda c: c.traces.forget_choice("gate"),
    lambda c: c.traces.rescoring(),
    lambda c: c.traces.rescore(),
    lambda c: c.traces.stop_rescoring(),
    lambda c: c.keys.list(),
    lambda c: c.keys.create("x", Role.VIEWER),
    lambda c: c.keys.revoke("7"),
    lambda c: c.audit.list(),
    lambda c: c.audit.verify(),
)
