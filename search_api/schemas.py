"""What is answered, as it crosses the door: console JSON and HTTP alike."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from search_api.requests import SearchRequest
from segments.media import Level

Ranking = Literal["similarity", "rank-fusion", "sequence"]


class SearchQuery(SearchRequest):
    """The request as it was carried out."""

    audio: str | None = None
    """Name of the sound that came with it."""
    image: str | None = None
    """Name of the picture that came with it."""
    heard: dict[str, float] = {}
    """The words that stood for the sound where no model compares sounds with pictures, by share."""


class Reason(BaseModel):
    """One sentence that a detector found near."""

    model_config = ConfigDict(extra="forbid")

    text: str
    context: str
    """The sort of place that it is said of."""
    kind: str | None
    """What is wrong in it; None where nothing is."""
    similarity: float
    """Cosine with what the pictures show, in [-1, 1]."""


class RegionReason(BaseModel):
    """One thing in the picture that a detector found odd."""

    model_config = ConfigDict(extra="forbid")

    box: tuple[float, float, float, float]
    """Left, top, right and bottom as shares of the picture's width and height."""
    time_s: float
    """Of the picture that shows it."""
    track: int
    """The same for the same thing in pictures that follow each other."""
    caption: str
    """What it looks like, in words; empty where nothing says so."""
    is_carried: bool
    """Whether the caption is one of an earlier, sharper view."""
    act: str = ""
    """What it does, in the words of the nearest sentence; empty where nothing says so."""
    score: float
    """Raw: `appearance`, `motion` and `odds` together."""
    appearance: float
    motion: float
    odds: float = 0.0
    """Of what it does: how far its words are those of something anomalous."""

    @property
    def motion_share(self) -> float:
        """How much of the score is motion, in [0, 1]."""
        return self.motion / self.score if self.score else 0.0


class Explanation(BaseModel):
    """Why a detector gave its score to a stretch of time: by sentences, or by regions."""

    model_config = ConfigDict(extra="forbid")

    detector: str
    start_s: float
    end_s: float
    score: float
    """Raw, of this time."""
    anomalous: list[Reason]
    """Nearest first; empty where the detector compares with no sentences."""
    normal: list[Reason]
    regions: list[RegionReason] = []
    """Oddest first; empty where the detector looks at no regions."""


class Followed(BaseModel):
    """The second moment of a hit that was asked for as "A, then B"."""

    model_config = ConfigDict(extra="forbid")

    video: str
    video_id: str
    camera: str | None
    start_s: float
    end_s: float
    start_time: AwareDatetime | None
    gap_s: float
    """From the end of the first span to the start of this one; negative where they overlap."""


class SearchHit(BaseModel):
    """One span of one content."""

    model_config = ConfigDict(extra="forbid")

    rank: int
    video: str
    """Path as indexed, of the first source that satisfies the request's camera and time."""
    video_id: str
    camera: str | None
    start_s: float
    end_s: float
    start_time: AwareDatetime | None
    """Wall-clock time of the span's start; None where it is not known."""
    score: float
    """Higher is better; the sum of `parts`."""
    parts: dict[str, float]
    """By block of the vector, or by ranking ("rank.text") where rankings are fused. Blocks that
    were compared with words in place of a sound begin with "words."; what an unwanted sentence
    takes off is under "without." and the sentence; "then" asks for "first" and "then"."""
    anomaly: dict[str, float]
    """Pooled raw score of the span by detector."""
    explanation: Explanation | None
    """Of the span's most anomalous time; None where no detector explains itself."""
    merged: Annotated[int, Field(ge=1)] = 1
    """Overlapping segments that this hit stands for; `score` and `parts` are of the best."""
    then: Followed | None = None
    """What follows, where that was asked for."""
    confidence: float | None = None
    """How often a query that matches nothing finds something as alike in a library of this size,
    in (0, 1]; small is good. None where it is not known."""
    confident: bool | None = None
    """Whether `confidence` is small enough to speak of a match; None where it is not known."""


class SearchResponse(BaseModel):
    """The hits of a request, best first."""

    model_config = ConfigDict(extra="forbid")

    query: SearchQuery
    profile: str
    level: Level
    ranking: Ranking
    """Whether scores are similarities, reciprocal ranks that say nothing about how alike, or
    how far two moments that follow each other stand out, the weaker above all."""
    hits: list[SearchHit]
    confident: bool | None = None
    """Whether any hit is one to rely on; None where it is not known."""


class CurveCalibration(BaseModel):
    """What the scores of a curve mean at its camera; numbers are None where uncalibrated."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    meaning: str = "uncalibrated"
    """Of the threshold, in words; begins with "uncalibrated" where there is none, and says why."""
    threshold: float | None = None
    """Raw score that rings an alarm."""
    alarms_per_day: float | None = None
    """About how many, per 24 hours of normal footage of this camera."""
    alarms_per_day_interval: tuple[float, float] | None = None
    """95 %."""
    footage_s: float | None = None
    """Normal footage that this rests on."""
    left_out: int | None = None
    """Highest alarms of that footage that do not count."""
    peak_meaning: str | None = None
    """How common scores as high as the curve's highest are, in words."""
    peak_per_day: float | None = None
    """0 where nothing in the footage was as high."""
    peak_per_day_interval: tuple[float, float] | None = None


class Curve(BaseModel):
    """One detector's raw scores over one video."""

    model_config = ConfigDict(extra="forbid")

    video: str
    video_id: str
    camera: str | None
    start_time: AwareDatetime | None
    """Wall-clock time of the first frame; None where it is not known."""
    duration_s: float
    detector: str
    pts_s: list[float]
    """Start of the time each score speaks for; it lasts until the next, the last until `end_s`."""
    end_s: float
    scores: list[float]
    """Raw: comparable within a camera only."""
    calibration: CurveCalibration = CurveCalibration()
    explanations: list[Explanation] = []
    """One per score; empty where none was asked for, or the detector does not explain itself."""
