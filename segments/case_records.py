"""What a case holds: findings, notes and their order."""

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, FiniteFloat, JsonValue

from segments.errors import UserError

MAX_NOTE_CHARS = 10_000


class CaseFinding(BaseModel):
    """A span of a video that matters, and how it was found."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    video_id: str
    start_s: FiniteFloat = Field(ge=0)
    end_s: FiniteFloat
    query: dict[str, JsonValue] | None = None
    """The request that found it, as it was carried out; None where somebody chose the span."""
    profile: str | None = None
    """The vector space that answered."""
    ranking: str | None = None
    """What sort of number the score is."""
    score: FiniteFloat | None = None
    parts: dict[str, FiniteFloat] = {}
    """What the score is the sum of."""
    anomaly: dict[str, FiniteFloat] = {}
    """Pooled raw score of the span by detector."""
    explanation: dict[str, JsonValue] | None = None
    note: str = Field("", max_length=MAX_NOTE_CHARS)


class CaseHit(CaseFinding):
    """A finding in a case."""

    hit_id: int
    added_at: AwareDatetime


class CaseNote(BaseModel):
    """What somebody wrote down."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    written_at: AwareDatetime
    text: str


class Case(BaseModel):
    """One investigation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    case_id: int
    """Names it where a name would not do; no other case ever has it."""
    name: str
    created_at: AwareDatetime
    is_locked: bool
    """Whether the videos of its hits cannot be removed from the library."""
    notes: tuple[CaseNote, ...]
    """In the order of writing."""
    hits: tuple[CaseHit, ...]
    """In the order that the user gave them."""

    def hit(self, hit_id: int) -> CaseHit:
        """The hit of that number.

        Raises:
            UserError: the case has none; the message names those that it has.
        """
        for hit in self.hits:
            if hit.hit_id == hit_id:
                return hit
        known = ", ".join(str(hit.hit_id) for hit in self.hits) or "none"
        raise UserError(f"the case {self.name!r} has no hit {hit_id}; it has: {known}")
