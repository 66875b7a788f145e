"""Indexing jobs: footage into the library, while searches go on."""

from collections.abc import AsyncGenerator, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from search_api.access.principal import PROBLEM_CODES, record, require, require_signed_or_key
from search_api.access.roles import Principal, Role
from search_api.answers.jobs import (
    FileState,
    JobAnswer,
    JobFilePage,
    JobPage,
    JobRequest,
    JobState,
)
from search_api.jobs.events import Event, Feed, News
from search_api.jobs.orders import allowed_folders, repeated_order, requested_order
from search_api.jobs.records import JobRecord, NewJob
from search_api.jobs.showing import JobView
from search_api.jobs.table import JobTable
from search_api.service.problems import ApiProblem, problem_responses
from search_api.service.state import Service, service_of

NO_JOB = "there is no such job"
MAX_PAGE = 100
MAX_FILES_PAGE = 1000
FILES_AT_ONCE = 500
"""Events of files that are read at once."""
_ALL = (*PROBLEM_CODES, "invalid-request", "library-unavailable")
_ONE = (*_ALL, "not-found")
EVENT_SCHEMA = {
    "description": "One event; `data` is JSON: a `JobFileAnswer` or a `JobAnswer`.",
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "event": {"enum": ["file", "job", "end"]},
        "data": {"type": "string"},
    },
}
_EVENTS = {
    200: {
        "description": "Events: `file` with a file that is done with, `job` with the job as it is "
        "now, and `end` with the job as it ended, after which the stream ends. Ids rise; "
        "`Last-Event-ID` asks for what followed.",
        "content": {"text/event-stream": {"schema": EVENT_SCHEMA}},
    },
    204: {"description": "Nothing followed, and nothing will: do not come back."},
    **problem_responses(*_ONE, "overloaded"),
}

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])
Asker = Annotated[Principal, Depends(require(Role.INVESTIGATOR))]
Follower = Annotated[Principal, Depends(require_signed_or_key(Role.INVESTIGATOR))]
Served = Annotated[Service, Depends(service_of)]
JobId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="As `create_job` gave it.")]
LastEvent = Annotated[
    int,
    Header(alias="Last-Event-ID", ge=0, le=2**62, description="Of the last event that was seen."),
]


@router.post(
    "",
    operation_id="create_job",
    status_code=202,
    responses=problem_responses(*_ONE, "unanswerable", "outside-roots", "too-many-jobs"),
)
def create_job(asked: JobRequest, asker: Asker, service: Served, request: Request) -> JobAnswer:
    """Has footage indexed, after the jobs that wait.

    Admins name paths under the service's roots; investigators name footage that they sent. A key of
    some cameras names which of them recorded it.
    """
    root = service.owner.library().root
    with service.jobs.footage() as footage:
        order = requested_order(asked, asker, service.settings, root=root, footage=footage)
    new = NewJob(order=order, origin="request", key_id=asker.key_id, created_by=asker.name)
    return _submit(service, request, new, asker)


@router.get("", operation_id="list_jobs", responses=problem_responses(*_ALL))
def list_jobs(
    asker: Asker,
    service: Served,
    before: Annotated[
        int | None, Query(ge=1, le=2**62, description="The `next_before` of the page before.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 20,
    state: JobState | None = None,
) -> JobPage:
    """Jobs, the newest first. A key of some cameras is shown its own."""
    owner = None if asker.cameras is None else asker.key_id
    with service.jobs.table() as table:
        found = table.newest(before=before, limit=limit + 1, state=state, key_id=owner)
        view = _view(service, table, asker)
        jobs = [view.job(job) for job in found[:limit]]
    is_last = len(found) <= limit
    return JobPage(jobs=jobs, next_before=None if is_last else found[limit - 1].position)


@router.get("/{job_id}", operation_id="get_job", responses=problem_responses(*_ONE))
def get_job(job_id: JobId, asker: Asker, service: Served) -> JobAnswer:
    """How far a job is, and why files of it failed."""
    with service.jobs.table() as table:
        return _view(service, table, asker).job(_find(table, job_id, asker))


@router.get("/{job_id}/files", operation_id="list_job_files", responses=problem_responses(*_ONE))
def list_job_files(
    job_id: JobId,
    asker: Asker,
    service: Served,
    state: FileState | None = None,
    after: Annotated[
        int, Query(ge=0, le=2**62, description="The `next_after` of the page before.")
    ] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_FILES_PAGE)] = 100,
) -> JobFilePage:
    """A job's files by path, with what became of each."""
    with service.jobs.table() as table:
        view, job = _view(service, table, asker), _find(table, job_id, asker)
        states = None if state is None else view.states(state)
        found = table.files.choose(job.job_id, states, after=after, limit=limit + 1)
    files = [view.file(file) for file in found[:limit]]
    is_last = len(found) <= limit
    return JobFilePage(files=files, next_after=None if is_last else found[limit - 1].number)


