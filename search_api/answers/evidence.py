"""Evidence: what is ordered, how far it is, what it proves."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from search_api.answers.base import Answer
from search_api.requests import Number
from segments.case_records import MAX_NOTE_CHARS

MAX_HITS = 1000
ExportPhase = Literal["waiting", "running", "done", "failed"]


class SpanOrder(BaseModel):
    """A span that somebody chose."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    video_id: str = Field(pattern="^[0-9a-f]{64}$")
    start_s: Annotated[FiniteFloat, Number] = Field(ge=0)
    end_s: Annotated[FiniteFloat, Number]
    note: str = Field(default="", max_length=MAX_NOTE_CHARS)


class EvidenceOrder(BaseModel):
    """A case or some hits of it, or a span of a video."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    case_id: Annotated[int | None, Number] = Field(default=None, ge=1, le=2**62)
    hit_ids: tuple[Annotated[int, Number], ...] = Field(default=(), max_length=MAX_HITS)
    """Of the case; none: all, in its order."""
    span: SpanOrder | None = None
    exact: StrictBool = False
    """Clips are encoded anew to begin at the very picture, instead of copied from a key picture."""

    @model_validator(mode="after")
    def _require_one(self) -> Self:
        if (self.case_id is None) == (self.span is None) or (self.hit_ids and self.span):
            raise PydanticCustomError("one_of", "give a case, or a span of a video instead")
        return self


class ExportState(Answer):
    """How far a bundle is."""

    export_id: str
    state: ExportPhase
    num_gathered: int
    """Findings that are in it by now."""
    num_findings: int
    reason: str | None
    """Why it failed."""
    size_bytes: int | None
    """Once it is done."""


class SigningKey(Answer):
    """Who vouches for the bundles that are made here."""

    fingerprint: str
    """Tell it to whoever checks a bundle, by another way than the bundle."""
    public_key: str
    """PEM."""


class BundleVerdict(Answer):
    """What a bundle's files, its manifest and its signature say."""

    is_intact: bool
    """Everything is as it was signed, by whomever."""
    is_proven: bool
    """Everything is as the holder of the trusted key signed it."""
    altered: list[str]
    missing: list[str]
    added: list[str]
    """Files that the manifest does not know."""
    unmatched: list[str]
    """Files that differ from a manifest which was itself altered, so that either may be wrong."""
    signer: str | None
    """Fingerprint of the key that signed it; null where no signature fits."""
    trusted: str | None
    num_files: int
    created_at: str | None
