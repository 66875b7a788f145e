"""Reads from the footage what the pictures show. What cannot be read is said in its place."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from jaxtyping import UInt8

from search_api.curve_picture import Still, still_times
from search_api.curve_regions import Peak
from search_api.curves import best_track, peak_time_s
from search_api.explaining import Explainer
from search_api.media import find_source
from search_api.pictures import Tile
from search_api.schemas import Explanation, SearchHit
from segments.catalog import Catalog, VideoRecord
from segments.errors import MediaError
from segments.media import VideoSource
from segments.reading import picture_at
from segments.spans import TimeSpan
from segments.tracks import TrackStore

TILE_HEIGHT_PX = 450
STILL_HEIGHT_PX = 240
PEAK_HEIGHT_PX = 360


def iter_tiles(hits: Iterable[SearchHit], catalog: Catalog, tracks: TrackStore) -> Iterator[Tile]:
    """Each hit with its curve and the picture of its most anomalous time."""
    for hit in hits:
        track = best_track(tracks, hit.video_id)
        span = TimeSpan(hit.start_s, hit.end_s)
        time_s = peak_time_s(track, span) if track else (span.start_s + span.end_s) / 2
        video = catalog.video(hit.video_id)
        source = _find(catalog, video, prefer=hit.video) if video else None
        picture = source and _picture(source, time_s, TILE_HEIGHT_PX)
        yield Tile(hit, picture, "file cannot be read" if source else "file not found", track)


def read_stills(catalog: Catalog, video: VideoRecord, *, prefer: str) -> list[Still]:
    """Pictures spread evenly over a video."""
    source = _find(catalog, video, prefer=prefer)
    times = still_times(video.duration_s)
    return [Still(time_s, source and _picture(source, time_s, STILL_HEIGHT_PX)) for time_s in times]


def read_peaks(
    catalog: Catalog,
    video: VideoRecord,
    explainer: Explainer,
    found: Sequence[Explanation],
    *,
    prefer: str,
) -> list[Peak]:
    """The oddest thing of each stretch of time, in the picture that shows it."""
    source = _find(catalog, video, prefer=prefer)
    return [
        Peak(
            one,
            source and _picture(source, one.regions[0].time_s, PEAK_HEIGHT_PX),
            explainer.heat_of(video.video_id, one.regions[0]),
        )
        for one in found
    ]


def _find(catalog: Catalog, video: VideoRecord, *, prefer: str) -> VideoSource | None:
    try:
        return find_source(catalog, video, prefer=prefer)
    except MediaError:  # the picture says so in its place
        return None


def _picture(source: VideoSource, time_s: float, height: int) -> UInt8[np.ndarray, "h w 3"] | None:
    try:
        return picture_at(source, time_s, height=height)
    except MediaError:  # the picture says so in its place
        return None
