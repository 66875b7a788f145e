"""What the cases' pages ask of the service, with as few requests as will do."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import streamlit as st

from search_api.answers.cases import Case
from search_api.answers.videos import VideoDetails
from search_api.client import NotThere
from ui import session
from ui.cases.found import FoundHit, found_hits, thumbnail_path

REMEMBERED = timedelta(minutes=1)
"""How long what is known of a video is not asked again; its signed addresses last longer."""
SIGNED_AT_ONCE = 200


def read_hits(case: Case) -> list[FoundHit]:
    """The case's hits with their videos; errors as of the client."""
    return found_hits(case, read_videos(hit.video_id for hit in case.hits))


def read_videos(video_ids: Iterable[str]) -> dict[str, VideoDetails]:
    """Those that are there, by id."""
    found = {video_id: read_video(video_id) for video_id in dict.fromkeys(video_ids)}
    return {video_id: video for video_id, video in found.items() if video is not None}


def read_video(video_id: str) -> VideoDetails | None:
    """At most a minute old; None where it is not there."""
    known: dict[str, tuple[datetime, VideoDetails | None]]
    known = st.session_state.setdefault("session.videos", {})
    now = datetime.now(UTC)
    if video_id not in known or now - known[video_id][0] > REMEMBERED:
        known[video_id] = (now, _ask_for(video_id))
    return known[video_id][1]


def thumbnails(hits: Sequence[FoundHit], *, width: int = 320) -> dict[int, str]:
    """Addresses of the hits' pictures for a browser, by hit; without those that are gone."""
    there = [hit for hit in hits if hit.video]
    signed = sign([thumbnail_path(hit, width=width) for hit in there])
    return {hit.hit_id: url for hit, url in zip(there, signed, strict=True)}


def sign(urls: Sequence[str]) -> list[str]:
    """Addresses that a browser can open, in the same order."""
    client, signed = session.client(), list[str]()
    for first in range(0, len(urls), SIGNED_AT_ONCE):
        answer = client.videos.sign(urls[first : first + SIGNED_AT_ONCE])
        signed += [client.address(one.url) for one in answer.urls]
    return signed


def _ask_for(video_id: str) -> VideoDetails | None:
    try:
        return session.client().videos.get(video_id)
    except NotThere:
        return None
