"""What a card of a hit shows, in words, as plain values that are sent to the browser."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from search_api.schemas import Ranking, SearchHit, SearchResponse
from ui import links, words
from ui.links import Asked

Card = dict[str, Any]
SCORE_WORDS: dict[Ranking, str] = {
    "similarity": "similarity",
    "rank-fusion": "rank score",
    "sequence": "both stand out",
}
PICTURES = 8
"""Of the storyboard that a thumbnail plays."""
WIDTH_PX = 320
SEPARATORS = re.compile(r"[/\\]")


def to_cards(
    response: SearchResponse, hits: Sequence[SearchHit], asked: Asked, zone: tzinfo
) -> list[Card]:
    """One card a hit, in their order; addresses of pictures come beside them."""
    of_video = Counter(hit.video_id for hit in hits)
    return [_card(hit, response, of_video[hit.video_id], asked, zone) for hit in hits]


def pictures_of(hits: Sequence[SearchHit]) -> list[str]:
    """Addresses to sign: of each hit its thumbnail, then its storyboard."""
    return [url for hit in hits for url in (_thumbnail(hit), _animation(hit))]


def file_name(path: str) -> str:
    """The last part of a path, of whatever system."""
    return SEPARATORS.split(path)[-1] or path


def _card(
    hit: SearchHit, response: SearchResponse, of_video: int, asked: Asked, zone: tzinfo
) -> Card:
    open_at = links.to_video(
        hit.video_id, hit.start_s, start_s=hit.start_s, end_s=hit.end_s, asked=asked
    )
    return {
        "rank": hit.rank,
        "group": hit.video_id,
        "inVideo": of_video,
        "camera": hit.camera or "no camera",
        "file": file_name(hit.video),
        "when": words.wall_time(hit.start_time, zone),
        "span": words.span(hit.start_s, hit.end_s),
        "length": words.duration(hit.end_s - hit.start_s),
        "score": words.score(hit.score),
        "scoreWords": SCORE_WORDS[response.ranking],
        "parts": _named(hit.parts),
        "anomaly": _named(hit.anomaly),
        "reason": _reason(hit),
        "merged": "" if hit.merged < 2 else f"{hit.merged} overlapping moments in one",
        "then": _then(hit),
        "chance": _chance(hit),
        "isWeak": hit.confident is False,
        "href": links.href("video", open_at),
    }


def _reason(hit: SearchHit) -> str:
    said = words.reason(hit.explanation)
    return f"{hit.explanation.detector}: {said}" if hit.explanation and said else ""


def _named(values: Mapping[str, float]) -> list[dict[str, str]]:
    return [{"name": name, "value": words.score(value)} for name, value in values.items()]


def _then(hit: SearchHit) -> str:
    if hit.then is None:
        return ""
    after = hit.then
    gap = f"{after.gap_s:.0f} s later" if after.gap_s >= 0 else "overlapping"
    where = f"{after.camera or 'no camera'} {words.span(after.start_s, after.end_s)}"
    return f"then, {gap}: {where}"


def _chance(hit: SearchHit) -> str:
    if hit.confidence is None:
        return ""
    return f"{hit.confidence:.0%} of queries that match nothing find as much"


def _thumbnail(hit: SearchHit) -> str:
    middle_s = (hit.start_s + hit.end_s) / 2
    return f"/v1/videos/{hit.video_id}/thumbnail?at_s={middle_s:g}&width={WIDTH_PX}"


def _animation(hit: SearchHit) -> str:
    return (
        f"/v1/videos/{hit.video_id}/storyboard?start_s={hit.start_s:g}&end_s={hit.end_s:g}"
        f"&count={PICTURES}&width={WIDTH_PX}&format=webp"
    )
