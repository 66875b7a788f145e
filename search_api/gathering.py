"""Reads from the footage what the pictures show. What cannot be read is said in its place."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from search_api.curve_picture import Still, still_times
from search_api.curves import best_track, peak_time_s
from search_api.media import find_file
from search_api.pictures import Tile
from search_api.schemas import SearchHit
from segments.catalog import Catalog, VideoRecord
from segments.errors import MediaError
from segments.reading import picture_at
from segments.spans import TimeSpan
from segments.tracks import TrackStore

TILE_HEIGHT_PX = 450
STILL_HEIGHT_PX = 240


def iter_tiles(hits: Iterable[SearchHit], catalog: Catalog, tracks: TrackStore) -> Iterator[Tile]:
    """Each hit with its curve and the picture of its most anomalous time."""
    for hit in hits:
        track = best_track(tracks, hit.video_id)
        span = TimeSpan(hit.start_s, hit.end_s)
        time_s = peak_time_s(track, span) if track else (span.start_s + span.end_s) / 2
        video = catalog.video(hit.video_id)
        picture, note = None, "file not found"
        if video and (path := _path_of(catalog, video, prefer=hit.video)):
            picture, note = _picture(path, time_s, TILE_HEIGHT_PX), "file cannot be read"
        yield Tile(hit, picture, note, track)


def read_stills(catalog: Catalog, video: VideoRecord, *, prefer: str | None = None) -> list[Still]:
    """Pictures spread evenly over a video."""
    path = _path_of(catalog, video, prefer=prefer)
    times = still_times(video.duration_s)
    return [Still(time_s, path and _picture(path, time_s, STILL_HEIGHT_PX)) for time_s in times]


def _path_of(catalog: Catalog, video: VideoRecord, *, prefer: str | None) -> Path | None:
    try:
        return Path(find_file(catalog, video, prefer=prefer).path)
    except MediaError:  # the picture says so in its place
        return None


def _picture(path: Path, time_s: float, height: int) -> UInt8[np.ndarray, "h w 3"] | None:
    try:
        return picture_at(path, time_s, height=height)
    except MediaError:  # the picture says so in its place
        return None
