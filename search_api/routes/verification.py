"""Checking a bundle that somebody sent, as `retrace verify` does."""

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Query, Request

from search_api.access.principal import PROBLEM_CODES, record, require
from search_api.access.roles import Principal, Role
from search_api.answers.evidence import BundleVerdict
from search_api.evidence.signing import parse_fingerprint
from search_api.evidence.verifying import Verdict, verify_bundle
from search_api.service.problems import ApiProblem, problem_responses
from search_api.service.state import Service, service_of
from segments.errors import UserError

PATH = "/v1/evidence/verification"

router = APIRouter(tags=["evidence"])
Fingerprint = Annotated[
    str | None,
    Query(
        pattern="^([0-9a-fA-F]{4}:?){16}$",
        description="Of the key that is trusted, as its owner told it. Without one, nothing is "
        "proven: anybody can make a key.",
    ),
]


@router.post(
    PATH,
    operation_id="verify_bundle",
    responses=problem_responses(
        *PROBLEM_CODES, "invalid-request", "too-large", "too-slow", "unreadable-media"
    ),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def verify(
    request: Request,
    principal: Annotated[Principal, Depends(require(Role.VIEWER))],
    service: Annotated[Service, Depends(service_of)],
    fingerprint: Fingerprint = None,
) -> BundleVerdict:
    """Says of each file of a bundle whether it is as it was signed, and by whom.

    Whoever must be sure checks it on a machine of their own: `retrace verify` needs no service.
    """
    trusted = fingerprint and parse_fingerprint(fingerprint)
    with tempfile.NamedTemporaryFile(dir=service.uploads.folder, suffix=".zip") as file:
        async for block in request.stream():
            await to_thread.run_sync(file.write, block)
        file.flush()
        verdict = await to_thread.run_sync(_verify, Path(file.name), trusted)
    what = f"bundle checked: {'proven' if verdict.is_proven else 'not proven'}"
    await to_thread.run_sync(record, request, principal, "view", what)
    return BundleVerdict(
        **asdict(verdict), is_intact=verdict.is_intact, is_proven=verdict.is_proven
    )


def _verify(path: Path, trusted: str | None) -> Verdict:
    try:
        return verify_bundle(path, trusted=trusted)
    except UserError as error:
        detail = str(error).replace(str(path), "the bundle")
        raise ApiProblem("unreadable-media", detail) from None
