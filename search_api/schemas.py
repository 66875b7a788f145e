"""What is asked and what is answered, as it crosses the door: console JSON now, HTTP later."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from segments.errors import UserError
from segments.media import Level

Asked = TypeVar("Asked", bound=BaseModel)
MAX_LIMIT = 1000
MAX_TEXT_CHARS = 300
"""About what fits into the text encoders' 64 word pieces."""

SoundMode = Literal["sound-to-video", "sound-to-sound", "both"]


def _trim(text: object) -> object:
    """A query of nothing but blanks is no query."""
    return (text.strip() or None) if isinstance(text, str) else text


def _require_short(text: object) -> object:
    if isinstance(text, str) and len(text) > MAX_TEXT_CHARS:
        raise PydanticCustomError(
            "text_too_long",
            "the text has {length} characters and at most {limit} are read: say it shorter",
            {"length": len(text), "limit": MAX_TEXT_CHARS},
        )
    return text


QueryText = Annotated[str | None, BeforeValidator(_require_short), BeforeValidator(_trim)]


class SearchRequest(BaseModel):
    """What to look for, and where. A sound travels beside it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: QueryText = None
    level: Level = "moment"
    cameras: tuple[str, ...] = ()
    """Any of these; empty: everywhere."""
    after: AwareDatetime | None = None
    """Segments that start at or after this time; what has no known time is not found."""
    before: AwareDatetime | None = None
    """Segments that start before this time."""
    min_score: FiniteFloat | None = None
    """Least similarity; a fused ranking has none."""
    min_anomaly: dict[str, FiniteFloat] = {}
    """Least pooled raw score by detector."""
    alpha: FiniteFloat | None = Field(None, ge=0, le=1)
    """Share of the CLS alignment (Eq. 5); None: the library's own."""
    limit: int = Field(10, ge=1, le=MAX_LIMIT)
    sound_mode: SoundMode = "both"
    """What a sound is compared with: pictures, sound tracks, or both rankings fused."""

    @model_validator(mode="after")
    def _require_order(self) -> Self:
        if self.after and self.before and self.after >= self.before:
            raise PydanticCustomError(
                "empty_time_window",
                "nothing lies after {after} and before {before}: give a later `before`",
                {"after": self.after.isoformat(), "before": self.before.isoformat()},
            )
        return self


def parse_request(fields: Mapping[str, object]) -> SearchRequest:
    """Checks a request.

    Raises:
        UserError: some field is wrong; one line names each, what came and what is allowed.
    """
    return parse(SearchRequest, fields)


def parse(model: type[Asked], fields: Mapping[str, object]) -> Asked:
    """What somebody asked for, checked.

    Raises:
        UserError: some field is wrong; one line names each, what came and what is allowed.
    """
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise UserError(readable(error)) from None


def readable(error: ValidationError) -> str:
    """A pydantic error as one line for people."""
    lines: list[str] = []
    for detail in error.errors():
        field = ".".join(str(part) for part in detail["loc"])
        ours = detail["type"] in ("text_too_long", "empty_time_window")
        came = detail["msg"] if ours else f"{field} = {detail['input']!r}: {detail['msg'].lower()}"
        lines.append(came)
    return "; ".join(lines)


class SearchQuery(SearchRequest):
    """The request as it was carried out."""

    audio: str | None = None
    """Name of the sound that came with it."""
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
    score: float
    """Raw: `appearance` and `motion` together."""
    appearance: float
    motion: float

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
    were compared with words in place of a sound begin with "words."."""
    anomaly: dict[str, float]
    """Pooled raw score of the span by detector."""
    explanation: Explanation | None
    """Of the span's most anomalous time; None where no detector explains itself."""


class SearchResponse(BaseModel):
    """The hits of a request, best first."""

    model_config = ConfigDict(extra="forbid")

    query: SearchQuery
    profile: str
    level: Level
    ranking: Literal["similarity", "rank-fusion"]
    """Whether scores are similarities, or reciprocal ranks that say nothing about how alike."""
    hits: list[SearchHit]


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