@router.get(
    "/{job_id}/events",
    operation_id="follow_job",
    response_class=StreamingResponse,
    response_model=None,
    responses=_EVENTS,
)
def follow_job(
    job_id: JobId, asker: Follower, service: Served, last_event: LastEvent = 0
) -> Response:
    """A job's changes as server-sent events, until it is over."""
    with service.jobs.table() as table:
        job = _find(table, job_id, asker)
    if job.is_over and last_event >= job.revision:
        return Response(status_code=204)

    def read(since: int) -> News:
        with service.jobs.table() as table:
            return _news(table, job_id, since, _view(service, table, asker))

    feed = Feed(
        read,
        num_changes=lambda: service.jobs.num_changes(job_id),
        is_closing=lambda: service.jobs.is_closing,
        heartbeat_s=service.settings.heartbeat_s,
    )
    release = service.jobs.take_stream()
    return _EventStream(feed.follow(last_event), release)


@router.post(
    "/{job_id}/cancel",
    operation_id="cancel_job",
    status_code=202,
    responses=problem_responses(*_ONE, "conflict"),
)
def cancel_job(job_id: JobId, asker: Asker, service: Served, request: Request) -> JobAnswer:
    """Ends a job: its process is asked to, and after a while it is made to.

    What is indexed by then stays. Only the key that made the job, or an admin, may.
    """
    with service.jobs.table() as table:
        job = _find_own(table, job_id, asker)
        if job.is_over:
            raise ApiProblem("conflict", f"the job is {job.state} already")
    service.jobs.cancel(job_id)
    record(request, asker, "job", f"job {job_id} cancelled")
    return get_job(job_id, asker, service)


@router.post(
    "/{job_id}/retry",
    operation_id="retry_job",
    status_code=202,
    responses=problem_responses(*_ONE, "conflict", "too-many-jobs"),
)
def retry_job(job_id: JobId, asker: Asker, service: Served, request: Request) -> JobAnswer:
    """Makes a new job of what another has not done: files that failed, or were not looked at.

    Only the key that made the job, or an admin, may.
    """
    with service.jobs.table() as table:
        allowed = allowed_folders(service.settings, service.owner.library().root)
        order = repeated_order(_find_own(table, job_id, asker), table, allowed)
    new = NewJob(
        order=order,
        origin="retry",
        key_id=asker.key_id,
        created_by=asker.name,
        retry_of=job_id,
    )
    return _submit(service, request, new, asker)


class _EventStream(StreamingResponse):
    """Events as they come; lets go of its place in the end, also where the client left early."""

    def __init__(self, events: AsyncGenerator[bytes], release: Callable[[], None]) -> None:
        super().__init__(events, media_type="text/event-stream")
        self._release = release

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._release()


def _submit(service: Service, request: Request, new: NewJob, asker: Principal) -> JobAnswer:
    job = service.jobs.submit(new)
    what = f"job {job.job_id}: {job.order.model_dump_json(exclude_defaults=True)}"
    record(request, asker, "job", what, num_results=len(job.order.paths))
    with service.jobs.table() as table:
        return _view(service, table, asker).job(job)


def _view(service: Service, table: JobTable, asker: Principal) -> JobView:
    return JobView(table, asker, service.owner.library().root)


def _find(table: JobTable, job_id: str, asker: Principal) -> JobRecord:
    """Raises:
    ApiProblem: "not-found": there is none, or it is none of the asker's business.
    """
    job = table.find(job_id)
    if job is None or (asker.cameras is not None and job.key_id != asker.key_id):
        raise ApiProblem("not-found", NO_JOB)
    return job


def _find_own(table: JobTable, job_id: str, asker: Principal) -> JobRecord:
    """Raises:
    ApiProblem: as `_find`; "role-too-low": it is another key's.
    """
    job = _find(table, job_id, asker)
    if job.key_id != asker.key_id and asker.role is not Role.ADMIN:
        raise ApiProblem("role-too-low", "the job is another key's: ask it, or an admin")
    return job


def _news(table: JobTable, job_id: str, since: int, view: JobView) -> News:
    """What happened to a job after a revision: files that are done with, then the job itself."""
    job = table.find(job_id)
    if job is None:  # forgotten long after it was over
        return News([], is_all=True, is_over=True)
    files = table.files.ended(job_id, since=since, until=job.revision, limit=FILES_AT_ONCE)
    events = [Event(file.revision, "file", view.file(file).model_dump_json()) for file in files]
    is_all = len(files) < FILES_AT_ONCE
    if is_all and (job.revision > since or job.is_over):
        name = "end" if job.is_over else "job"
        events.append(Event(job.revision, name, view.job(job).model_dump_json()))
    return News(events, is_all=is_all, is_over=job.is_over)
