"""API keys: who there is, making one, ending one; and whose key this is."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from search_api.access.keys import KeyRecord
from search_api.access.principal import PROBLEM_CODES, record, require
from search_api.access.roles import Principal, Role
from search_api.answers.access import KeyList, MadeKey, Myself, NewKey
from search_api.service.problems import ApiProblem, problem_responses
from search_api.service.state import Service, service_of
from segments.errors import UserError

router = APIRouter(prefix="/v1", tags=["keys"])
Admin = Annotated[Principal, Depends(require(Role.ADMIN))]
Served = Annotated[Service, Depends(service_of)]
KeyId = Annotated[str, Path(pattern="^[0-9a-f]{12}$", description="As `list_keys` gives it.")]


@router.get("/me", operation_id="get_myself", responses=problem_responses(*PROBLEM_CODES))
def get_myself(principal: Annotated[Principal, Depends(require(Role.VIEWER))]) -> Myself:
    """Whose key this is, and what it may see."""
    cameras = None if principal.cameras is None else sorted(principal.cameras)
    return Myself(
        key_id=principal.key_id, name=principal.name, role=principal.role, cameras=cameras
    )


@router.get("/keys", operation_id="list_keys", responses=problem_responses(*PROBLEM_CODES))
def list_keys(_: Admin, service: Served) -> KeyList:
    """Every key, revoked ones too, by name; the keys themselves are not known to anybody here."""
    return KeyList(keys=service.access.keys.all())


@router.post(
    "/keys",
    operation_id="create_key",
    status_code=201,
    responses=problem_responses(*PROBLEM_CODES, "conflict", "unanswerable", "invalid-request"),
)
def create_key(
    asked: NewKey, principal: Admin, service: Served, request: Request, response: Response
) -> MadeKey:
    """Makes a key. From the first one on, every request needs one, at this machine too."""
    keys = service.access.keys
    if any(known.name == asked.name.strip() for known in keys.all()):
        raise ApiProblem("conflict", f"there is a key {asked.name.strip()!r}: choose another name")
    cameras, until = tuple(asked.cameras), asked.expires_at
    made, token = keys.create(asked.name, asked.role, cameras=cameras, expires_at=until)
    record(request, principal, "key", f"made {made.role} {made.name!r} ({made.key_id})")
    response.headers["Cache-Control"] = "no-store"
    return MadeKey(key=made, token=token)


@router.delete(
    "/keys/{key_id}",
    operation_id="revoke_key",
    responses=problem_responses(*PROBLEM_CODES, "not-found", "invalid-request"),
)
def revoke_key(key_id: KeyId, principal: Admin, service: Served, request: Request) -> KeyRecord:
    """Ends a key and its signed addresses, now and for good; it stays listed."""
    try:
        revoked = service.access.keys.revoke(key_id)
    except UserError:
        raise ApiProblem("not-found", "there is no such key") from None
    record(request, principal, "key", f"revoked {revoked.name!r} ({revoked.key_id})")
    return revoked
