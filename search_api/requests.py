"""What is asked, as it crosses the door: checked on the console and over HTTP alike."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, Self, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    StrictBool,
    StringConstraints,
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
MAX_NAME_CHARS = 200
MAX_CAMERAS = 100
MAX_DETECTORS = 20
MAX_UNWANTED = 5
MAX_WITHIN_S = 86_400.0
MAX_WEIGHT = 100.0
MAX_ANOMALY = 1e6

_DATE = re.compile(r"\s*\d{4}-\d\d-\d\d[Tt\s]")

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


def _require_iso(time: object) -> object:
    if isinstance(time, datetime) or (isinstance(time, str) and _DATE.match(time)):
        return time
    raise PydanticCustomError("no_time", "give a date and a time with its zone, as ISO 8601 has it")


def _require_number(number: object) -> object:
    if isinstance(number, str | bool):
        raise PydanticCustomError("no_number", "give a number")
    return number


QueryText = Annotated[
    Annotated[str, Field(max_length=MAX_TEXT_CHARS)] | None,
    BeforeValidator(_require_short),
    BeforeValidator(_trim),
]
Sentence = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT_CHARS)
]
"""Words that must be there."""
Name = Annotated[str, Field(max_length=MAX_NAME_CHARS)]
Instant = Annotated[AwareDatetime, BeforeValidator(_require_iso)]
"""A time with its zone as ISO 8601 has it; a number of seconds is none."""
Number = BeforeValidator(_require_number)
"""After the bounds of an int or a float, which by themselves take words like "10" and true."""
Share = Annotated[FiniteFloat, Field(ge=0, le=1), Number]
Weight = Annotated[FiniteFloat, Field(gt=0, le=MAX_WEIGHT), Number]
Similarity = Annotated[FiniteFloat, Field(ge=-1, le=1), Number]
RawScore = Annotated[FiniteFloat, Field(ge=-MAX_ANOMALY, le=MAX_ANOMALY), Number]


class Weights(BaseModel):
    """How much each part of a mixed query counts: its reciprocal ranks are multiplied by it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Weight = 1.0
    image: Weight = 1.0
    audio: Weight = 1.0
    """Of each ranking that the sound gives: two in the mode "both"."""


class Then(BaseModel):
    """What must follow the moment that is looked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Sentence
    within_s: Annotated[FiniteFloat, Field(gt=0, le=MAX_WITHIN_S), Number] = 30.0
    """Seconds from the end of the first span to the start of the second, at most."""
    same_camera: StrictBool = True
    """Whether the second must be of the first's camera; of its video where no camera is known."""


class SearchRequest(BaseModel):
    """What to look for, and where. A sound and a picture travel beside it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: QueryText = None
    without: Annotated[tuple[Sentence, ...], Field(max_length=MAX_UNWANTED)] = ()
    """What the hits should not show."""
    then: Then | None = None
    """What must follow: hits are pairs of moments, the first with the second."""
    weights: Weights = Weights()
    """Of the parts of a mixed query; without effect on a query of one part."""
    crop: tuple[Share, Share, Share, Share] | None = None
    """The part of the picture to look for: left, top, right, bottom as shares of its size."""
    level: Level = "moment"
    cameras: Annotated[tuple[Name, ...], Field(max_length=MAX_CAMERAS)] = ()
    """Any of these; empty: everywhere."""
    after: Instant | None = None
    """Segments that start at or after this time; what has no known time is not found."""
    before: Instant | None = None
    """Segments that start before this time."""
    has_sound: StrictBool | None = None
    """Only segments with a sound track, or only those without one."""
    min_score: Similarity | None = None
    """Least similarity; a fused ranking has none."""
    min_anomaly: Annotated[dict[Name, RawScore], Field(max_length=MAX_DETECTORS)] = {}
    """Least pooled raw score by detector."""
    alpha: Share | None = None
    """Share of the CLS alignment (Eq. 5); None: the library's own."""
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT), Number] = 10
    merge: StrictBool = True
    """Whether overlapping hits of one event are one hit."""
    per_video: Annotated[int, Field(ge=1, le=MAX_LIMIT), Number] | None = None
    """Most hits of one video; None: as many as there are."""
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

    @model_validator(mode="after")
    def _require_area(self) -> Self:
        left, top, right, bottom = self.crop or (0.0, 0.0, 1.0, 1.0)
        if left >= right or top >= bottom:
            raise PydanticCustomError(
                "empty_crop",
                "the crop {crop} is empty: give left < right and top < bottom, as shares of the "
                "picture's width and height",
                {"crop": self.crop},
            )
        return self


OURS = ("text_too_long", "empty_time_window", "empty_crop")
"""Types of errors whose messages are whole sentences of ours."""


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
        came = f"{field} = {detail['input']!r}: {detail['msg'].lower()}"
        lines.append(detail["msg"] if detail["type"] in OURS else came)
    return "; ".join(lines)
