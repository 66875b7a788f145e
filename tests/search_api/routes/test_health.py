"""Whether the service is alive and ready."""

from tests.support.service import OpenService


def test_it_is_alive(service: OpenService) -> None:
    answer = service().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


def test_what_is_not_there_is_a_problem(service: OpenService) -> None:
    answer = service().get("/v1/nothing")
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (404, "not-found")
    assert problem["type"] == "urn:retrace:problem:not-found"
