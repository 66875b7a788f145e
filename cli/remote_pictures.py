"""Pictures that a service shows, for what is drawn here."""

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import UInt8

from cli.answers import CurveOf
from search_api.curves import peak_time_s
from search_api.schemas import Curve, SearchHit
from segments.spans import TimeSpan

if TYPE_CHECKING:
    from search_api.client import Client
    from search_api.curve_picture import Still
    from search_api.curve_regions import Peak
    from search_api.pictures import Tile

TILE_PX, STILL_PX, PEAK_PX = 800, 427, 640
"""Widths that are asked for."""
GONE = "the service has no picture"
Pixels = UInt8[np.ndarray, "h w 3"]


def tiles_there(client: "Client", hits: Iterable[SearchHit], curve_of: CurveOf) -> "Iterator[Tile]":
    """Each hit with its curve and the picture of its most anomalous time."""
    from search_api.pictures import Tile

    for hit in hits:
        track, span = curve_of(hit.video_id), TimeSpan(hit.start_s, hit.end_s)
        time_s = peak_time_s(track, span) if track else (span.start_s + span.end_s) / 2
        yield Tile(hit, _picture(client, hit.video_id, time_s, TILE_PX), GONE, track)


def stills_there(client: "Client", curve: Curve) -> "list[Still]":
    """Pictures spread evenly over a video."""
    from search_api.curve_picture import Still, still_times

    times = still_times(curve.duration_s)
    return [Still(at_s, _picture(client, curve.video_id, at_s, STILL_PX)) for at_s in times]


def peaks_there(client: "Client", curve: Curve) -> "Sequence[Peak]":
    """The oddest thing of each marked stretch, in the picture that shows it, warmed there."""
    from search_api.curve_reasons import marked
    from search_api.curve_regions import Peak

    odd = [one for one in marked(curve) if one.regions]
    return [
        Peak(one, _warmed(client, curve.video_id, one.regions[0].time_s), heat=None) for one in odd
    ]


def _picture(client: "Client", video_id: str, at_s: float, width: int) -> Pixels | None:
    from search_api.client import ApiError

    try:
        return _pixels(client.videos.frame(video_id, at_s, width=width))
    except ApiError:  # the picture says so in its place
        return None


def _warmed(client: "Client", video_id: str, at_s: float) -> Pixels | None:
    from search_api.client import ApiError

    try:
        return _pixels(client.videos.frame(video_id, at_s, width=PEAK_PX, has_heat=True))
    except ApiError:  # the picture says so in its place
        return None


def _pixels(jpeg: bytes) -> Pixels:
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB"))
