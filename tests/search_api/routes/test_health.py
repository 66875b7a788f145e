"""Whether the service is alive, ready, and what its numbers and logs say."""

import json
import shutil
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from search_api.service.problems import PROBLEMS
from tests.support.service import OpenService, open_service
from tests.support.waiting import wait_until


def value(client: TestClient, name: str, **labels: str) -> float | None:
    registry = client.app.state.service.metrics.registry  # type: ignore[attr-defined]
    return registry.get_sample_value(name, labels)


def test_it_is_alive_and_ready(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    assert client.get("/readyz").json() == {
        "status": "ready",
        "checks": {"library": "ready", "store": "answering", "model": "loaded", "spool": "whole"},
    }


def test_where_there_is_no_library_it_is_alive_and_not_ready(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with open_service(tmp_path / "empty") as client:
        assert client.get("/healthz").status_code == 200
        answer = client.get("/readyz")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["errors"] == [
            {"field": "library", "detail": "missing"},
            {"field": "store", "detail": "away"},
            {"field": "model", "detail": "not-loaded"},
        ]
        assert str(tmp_path) not in answer.text
        for refused in (
            client.post("/v1/search", json={"text": "a dog"}),
            client.get("/v1/library"),
        ):
            assert (refused.status_code, refused.json()["code"]) == (503, "library-unavailable")
            assert refused.headers["retry-after"] == "2"
    assert list((tmp_path / "empty").iterdir()) == []


def test_what_is_not_there_is_a_problem(client: TestClient) -> None:
    answer = client.get("/v1/nothing", headers={"x-request-id": "my-1"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:retrace:problem:not-found",
        "title": PROBLEMS["not-found"].title,
        "status": 404,
        "detail": "Not Found",
        "code": "not-found",
        "instance": "urn:retrace:request:my-1",
    }
    wrong = client.get("/v1/search")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method-not-allowed")
    assert wrong.headers["allow"] == "POST"


def test_unknown_parameters_are_refused(client: TestClient) -> None:
    answer = client.get("/v1/library?colour=red")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert answer.json()["errors"] == [{"field": "query.colour", "detail": "unknown parameter"}]


def test_every_answer_has_safe_headers(client: TestClient) -> None:
    for path in ("/healthz", "/v1/library", "/v1/nothing"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "server" not in headers
        assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::1"])
def test_strange_names_of_this_machine_are_refused(client: TestClient, host: str) -> None:
    answer = client.get("/v1/library", headers={"host": host})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-request")


def test_names_and_origins_that_the_operator_lists_are_known(service: OpenService) -> None:
    client = service(hosts=("retrace.example",), origins=("https://ui.example",))
    assert client.get("/healthz", headers={"host": "Retrace.example:80"}).status_code == 200
    answer = client.get("/healthz", headers={"origin": "https://ui.example"})
    assert answer.headers["access-control-allow-origin"] == "https://ui.example"
    other = client.get("/healthz", headers={"origin": "https://other.example"})
    assert "access-control-allow-origin" not in other.headers


def test_the_numbers_count_what_happened(service: OpenService) -> None:
    client = service()
    for _ in range(3):
        client.post("/v1/search", json={"text": "a dog"})
    client.get("/v1/nothing")
    text = client.get("/metrics").text
    assert 'retrace_requests_total{method="POST",route="/v1/search",status="200"} 3.0' in text
    assert 'retrace_requests_total{method="GET",route="unmatched",status="404"} 1.0' in text
    assert 'retrace_model_info{profile="compact",' in text
    for phase in ("encode", "store", "assemble"):
        assert value(client, "retrace_search_seconds_count", phase=phase) == 3
    assert value(client, "retrace_videos") == 3
    assert value(client, "retrace_points") == 5
    assert value(client, "retrace_spool_chunks") == 0
    assert [value(client, "retrace_jobs", state=s) for s in ("waiting", "running", "failed")] == [
        0,
        0,
        0,
    ]
    assert value(client, "retrace_ready") == 1
    assert value(client, "retrace_encode_batch_texts_count") == 1  # twice from memory


def test_logs_carry_the_id_and_never_the_words(client: TestClient) -> None:
    with capture_logs() as lines:
        client.post("/v1/search", json={"text": "zebra"}, headers={"x-request-id": "q-1"})
    (asked,) = (line for line in lines if line["event"] == "request")
    assert (asked["status"], asked["route"]) == (200, "/v1/search")
    assert asked["hits"] >= 1
    assert "zebra" not in json.dumps(lines, default=str)


def test_a_damaged_library_says_so_and_is_opened_once_it_is_whole(
    indexed_library: Path, tmp_path: Path
) -> None:
    root = tmp_path / "library"
    shutil.copytree(indexed_library, root)
    manifest = root / "spaces" / "compact" / "manifest.json"
    whole = manifest.read_bytes()
    manifest.write_text("{}")
    with open_service(root, ingest_every_s=0.05) as client:
        assert client.get("/readyz").json()["errors"][0]["detail"] == "damaged"
        manifest.write_bytes(whole)
        wait_until_ready(client)
        assert client.post("/v1/search", json={"text": "a dog"}).status_code == 200


def wait_until_ready(client: TestClient) -> None:
    wait_until(lambda: client.get("/readyz").status_code == 200)
