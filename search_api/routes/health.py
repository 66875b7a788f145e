"""Whether the service is alive, whether it can answer, and its numbers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from search_api.access.principal import PROBLEM_CODES, require
from search_api.access.roles import Principal, Role
from search_api.answers.health import Alive, Ready
from search_api.service.health import check, refresh_gauges
from search_api.service.problems import ApiProblem, FieldError, problem_responses
from search_api.service.state import Service, service_of

router = APIRouter(tags=["health"])
UsedService = Annotated[Service, Depends(service_of)]
Viewer = Annotated[Principal, Depends(require(Role.VIEWER))]


@router.get("/healthz", operation_id="is_alive")
async def healthz() -> Alive:
    """Whether the process is alive: restart it where this does not answer."""
    return Alive()


@router.get("/readyz", operation_id="is_ready", responses=problem_responses("library-unavailable"))
def readyz(service: UsedService) -> Ready:
    """Whether searches can be answered: the library is open, its store answers, models are loaded.

    Where they cannot, `errors` says which part is not ready.
    """
    checks = check(service.owner)
    if not checks.are_passed:
        refusal = service.owner.unavailable()
        errors = [FieldError(field=part, detail=found) for part, found in checks if part != "spool"]
        raise ApiProblem(refusal.code, refusal.detail, errors, refusal.headers)
    return Ready(checks=checks)


@router.get(
    "/metrics",
    operation_id="get_metrics",
    response_class=Response,
    responses={
        200: {
            "description": "Prometheus' text format.",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        },
        **problem_responses(*PROBLEM_CODES, "library-unavailable"),
    },
)
def metrics(service: UsedService, principal: Viewer) -> Response:
    """The service's numbers for Prometheus. They count everything, so a key of some cameras only
    may not read them."""
    if principal.cameras is not None:
        raise ApiProblem(
            "role-too-low", f"the key {principal.name!r} sees some cameras; this counts all of them"
        )
    refresh_gauges(service.owner, service.metrics, service.jobs)
    return Response(generate_latest(service.metrics.registry), media_type=CONTENT_TYPE_LATEST)
