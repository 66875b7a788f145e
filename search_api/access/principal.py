"""Who asks: the dependency of every route that shows or does anything."""

from functools import cache
from typing import Annotated, NoReturn

from fastapi import Query, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from search_api.access.audit import Action
from search_api.access.loopback import is_at_machine, is_local
from search_api.access.opening import Access
from search_api.access.roles import LOCAL, Principal, Role
from search_api.access.signing import LOCAL_KEY
from search_api.service.problems import ApiProblem, request_id_of
from search_api.service.state import service_of

_BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="key",
    description="`Authorization: Bearer rtr_…`; none is needed at the service's own machine while "
    "no key was ever made. `retrace keys create` makes one.",
)
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="retrace"'}
_WRONG = {"WWW-Authenticate": 'Bearer realm="retrace", error="invalid_token"'}
_SAFE_METHODS = ("GET", "HEAD")
PROBLEM_CODES = ("key-needed", "role-too-low", "too-many-requests")
"""What every route that requires a role may answer."""

Sent = Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]
Signed = Annotated[str | None, Query(max_length=128, description="Part of a signed address.")]


class Require:
    """Lets through whoever has a role, and says who it is."""

    def __init__(self, role: Role) -> None:
        self.role = role

    def __call__(self, request: Request, sent: Sent) -> Principal:
        return self._admit(request, _by_key(request, sent))

    def _admit(self, request: Request, principal: Principal) -> Principal:
        asks = service_of(request).access.rates.asks
        if principal.key_id and (wait_s := asks.take(principal.key_id)):
            _refuse_rate(f"the key {principal.name!r} asks too often", wait_s)
        if not principal.role.covers(self.role):
            raise ApiProblem(
                "role-too-low",
                f"the key {principal.name!r} is a {principal.role}'s; this needs {self.role}",
            )
        return principal


class RequireSignedOrKey(Require):
    """As `Require`, and lets through whoever comes by a signed address, to read."""

    def __call__(
        self,
        request: Request,
        sent: Sent,
        key_id: Signed = None,
        expires: Signed = None,
        signature: Signed = None,
    ) -> Principal:
        is_signed = sent is None and signature is not None and request.method in _SAFE_METHODS
        found = _by_signature(request) if is_signed else _by_key(request, sent)
        return self._admit(request, found)


@cache
def require(role: Role) -> Require:
    """The dependency: `principal: Annotated[Principal, Depends(require(Role.VIEWER))]`."""
    return Require(role)


@cache
def require_signed_or_key(role: Role) -> RequireSignedOrKey:
    """The same for what a browser's tags fetch, by addresses that `access.signer.sign` made."""
    return RequireSignedOrKey(role)


def record(
    request: Request,
    principal: Principal,
    action: Action,
    what: str,
    *,
    num_results: int | None = None,
) -> None:
    """Writes into the log what was done; views of the same thing once a minute."""
    access = service_of(request).access
    asker = f"{principal.key_id or principal.name} {what}"
    if action == "view" and access.rates.views.take(asker):
        return
    access.audit.write(
        principal, action, what, num_results=num_results, request_id=request_id_of(request)
    )


def _by_key(request: Request, sent: HTTPAuthorizationCredentials | None) -> Principal:
    access = service_of(request).access
    if sent is not None:
        if found := access.keys.check(sent.credentials):
            return found.principal
        _refuse(request, access, "the key is wrong, revoked or expired", _WRONG)
    if is_local(request) and not access.keys.any_made():
        return LOCAL
    _refuse(request, access, "send `Authorization: Bearer rtr_…`; an admin makes keys", _CHALLENGE)


def _by_signature(request: Request) -> Principal:
    access = service_of(request).access
    query = request.query_params.multi_items()
    key_id = access.signer.signed_by(request.scope["path"], query)
    # tags of our page come from another port; pages from elsewhere are given no such address
    if key_id == LOCAL_KEY and is_at_machine(request) and not access.keys.any_made():
        return LOCAL
    found = access.keys.valid(key_id) if key_id else None
    if found is None:
        _refuse(
            request, access, "the address has ended or was altered: ask for a new one", _CHALLENGE
        )
    return found.principal


def _refuse(request: Request, access: Access, detail: str, headers: dict[str, str]) -> NoReturn:
    address = request.client.host if request.client else "unknown"
    if wait_s := access.rates.failures.take(address):
        _refuse_rate("too many requests without a valid key", wait_s)
    raise ApiProblem("key-needed", detail, headers=headers)


def _refuse_rate(detail: str, wait_s: float) -> NoReturn:
    seconds = str(int(wait_s) + 1)
    raise ApiProblem(
        "too-many-requests",
        f"{detail}: wait {seconds} s",
        headers={"Retry-After": seconds},
    )
