"""The sentences that TRACE compares footage with, and the places that stand for cameras."""

from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field
from pydantic_core import PydanticCustomError

from search_api.answers.base import Answer, Asked
from segments.trace_words import CONTEXT_NAME, MAX_NAME, MAX_SENTENCE, Kind

MAX_CONTEXTS = 50
"""Of one request."""
MAX_MOMENTS = 50
TRACE_ID = "^[0-9a-f]{16}$"


def _require_sentence(text: str) -> str:
    if text != text.strip() or not text.isprintable() or not any(map(str.isalnum, text)):
        raise PydanticCustomError("not_printable", "give one line of words without blanks around")
    return text


SentenceText = Annotated[
    str, Field(min_length=1, max_length=MAX_SENTENCE), AfterValidator(_require_sentence)
]
ContextName = Annotated[str, Field(pattern=f"^{CONTEXT_NAME}$", max_length=MAX_NAME)]
CameraName = Annotated[str, Field(min_length=1, max_length=200)]


class SentenceAnswer(Answer):
    """A sentence of the bank."""

    trace_id: str
    text: str
    context: str
    kind: Kind | None
    """What is wrong in it; None: it is normal there."""
    is_own: bool
    """Whether it is this library's; the others come with retrace."""


class ContextAnswer(Answer):
    """A sort of place, with what is normal and what is anomalous there."""

    name: str
    scenes: list[str]
    """How such a place looks to a fixed camera."""
    sentences: list[SentenceAnswer]


class TraceBank(Answer):
    """All sentences, as the key may see them."""

    contexts: list[ContextAnswer]
    removed: list[SentenceAnswer]
    """Sentences of retrace that this library does without; adding one puts it back."""

    def of(self, context: str) -> "TraceBank":
        """One context of it."""
        return TraceBank(
            contexts=[one for one in self.contexts if one.name == context],
            removed=[one for one in self.removed if one.context == context],
        )


class NewSentence(Asked):
    """A sentence to add."""

    text: SentenceText
    context: ContextName
    """A new name makes a new context."""
    kind: Kind | None = None
    """What is wrong in it; None: it is normal there."""


class TrialOrder(Asked):
    """A sentence to try on footage that TRACE has seen; it need not be in the bank."""

    text: SentenceText
    video_id: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    """On this video only."""
    camera: CameraName | None = None
    """On this camera's footage only."""
    contexts: tuple[ContextName, ...] = Field(default=(), max_length=MAX_CONTEXTS)
    """Beside the sentences of these; empty: of those that stand for each video's cameras."""
    limit: Annotated[int, Field(ge=1, le=MAX_MOMENTS)] = 10


class NearSentence(Answer):
    """A sentence of the bank, and how near it is to a moment."""

    text: str
    context: str
    kind: Kind | None
    similarity: float


class TriedMoment(Answer):
    """Footage that a tried sentence is near to."""

    video_id: str
    camera: str | None
    name: str | None
    """Of the recording's file."""
    start_s: float
    end_s: float
    similarity: float
    """Cosine of the sentence and the clip; compare it with others of the same trial only."""
    percentile: float
    """Of the bank's sentences, how many in a hundred are less similar to the clip."""
    normal: NearSentence
    """The nearest one of the bank."""
    anomalous: NearSentence


class BeatenSentence(Answer):
    """A sentence of the bank that the tried one would take the place of."""

    text: str
    context: str
    kind: Kind | None
    num_clips: int


class Trial(Answer):
    """What a sentence would find."""

    moments: list[TriedMoment]
    """The most similar ones, 5.12 s apart at least, best first."""
    beaten_normal: list[BeatenSentence]
    """Were it normal: where it would be the nearest normal one, most clips first."""
    beaten_anomalous: list[BeatenSentence]
    """Were it anomalous."""
    num_videos: int
    num_clips: int
    footage_s: float
    """That it was compared with."""
    is_all: bool
    """Whether that is all there is to compare with; the service has a limit."""


class Choice(Answer):
    """What the footage of a camera chose."""

    similarities: dict[str, float]
    """By context, best first."""
    footage_s: float
    """How much footage the choice rests on."""
    chosen_at: AwareDatetime


class CameraPlaces(Answer):
    """What the footage of a camera is compared with, and whether its scores say so."""

    camera: str | None
    """None: footage of no camera."""
    contexts: list[str]
    """In force; empty: the whole bank."""
    because: Literal["whole-bank", "footage", "pin"]
    chosen: Choice | None
    """By its footage, whether in force or not."""
    lost: list[str]
    """Pinned contexts that the bank has no longer: nothing is scored until they are unpinned."""
    videos: int
    seen: int
    """Of them, those that were compared with sentences."""
    outdated: int
    """Of these, those whose scores rest on other sentences than are in force now, or on ones that
    are not known any more: rescore them."""


class PlaceList(Answer):
    """Every camera that the key may see."""

    cameras: list[CameraPlaces]


class NewPins(Asked):
    """Contexts that are to stand for a camera, whatever its footage looks like."""

    camera: CameraName
    contexts: tuple[ContextName, ...] = Field(min_length=1, max_length=MAX_CONTEXTS)


class RescoringOrder(Asked):
    """Which scores to make anew."""

    camera: CameraName | None = None
    """Only of its videos; None: of all."""


RescoringState = Literal["idle", "running", "done", "stopped", "failed"]


class Rescoring(Answer):
    """How far the last rescoring is. No footage is read for it."""

    state: RescoringState = "idle"
    """"idle": there was none since the service was started."""
    camera: str | None = None
    """Whose videos; None: all."""
    started_by: str | None = None
    started_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None
    done: int = 0
    total: int | None = None
    """Videos; None: not counted yet."""
    changed: int = 0
    same: int = 0
    unseen: int = 0
    """That no detector with words has seen."""
    untold: int = 0
    """Videos of which an older retrace kept too little to say anew what things do."""
    footage_s: float = 0.0
    reason: str | None = None
    """Why it failed."""
    to_calibrate: list[str] = []
    """Cameras whose calibration rests on earlier scores: `retrace calibrate` does it anew."""
