"""Sounds and pictures to search by: send one, then name it in a search."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import anyio
from anyio import to_thread
from fastapi import APIRouter, Depends, Request

from search_api.access.principal import PROBLEM_CODES, require
from search_api.access.roles import Principal, Role
from search_api.answers.searching import UploadAnswer
from search_api.service.problems import ApiProblem, problem_responses
from search_api.service.sniffing import sniff
from search_api.service.state import Service, service_of
from search_api.service.types import UploadId
from search_api.service.uploads import Upload
from segments.errors import MediaError

router = APIRouter(prefix="/v1", tags=["search"])
UsedService = Annotated[Service, Depends(service_of)]
Viewer = Annotated[Principal, Depends(require(Role.VIEWER))]
PATH = "/v1/uploads"
MEDIA_TYPE = "application/octet-stream"
BODY = {
    "requestBody": {
        "description": "The file itself: JPEG, PNG, WebP, BMP, TIFF; WAV, FLAC, Ogg, MP3, MP4, ….",
        "required": True,
        "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.post(
    "/uploads",
    status_code=201,
    operation_id="upload",
    openapi_extra=BODY,
    responses=problem_responses(
        *PROBLEM_CODES,
        "too-large",
        "too-slow",
        "unsupported-media-type",
        "unanswerable",
        "unreadable-media",
        "too-many-uploads",
    ),
)
async def upload(request: Request, service: UsedService, principal: Viewer) -> UploadAnswer:
    """Takes a sound or a picture to search by, which only the key that sent it can use."""
    require_bytes(request)
    path = await to_thread.run_sync(service.uploads.new_path)
    async with _deleted_on_error(path):
        await _receive(request, path)
        found = await to_thread.run_sync(_take, service, principal, path)
    return _answer(found)


@router.delete(
    "/uploads/{upload_id}",
    status_code=204,
    operation_id="delete_upload",
    responses=problem_responses(*PROBLEM_CODES, "no-upload"),
)
def delete_upload(upload_id: UploadId, service: UsedService, principal: Viewer) -> None:
    """Deletes an upload before its time."""
    service.uploads.delete(service.uploads.find(upload_id, key_id=principal.key_id))


def require_bytes(request: Request) -> None:
    """Raises:
    ApiProblem: "unsupported-media-type": the body is not said to be plain bytes.
    """
    came = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if came != MEDIA_TYPE:
        raise ApiProblem(
            "unsupported-media-type",
            f"send the file itself as {MEDIA_TYPE}, not as {came or None!r}",
        )


@asynccontextmanager
async def _deleted_on_error(path: Path) -> AsyncGenerator[None]:
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


async def _receive(request: Request, path: Path) -> None:
    """Writes the body, which `BodyLimit` bounds, as it comes."""
    async with await anyio.open_file(path, "wb") as file:
        async for piece in request.stream():
            await file.write(piece)


def _take(service: Service, principal: Principal, path: Path) -> Upload:
    try:
        found = sniff(path, service.settings)
    except MediaError as error:
        raise MediaError(str(error).replace(str(path), "the upload")) from error
    kept = Upload(
        upload_id=path.name,
        key_id=principal.key_id,
        kind=found.kind,
        path=path,
        size_bytes=path.stat().st_size,
        expires_s=service.uploads.expiry(),
        duration_s=found.duration_s,
        width=found.width,
        height=found.height,
    )
    service.uploads.keep(kept)
    return kept


def _answer(upload: Upload) -> UploadAnswer:
    return UploadAnswer(
        upload_id=upload.upload_id,
        kind=upload.kind,
        size_bytes=upload.size_bytes,
        duration_s=upload.duration_s,
        width=upload.width,
        height=upload.height,
        expires_at=upload.expires_at,
    )
