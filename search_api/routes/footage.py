"""Footage that is sent to be indexed: kept in the library from then on."""

from pathlib import Path as FilePath
from typing import Annotated

import anyio
from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Query, Request

from search_api.access.principal import PROBLEM_CODES, record, require
from search_api.access.roles import Principal, Role
from search_api.answers.jobs import FootageAnswer
from search_api.jobs.footage import FOOTAGE_ID, Footage, FoundFootage, look_at, safe_name
from search_api.jobs.places import free_bytes
from search_api.routes.uploads import MEDIA_TYPE, require_bytes
from search_api.service.problems import ApiProblem, problem_responses
from search_api.service.state import Service, service_of
from segments.errors import MediaError

PATH = "/v1/footage"
NO_FOOTAGE = "there is no such footage"
BODY = {
    "requestBody": {
        "description": "The recording itself, as the camera or its recorder wrote it.",
        "required": True,
        "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    }
}
_CHECK_EVERY_BYTES = 16 << 20
_ALL = (*PROBLEM_CODES, "invalid-request", "library-unavailable")

router = APIRouter(prefix=PATH, tags=["jobs"])
Asker = Annotated[Principal, Depends(require(Role.INVESTIGATOR))]
Served = Annotated[Service, Depends(service_of)]
FootageId = Annotated[str, Path(pattern=FOOTAGE_ID, description="As `send_footage` gave it.")]
Name = Annotated[
    str,
    Query(
        min_length=1,
        max_length=1000,
        description="The recording's name; what it says of camera and time can be read by a job. "
        "Characters that could mean something else are replaced.",
    ),
]


@router.post(
    "",
    operation_id="send_footage",
    status_code=201,
    openapi_extra=BODY,
    responses=problem_responses(
        *_ALL,
        "too-large",
        "too-slow",
        "unsupported-media-type",
        "unreadable-media",
        "storage-full",
        "overloaded",
    ),
)
async def send_footage(
    request: Request, asker: Asker, service: Served, name: Name
) -> FootageAnswer:
    """Takes a recording, for a job to index. It stays in the library; if no job names it, it is
    deleted after a day."""
    require_bytes(request)
    release = service.jobs.take_sending()
    try:
        partial = await to_thread.run_sync(_begin, service, request, safe_name(name))
        try:
            await _receive(request, partial, service.settings.min_free_bytes)
            kept, found = await to_thread.run_sync(_take, service, asker, partial, safe_name(name))
        except BaseException:
            _throw_away(partial)
            raise
    finally:
        release()
    what = f"footage {kept.footage_id} sent: {kept.name!r}, {kept.size_bytes} bytes"
    await to_thread.run_sync(record, request, asker, "job", what)
    same = kept.model_dump(exclude={"key_id"})
    return FootageAnswer.model_validate({**same, **found.model_dump()})


@router.delete(
    "/{footage_id}",
    operation_id="delete_footage",
    status_code=204,
    responses=problem_responses(*_ALL, "not-found", "conflict"),
)
def delete_footage(footage_id: FootageId, asker: Asker, service: Served, request: Request) -> None:
    """Deletes a recording that was sent, unless it is indexed or a job names it."""
    with service.jobs.footage() as table:
        found = table.find(footage_id)
        if found is None or (found.key_id != asker.key_id and asker.role is not Role.ADMIN):
            raise ApiProblem("not-found", NO_FOOTAGE)
        path = str(table.path(found))
        if any(source.path == path for source in service.owner.catalog().sources()):
            raise ApiProblem("conflict", "the footage is indexed: delete its video first")
        with service.jobs.table() as jobs:
            if jobs.uses_footage(footage_id):
                raise ApiProblem("conflict", "a job is to index it: cancel that first")
        table.delete(found)
    record(request, asker, "deletion", f"footage {footage_id}: {found.name!r}")


def _begin(service: Service, request: Request, name: str) -> FilePath:
    declared = request.headers.get("content-length", "")
    size = int(declared) if declared.isascii() and declared.isdigit() else 0
    with service.jobs.footage() as table:
        _require_room(service.owner.library().root, size, service.settings.min_free_bytes)
        return table.begin(name)


def _require_room(folder: FilePath, num_bytes: int, least_free: int) -> None:
    if free_bytes(folder) - num_bytes < least_free:
        detail = f"{least_free} bytes of the library's disk are kept free, and it would take some"
        raise ApiProblem("storage-full", detail)


async def _receive(request: Request, path: FilePath, least_free: int) -> None:
    """Writes the body, which `BodyLimit` bounds, as it comes."""
    unchecked = 0
    async with await anyio.open_file(path, "wb") as file:
        async for piece in request.stream():
            await file.write(piece)
            unchecked += len(piece)
            if unchecked >= _CHECK_EVERY_BYTES:
                await to_thread.run_sync(_require_room, path.parent, 0, least_free)
                unchecked = 0


def _take(
    service: Service, asker: Principal, partial: FilePath, name: str
) -> tuple[Footage, FoundFootage]:
    try:
        found = look_at(partial)
    except MediaError as error:
        raise MediaError(str(error).replace(str(partial), "the footage")) from None
    with service.jobs.footage() as table:
        return table.keep(partial, name, key_id=asker.key_id), found


def _throw_away(partial: FilePath) -> None:
    for path in partial.parent.iterdir():
        path.unlink()
    partial.parent.rmdir()
