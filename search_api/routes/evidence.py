"""Evidence: signed bundles of what was found, made in the background and fetched once."""

from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from search_api.access.principal import PROBLEM_CODES, record, require, require_signed_or_key
from search_api.access.roles import Principal, Role
from search_api.access.scope import catalog_for
from search_api.answers.evidence import EvidenceOrder, ExportState, SigningKey
from search_api.evidence import signing
from search_api.evidence.bundle import export_bundle
from search_api.evidence.exports import Export, ExportDesk, Progress, TooManyExports
from search_api.evidence.orders import choose
from search_api.service.problems import ApiProblem, problem_responses
from search_api.service.state import Service, service_of

_ALL = (*PROBLEM_CODES, "invalid-request")
_ONE = problem_responses(*_ALL, "not-found")
_BLOCK_BYTES = 1 << 18

router = APIRouter(prefix="/v1/evidence", tags=["evidence"])
Asker = Annotated[Principal, Depends(require(Role.INVESTIGATOR))]
Fetcher = Annotated[Principal, Depends(require_signed_or_key(Role.INVESTIGATOR))]
Served = Annotated[Service, Depends(service_of)]
ExportId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="As `export_evidence` said.")]


@router.get("/key", operation_id="get_evidence_key", responses=problem_responses(*PROBLEM_CODES))
def get_evidence_key(_: Asker, service: Served) -> SigningKey:
    """The key that signs bundles; made where there is none yet."""
    key = signing.load_or_make_key(_key_file(service))
    public = signing.public_pem(key).decode()
    return SigningKey(fingerprint=signing.fingerprint(key), public_key=public)


@router.post(
    "/exports",
    operation_id="export_evidence",
    status_code=202,
    responses=problem_responses(*_ALL, "not-found", "unanswerable", "overloaded"),
)
def export_evidence(
    asked: EvidenceOrder, asker: Asker, service: Served, request: Request
) -> ExportState:
    """Has a bundle made of a case, of some of its hits, or of a span of a video.

    Recordings are read again and compared with what was indexed; changed ones are refused.
    """
    library = service.owner.library()
    case, findings = choose(asked, library, asker)
    if not findings:
        raise ApiProblem("unanswerable", "there is nothing to export: add hits to the case first")
    key = signing.load_or_make_key(_key_file(service))

    def make(path: FilePath, progress: Progress) -> None:
        export_bundle(
            library,
            findings,
            path,
            key=key,
            case=case,
            exact=asked.exact,
            progress=progress,
            open_catalog=lambda opened: catalog_for(opened, asker),
        )

    try:
        export = service.exports.start(make, owner=asker.key_id, num_findings=len(findings))
    except TooManyExports:
        detail = "too many bundles wait to be fetched: fetch or delete some"
        raise ApiProblem("overloaded", detail, headers={"Retry-After": "60"}) from None
    what = f"{asked.model_dump_json(exclude_defaults=True)} as {export.export_id}"
    record(request, asker, "export", what, num_results=len(findings))
    return _state(export)


@router.get("/exports/{export_id}", operation_id="get_export", responses=_ONE)
def get_export(export_id: ExportId, asker: Asker, service: Served) -> ExportState:
    """How far a bundle is. Only the key that had it made is told."""
    return _state(_find(service, export_id, asker))


@router.delete(
    "/exports/{export_id}", operation_id="delete_export", status_code=204, responses=_ONE
)
def delete_export(export_id: ExportId, asker: Asker, service: Served) -> None:
    """Ends the making of a bundle, or throws it away."""
    service.exports.delete(_find(service, export_id, asker))


@router.get(
    "/exports/{export_id}/bundle",
    operation_id="fetch_bundle",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The bundle, a ZIP file. Once all of it was sent it is gone from here.",
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        },
        **problem_responses(*_ALL, "not-found", "conflict"),
    },
)
def fetch_bundle(
    export_id: ExportId, asker: Fetcher, service: Served, request: Request
) -> StreamingResponse:
    """The bundle, once: check it with `retrace verify`, with the fingerprint of `get_evidence_key`.

    An interrupted fetching may be repeated.
    """
    export = _find(service, export_id, asker)
    if not service.exports.claim(export):
        what = "being fetched" if export.is_fetched else export.state
        raise ApiProblem("conflict", f"the bundle is {what}: it can be fetched once it is done")
    record(request, asker, "export", f"bundle {export_id} fetched")
    return _Fetched(service.exports, export)


class _Fetched(StreamingResponse):
    """Sends a bundle, and lets go of it in the end."""

    def __init__(self, desk: ExportDesk, export: Export) -> None:
        self._desk, self._export, self._is_whole = desk, export, False
        headers = {
            "Content-Length": str(export.size_bytes),
            "Content-Disposition": f'attachment; filename="evidence-{export.export_id[:8]}.zip"',
        }
        super().__init__(self._blocks(), media_type="application/zip", headers=headers)

    def _blocks(self) -> Iterator[bytes]:
        with self._export.path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                yield block
        self._is_whole = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._desk.release(self._export, is_whole=self._is_whole)


def _state(export: Export) -> ExportState:
    return ExportState.model_validate(export, from_attributes=True)


def _find(service: Service, export_id: str, asker: Principal) -> Export:
    found = service.exports.find(export_id, owner=asker.key_id)
    if found is None:
        raise ApiProblem("not-found", "there is no such export")
    return found


def _key_file(service: Service) -> FilePath:
    return service.settings.evidence_key or signing.default_key_file()
