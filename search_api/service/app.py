"""The application: settings in, FastAPI out."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import APIRouter, FastAPI

from encoders.base import Profile
from search_api.access.opening import Access
from search_api.routes import health
from search_api.service.owner import LibraryOwner, LoadProfile
from search_api.service.problems import install_problems
from search_api.service.settings import ServiceSettings
from search_api.service.state import Service

VERSION = "1"
ROUTERS: Sequence[APIRouter] = (health.router,)


def create_app(settings: ServiceSettings, *, load_profile: LoadProfile | None = None) -> FastAPI:
    """The service over one library; it opens the library when it starts.

    Args:
        load_profile: how models are loaded; None: from this machine's weights.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        service: Service = app.state.service
        await to_thread.run_sync(service.owner.start)
        try:
            yield
        finally:
            await to_thread.run_sync(service.owner.stop)

    app = FastAPI(
        title="retrace",
        version=VERSION,
        description="Finds the moment something went wrong in hours of footage.",
        lifespan=lifespan,
    )
    app.state.service = Service(
        settings,
        LibraryOwner(settings, load_profile or _load_profile),
        Access.open(settings.library, settings),
    )
    install_problems(app)
    for router in ROUTERS:
        app.include_router(router)
    return app


def _load_profile(name: str) -> Profile:
    from encoders.registry import load_profile

    return load_profile(name)
