"""What a key may see: videos that one of its cameras saw, and only those places of them.

What it may not see is answered as what does not exist.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from search_api.access.roles import Principal
from search_api.checks import require_known
from search_api.requests import SearchRequest
from search_api.service.problems import ApiProblem
from segments.catalog import Catalog, Place, PlaceRow, SourceRecord, VideoRecord
from segments.library import Library

NO_VIDEO = "there is no such video"


@dataclass(frozen=True)
class VisibleVideo:
    """A video, and what may be seen of where it was."""

    record: VideoRecord
    sources: tuple[SourceRecord, ...]
    """By path; those of the principal's cameras only, and at least one for a scoped one."""


class ScopedCatalog(Catalog):
    """An open catalog as somebody sees it who may see some cameras only."""

    def __init__(self, catalog: Catalog, cameras: frozenset[str]) -> None:
        """Args:
        catalog: what it looks into, and what is closed with it.
        """
        self._rows, self._space, self._visible = catalog._rows, catalog._space, cameras

    def sources(self, video_id: str | None = None) -> list[SourceRecord]:
        return [s for s in super().sources(video_id) if s.camera in self._visible]

    def video(self, video_id: str) -> VideoRecord | None:
        return super().video(video_id) if self.sources(video_id) else None

    def videos(self, *, camera: str | None = None) -> list[VideoRecord]:
        seen = {s.video_id for s in self.sources() if camera is None or s.camera == camera}
        return [video for video in super().videos(camera=camera) if video.video_id in seen]

    def iter_places(self) -> Iterator[PlaceRow]:
        return (place for place in super().iter_places() if place.camera in self._visible)

    def places(self, video_ids: Sequence[str]) -> dict[str, list[Place]]:
        every = super().places(video_ids)
        return {
            video_id: [place for place in places if place.camera in self._visible]
            for video_id, places in every.items()
        }

    def has_camera(self, name: str) -> bool:
        return name in self._visible and super().has_camera(name)

    def has_detector(self, name: str) -> bool:
        return any(name in video.detectors for video in self.videos())

    def cameras(self) -> list[str]:
        return [camera for camera in super().cameras() if camera in self._visible]

    def clock_offsets(self) -> dict[str, float]:
        offsets = super().clock_offsets()
        return {camera: offset for camera, offset in offsets.items() if camera in self._visible}

    def _ids(self, where: str, values: Sequence[object]) -> list[str]:
        marks = ", ".join("?" * len(self._visible))
        return super()._ids(f"({where}) AND camera IN ({marks})", [*values, *self._visible])


def catalog_for(library: Library, principal: Principal) -> Catalog:
    """The catalog as the principal sees it; close it after use.

    Raises:
        LibraryError: the database is damaged or of another version.
    """
    return as_seen_by(Catalog(library), principal)


def as_seen_by(catalog: Catalog, principal: Principal) -> Catalog:
    """The same open catalog, as the principal sees it; costs nothing to make."""
    return catalog if principal.cameras is None else ScopedCatalog(catalog, principal.cameras)


def visible(catalog: Catalog, principal: Principal, video_id: str) -> VisibleVideo:
    """A video as the principal sees it.

    Raises:
        ApiProblem: "not-found": it is not there, or nothing of it may be seen.
    """
    record = catalog.video(video_id)
    sources = tuple(s for s in catalog.sources(video_id) if principal.may_see(s.camera))
    if record is None or (principal.cameras is not None and not sources):
        raise ApiProblem("not-found", NO_VIDEO)
    return VisibleVideo(record, sources)


def narrow(request: SearchRequest, principal: Principal, catalog: Catalog) -> SearchRequest:
    """The request, to look at nothing but the principal's cameras.

    Search with `catalog_for`'s catalog too, which shows hits at visible places only.

    Raises:
        UserError: it names a camera that the principal may not see, as if there were none.
    """
    if principal.cameras is None:
        return request
    seen = [camera for camera in catalog.cameras() if camera in principal.cameras]
    require_known("camera", request.cameras, seen)
    cameras = request.cameras or tuple(seen) or tuple(sorted(principal.cameras))
    return request.model_copy(update={"cameras": cameras})
