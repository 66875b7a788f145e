"""The application: settings in, FastAPI out."""

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import APIRouter, Depends, FastAPI
from starlette.middleware.cors import CORSMiddleware

from encoders.base import Profile
from search_api.access.opening import Access
from search_api.jobs.desk import JobDesk, JobParts
from search_api.media.room import MediaRoom
from search_api.removals import Remove
from search_api.routes import (
    audit,
    cases,
    curves,
    deletion,
    disk,
    documentation,
    evidence,
    footage,
    health,
    jobs,
    keys,
    media,
    places,
    search,
    signed_urls,
    traces,
    uploads,
    verification,
    videos,
)
from search_api.service.arrival import Arrival
from search_api.service.bodies import require_plain_json
from search_api.service.disk import DiskMeter
from search_api.service.doors import BodyLimit, HostCheck
from search_api.service.guard import ID_HEADER, Guard
from search_api.service.limits import Limits
from search_api.service.metrics import Metrics
from search_api.service.openapi import install_openapi
from search_api.service.opening import LoadProfile
from search_api.service.owner import LibraryOwner, Upkeep, no_upkeep
from search_api.service.parameters import refuse_unknown
from search_api.service.problems import install_problems
from search_api.service.settings import ServiceSettings
from search_api.service.state import Service
from search_api.service.uploads import UploadStore
from search_api.traces.rescoring import Rescore, RescoringDesk
from search_api.traces.trying import SentenceSets
from segments.library import Library

VERSION = "1"
ROUTERS: Sequence[APIRouter] = (
    health.router,
    search.router,
    disk.router,
    uploads.router,
    keys.router,
    signed_urls.router,
    audit.router,
    cases.router,
    evidence.router,
    verification.router,
    videos.router,
    curves.router,
    media.router,
    deletion.router,
    footage.router,
    jobs.router,
    traces.router,
    places.router,
    documentation.router,
)


def create_app(
    settings: ServiceSettings,
    *,
    load_profile: LoadProfile | None = None,
    upkeep: Upkeep = no_upkeep,
    remove: Remove | None = None,
    job_parts: JobParts | None = None,
    rescore: Rescore | None = None,
) -> FastAPI:
    """The service over one library; it opens the library when it starts.

    Args:
        load_profile: how models are loaded; None: from this machine's weights.
        upkeep: brings the store in step with what is known (`indexer.upkeep`), which this package
            may not import.
        remove: likewise removes a video (`indexer.spaces`); None: no request can.
        job_parts: likewise what indexing jobs need; None: no folder is watched.
        rescore: likewise makes scores anew (`indexer.rescoring`); None: no request can.
    """
    app = FastAPI(
        title="retrace",
        version=VERSION,
        description="Finds the moment something went wrong in hours of footage.",
        lifespan=_lifespan,
        docs_url=None,  # their pages come from elsewhere, and there may be no network
        redoc_url=None,
    )
    metrics = Metrics()
    owner = LibraryOwner(settings, load_profile or _load_profile, upkeep=upkeep, metrics=metrics)
    app.state.service = Service(
        settings=settings,
        owner=owner,
        access=Access.open(settings.library, settings),
        uploads=UploadStore(settings),
        metrics=metrics,
        media=MediaRoom(Library(settings.library, space="").cache, settings.media_limits()),
        jobs=JobDesk(settings, owner, job_parts or JobParts()),
        rescorings=RescoringDesk(owner, rescore),
        sentences=SentenceSets(),
        disk=DiskMeter(settings.library, kept_free=settings.min_free_bytes),
        remove=remove,
    )
    install_problems(app)
    install_openapi(app)
    for router in ROUTERS:
        app.include_router(
            router, dependencies=[Depends(refuse_unknown), Depends(require_plain_json)]
        )
    _add_middleware(app, settings, metrics)
    return app


def specification() -> str:
    """The OpenAPI document as it is committed; the settings have no part in it."""
    app = create_app(ServiceSettings())
    return json.dumps(app.openapi(), indent=2, ensure_ascii=False) + "\n"


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncGenerator[None]:
    service: Service = app.state.service
    to_thread.current_default_thread_limiter().total_tokens = service.settings.num_threads
    service.uploads.start()
    try:
        await to_thread.run_sync(service.owner.start)
        service.jobs.start()
        yield
    finally:
        await to_thread.run_sync(service.rescorings.close)
        await to_thread.run_sync(service.jobs.stop)
        await to_thread.run_sync(service.owner.stop)
        service.uploads.stop()
        await to_thread.run_sync(service.exports.stop)


def _add_middleware(app: FastAPI, settings: ServiceSettings, metrics: Metrics) -> None:
    """From the innermost to the outermost."""

    def limit_of(path: str) -> int:
        larger = {
            uploads.PATH: settings.max_upload_bytes,
            verification.PATH: settings.max_bundle_bytes,
            footage.PATH: settings.max_footage_bytes,
        }
        return larger.get(path, settings.max_body_bytes)

    def upload_timeout_of(path: str) -> float | None:
        timeouts = {
            uploads.PATH: settings.upload_timeout_s,
            verification.PATH: settings.upload_timeout_s,
            footage.PATH: settings.footage_timeout_s,
        }
        return timeouts.get(path)

    def timeout_of(path: str) -> float:
        return (upload_timeout_of(path) or 0.0) + settings.request_timeout_s

    app.add_middleware(Limits, settings=settings, metrics=metrics, timeout_of=timeout_of)
    app.add_middleware(Arrival, settings=settings, upload_timeout_of=upload_timeout_of)
    app.add_middleware(BodyLimit, limit_of=limit_of)
    if settings.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.origins,
            allow_methods=["*"],
            allow_headers=["authorization", "content-type", ID_HEADER],
            expose_headers=[ID_HEADER, "retry-after"],
        )
    app.add_middleware(HostCheck, settings=settings)
    app.add_middleware(Guard, metrics=metrics)


def _load_profile(name: str) -> Profile:
    from encoders.registry import load_profile

    return load_profile(name)
