"""A case's hits with what their videos say, as the page shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from pydantic import JsonValue, ValidationError

from search_api.answers.cases import Case, CaseFinding
from search_api.answers.videos import VideoDetails
from search_api.schemas import Explanation
from ui import words

Query = Mapping[str, JsonValue]
BY_HAND = "marked by hand"
THUMBNAIL_WIDTH = 320
SENT = {"audio": "the sound", "image": "the picture"}


@dataclass(frozen=True)
class FoundHit:
    """A hit, and its video."""

    number: int
    """Its place in the case's order; 1 is the first."""
    hit_id: int
    finding: CaseFinding
    video: VideoDetails | None
    """None: it is not in the library any more, or the key may not see it."""

    @property
    def name(self) -> str:
        """Of the file."""
        return (self.video and self.video.name) or f"video {self.finding.video_id[:12]}"

    @property
    def camera(self) -> str:
        places = self.video.places if self.video else []
        return next((place.camera for place in places if place.camera), "no camera named")

    @property
    def recorded_at(self) -> datetime | None:
        """Wall-clock time of the video's first picture."""
        places = self.video.places if self.video else []
        return next((place.recorded_at for place in places if place.recorded_at), None)

    @property
    def happened_at(self) -> datetime | None:
        """Wall-clock time of the span's start."""
        start = self.recorded_at
        return start and start + timedelta(seconds=self.finding.start_s)

    def when(self, zone: tzinfo) -> str:
        return words.wall_time(self.happened_at, zone)

    @property
    def span(self) -> str:
        return words.span(self.finding.start_s, self.finding.end_s)

    @property
    def middle_s(self) -> float:
        return (self.finding.start_s + self.finding.end_s) / 2

    @property
    def title(self) -> str:
        """ "2 · gate · 0:05.0–0:08.0 (3 s)"."""
        return f"{self.number} · {self.camera} · {self.span}"


def found_hits(case: Case, videos: Mapping[str, VideoDetails]) -> list[FoundHit]:
    """In the case's order."""
    return [
        FoundHit(number, hit.hit_id, hit, videos.get(hit.video_id))
        for number, hit in enumerate(case.hits, 1)
    ]


def thumbnail_path(hit: FoundHit, *, width: int = THUMBNAIL_WIDTH) -> str:
    """The address to sign of the picture in the middle of the span."""
    video_id = hit.finding.video_id
    return f"/v1/videos/{video_id}/thumbnail?at_s={hit.middle_s:.3f}&width={width}"


def asked(query: Query | None) -> str:
    """What found it, in words: 'a red car, without "a bus", at gate'."""
    if query is None:
        return BY_HAND
    said = [f'"{query["text"]}"'] if query.get("text") else []
    said += [f"{kind} {query[field]}" for field, kind in SENT.items() if query.get(field)]
    said += [f'without "{text}"' for text in _texts(query.get("without"))]
    if isinstance(then := query.get("then"), dict):
        said.append(f'then "{then.get("text")}" within {then.get("within_s", 30):g} s')
    if cameras := _texts(query.get("cameras")):
        said.append(f"at {' or '.join(cameras)}")
    return ", ".join(said) or BY_HAND


def scored(finding: CaseFinding) -> str:
    """ "0.312 = cls 0.200 + avg 0.112"; empty for what nobody scored."""
    if finding.score is None:
        return ""
    parts = " + ".join(f"{name} {words.score(part)}" for name, part in finding.parts.items())
    return f"{words.score(finding.score)} = {parts}" if parts else words.score(finding.score)


def anomalies(finding: CaseFinding) -> str:
    """ "alan 0.912, trace 0.310 (raw)"; empty where no detector looked."""
    said = ", ".join(f"{name} {words.score(raw)}" for name, raw in finding.anomaly.items())
    return f"{said} (raw)" if said else ""


def because(finding: CaseFinding) -> str:
    """What a detector said of it in words; empty where none did, or an older one in another way."""
    if finding.explanation is None:
        return ""
    try:
        return words.reason(Explanation.model_validate(finding.explanation))
    except ValidationError:
        return ""


def _texts(value: JsonValue) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []
