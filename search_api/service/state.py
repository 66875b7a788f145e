"""What every route works with."""

from dataclasses import dataclass

from fastapi import Request

from search_api.access.opening import Access
from search_api.service.owner import LibraryOwner
from search_api.service.settings import ServiceSettings


@dataclass
class Service:
    """The parts of a running service; `app.state.service`."""

    settings: ServiceSettings
    owner: LibraryOwner
    access: Access


def service_of(request: Request) -> Service:
    """The dependency: `service: Annotated[Service, Depends(service_of)]`."""
    service = request.app.state.service
    assert isinstance(service, Service)
    return service
