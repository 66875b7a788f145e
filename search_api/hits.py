"""Where and when a stored point is shown."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from search_api.requests import SearchRequest
from segments.catalog import Catalog, Place
from segments.payload import SegmentPayload


class SourceChooser:
    """Which of a content's places a hit is shown at."""

    def __init__(self, catalog: Catalog, request: SearchRequest) -> None:
        self._catalog, self._request = catalog, request
        self._places: dict[str, list[Place]] = {}

    def read(self, video_ids: Iterable[str]) -> None:
        """Reads at once where these contents were seen, before one after the other is asked for."""
        self._places |= self._catalog.places(sorted(set(video_ids)))

    def choose(self, payload: SegmentPayload) -> Place | None:
        """The first place by path that has the camera *and* the time asked for.

        None where the store found the content at one place for its camera and at another for its
        time, or where the content is no longer in the catalog.
        """
        if payload.video_id not in self._places:
            self.read([payload.video_id])
        places = self._places[payload.video_id]
        return next((place for place in places if self._fits(place, payload.start_s)), None)

    def _fits(self, place: Place, start_s: float) -> bool:
        wanted = self._request
        if wanted.cameras and place.camera not in wanted.cameras:
            return False
        if not (wanted.after or wanted.before):
            return True
        if place.recorded_at is None:
            return False
        start_ms = to_ms(place.recorded_at) + round(start_s * 1000)
        return (wanted.after is None or start_ms >= to_ms(wanted.after)) and (
            wanted.before is None or start_ms < to_ms(wanted.before)
        )


def wall_time(recorded_at: datetime | None, time_s: float) -> datetime | None:
    """The wall-clock time of `time_s` seconds into a recording, where its start is known."""
    return recorded_at and recorded_at + timedelta(seconds=time_s)


def to_ms(time: datetime) -> int:
    """UTC milliseconds, as payloads carry them."""
    return round(time.timestamp() * 1000)
