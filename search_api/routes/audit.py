"""The log of what was done, for admins."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from search_api.access.audit import Action
from search_api.access.principal import PROBLEM_CODES, require
from search_api.access.roles import Principal, Role
from search_api.answers.access import AuditPage, AuditVerdict
from search_api.service.problems import problem_responses
from search_api.service.state import Service, service_of

MAX_LIMIT = 1000
_RESPONSES = problem_responses(*PROBLEM_CODES, "invalid-request")

router = APIRouter(prefix="/v1/audit", tags=["audit"])
Admin = Annotated[Principal, Depends(require(Role.ADMIN))]
Served = Annotated[Service, Depends(service_of)]


@router.get("", operation_id="list_audit", responses=_RESPONSES)
def list_audit(
    _: Admin,
    service: Served,
    before: Annotated[
        int | None, Query(ge=1, le=2**62, description="Rows before this one.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 100,
    action: Action | None = None,
) -> AuditPage:
    """Who asked, saw, exported, deleted or changed what, the newest first."""
    entries = service.access.audit.entries(before=before, limit=limit, action=action)
    is_last = len(entries) < limit or entries[-1].entry_id == 1
    return AuditPage(entries=entries, next_before=None if is_last else entries[-1].entry_id)


@router.get("/verification", operation_id="verify_audit", responses=_RESPONSES)
def verify_audit(_: Admin, service: Served) -> AuditVerdict:
    """Reads the whole log and says whether a row was altered or taken out."""
    log = service.access.audit
    head, first_break = log.last(), log.first_break()
    return AuditVerdict(
        is_whole=first_break is None,
        first_break=first_break,
        num_entries=head.entry_id if head else 0,
        head=head and head.digest,
    )
