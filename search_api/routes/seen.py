"""What the routes of one video work with: the video as whoever asks may see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query

from search_api.access.principal import PROBLEM_CODES, require, require_signed_or_key
from search_api.access.roles import Principal, Role
from search_api.access.scope import VisibleVideo, visible
from search_api.media.errors import MediaChanged, MediaGone
from search_api.media.room import MediaRoom
from search_api.service.problems import ApiProblem
from search_api.service.state import Service, service_of
from search_api.service.types import VideoId
from segments.catalog import VideoRecord
from segments.library import Library
from segments.media import VideoSource

UsedService = Annotated[Service, Depends(service_of)]
Viewer = Annotated[Principal, Depends(require(Role.VIEWER))]
TagViewer = Annotated[Principal, Depends(require_signed_or_key(Role.VIEWER))]
"""A viewer, by key or by a signed address, as `<video>` and `<img>` tags come."""
VIDEO_PROBLEMS = (*PROBLEM_CODES, "not-found", "invalid-request", "library-unavailable")
FILE_PROBLEMS = (
    *VIDEO_PROBLEMS,
    "media-gone",
    "media-changed",
    "unreadable-media",
    "outside-video",
    "beyond-limit",
    "overloaded",
)
Time = Annotated[
    float,
    Query(
        ge=0,
        le=10_000_000,
        allow_inf_nan=False,
        description="Seconds from the video's first picture.",
    ),
]
WidthPx = Annotated[int, Query(ge=16, le=4096)]


@dataclass(frozen=True)
class SeenVideo:
    """A video, what may be seen of it, and who looks."""

    video: VisibleVideo
    principal: Principal
    service: Service

    @property
    def record(self) -> VideoRecord:
        return self.video.record

    @property
    def library(self) -> Library:
        return self.service.owner.library()

    @property
    def room(self) -> MediaRoom:
        return self.service.media

    def source(self) -> VideoSource:
        """The recording, at a place that may be seen.

        Raises:
            ApiProblem: "media-gone", "media-changed"; admins are told where it was looked for.
        """
        try:
            return self.room.source(self.record, self.video.sources)
        except (MediaGone, MediaChanged) as error:
            code = "media-gone" if isinstance(error, MediaGone) else "media-changed"
            is_admin = self.principal.role is Role.ADMIN
            raise ApiProblem(code, str(error) if is_admin else _SAID[code]) from None

    def address(self, leaf: str, query: Mapping[str, str | int | float] | None = None) -> str:
        """A signed address of something of this video."""
        pairs = [(name, str(value)) for name, value in (query or {}).items()]
        path = f"/v1/videos/{self.record.video_id}/{leaf}"
        return self.service.access.signer.sign(path, pairs, self.principal)


_SAID = {
    "media-gone": "the recording is not where it was indexed: ask an admin to put it back",
    "media-changed": "the file is not the recording that was indexed any more: ask an admin",
}


def seen_by_key(video_id: VideoId, service: UsedService, principal: Viewer) -> SeenVideo:
    """The video of the path, for routes that answer with JSON."""
    return SeenVideo(visible(service.owner.catalog(), principal, video_id), principal, service)


def seen_by_tag(video_id: VideoId, service: UsedService, principal: TagViewer) -> SeenVideo:
    """The video of the path, for routes that a browser's tags fetch."""
    return SeenVideo(visible(service.owner.catalog(), principal, video_id), principal, service)
