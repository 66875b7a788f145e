"""What every route works with."""

from dataclasses import dataclass, field

from fastapi import Request

from search_api.access.opening import Access
from search_api.evidence.exports import ExportDesk
from search_api.jobs.desk import JobDesk
from search_api.media.room import MediaRoom
from search_api.removals import Remove
from search_api.service.disk import DiskMeter
from search_api.service.metrics import Metrics
from search_api.service.owner import LibraryOwner
from search_api.service.settings import ServiceSettings
from search_api.service.uploads import UploadStore
from search_api.traces.rescoring import RescoringDesk
from search_api.traces.trying import SentenceSets


@dataclass
class Service:
    """The parts of a running service; `app.state.service`."""

    settings: ServiceSettings
    owner: LibraryOwner
    access: Access
    uploads: UploadStore
    metrics: Metrics
    media: MediaRoom
    jobs: JobDesk
    rescorings: RescoringDesk
    sentences: SentenceSets
    disk: DiskMeter
    remove: Remove | None = None
    exports: ExportDesk = field(default_factory=ExportDesk)


def service_of(request: Request) -> Service:
    """The dependency: `service: Annotated[Service, Depends(service_of)]`."""
    service = request.app.state.service
    assert isinstance(service, Service)
    return service
