"""What the library takes of its disk."""

from typing import Annotated

from fastapi import APIRouter, Depends

from search_api.access.principal import PROBLEM_CODES, require
from search_api.access.roles import Principal, Role
from search_api.answers.disk import DiskUse
from search_api.service.problems import ApiProblem, problem_responses
from search_api.service.state import Service, service_of

router = APIRouter(prefix="/v1/library", tags=["search"])


@router.get(
    "/disk",
    operation_id="get_disk_use",
    responses=problem_responses(*PROBLEM_CODES, "library-unavailable"),
)
def get_disk_use(
    service: Annotated[Service, Depends(service_of)],
    principal: Annotated[Principal, Depends(require(Role.VIEWER))],
) -> DiskUse:
    """How many bytes each part of the library takes, and how many are free; no path is named.

    It counts everything, so a key of some cameras only may not ask."""
    if principal.cameras is not None:
        raise ApiProblem(
            "role-too-low", f"the key {principal.name!r} sees some cameras; this counts all of them"
        )
    service.owner.library()
    return service.disk.measure(evidence=service.exports.num_bytes)
