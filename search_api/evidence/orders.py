"""What somebody asks to have as evidence, as far as it may be seen."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator
from pydantic_core import PydanticCustomError

from search_api.access.roles import Principal
from search_api.cases import open_cases
from segments.case_records import MAX_NOTE_CHARS, Case, CaseFinding
from segments.library import Library

MAX_HITS = 1000


class SpanOrder(BaseModel):
    """A span that somebody chose."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    video_id: str = Field(pattern="^[0-9a-f]{64}$")
    start_s: FiniteFloat = Field(ge=0)
    end_s: FiniteFloat
    note: str = Field("", max_length=MAX_NOTE_CHARS)


class EvidenceOrder(BaseModel):
    """A case or some hits of it, or a span of a video."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    case_id: int | None = Field(None, ge=1, le=2**62)
    hit_ids: tuple[int, ...] = Field((), max_length=MAX_HITS)
    """Of the case; none: all, in its order."""
    span: SpanOrder | None = None
    exact: bool = False
    """Clips are encoded anew to begin at the very picture, instead of copied from a key picture."""

    @model_validator(mode="after")
    def _require_one(self) -> Self:
        if (self.case_id is None) == (self.span is None) or (self.hit_ids and self.span):
            raise PydanticCustomError("one_of", "give a case, or a span of a video instead")
        return self

    def choose(
        self, library: Library, principal: Principal
    ) -> tuple[Case | None, list[CaseFinding]]:
        """The case, if one was named, and the findings in order.

        Raises:
            ApiProblem: "not-found": it is not there, or may not be seen.
            UserError: the span is empty, or ends after its video.
        """
        with open_cases(library, principal) as room:
            if self.case_id is not None:
                case = room.find(self.case_id)
                hits = [room.hit(case, hit_id) for hit_id in self.hit_ids]
                return case, list(hits or case.hits)
            assert self.span is not None
            finding = CaseFinding(**self.span.model_dump())
            room.require_addable(finding)
            return None, [finding]
