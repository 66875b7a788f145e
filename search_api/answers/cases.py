"""Cases, and what may be done with them."""

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, StrictBool
from pydantic_core import PydanticSerializationError

from search_api.answers.base import Answer, Asked
from search_api.requests import Number
from segments.case_records import MAX_NOTE_CHARS, Case, CaseFinding
from segments.cases import MAX_NAME_CHARS

MAX_FINDINGS = 100
"""Added at once."""


class CaseSummary(Answer):
    """A case, without what it holds."""

    case_id: int
    name: str
    created_at: AwareDatetime
    is_locked: bool
    num_hits: int
    num_notes: int

    @classmethod
    def of(cls, case: Case) -> "CaseSummary":
        return cls(
            **case.model_dump(include={"case_id", "name", "created_at", "is_locked"}),
            num_hits=len(case.hits),
            num_notes=len(case.notes),
        )


class CaseList(Answer):
    """Cases, by name."""

    cases: list[CaseSummary]


def _require_unicode(finding: CaseFinding) -> CaseFinding:
    """Half a surrogate pair can be written in JSON and stored nowhere."""
    try:
        finding.model_dump_json()
    except PydanticSerializationError:
        raise ValueError("some text in it is no Unicode") from None
    return finding


class NewCase(Asked):
    """A case to open."""

    name: str = Field(min_length=1, max_length=MAX_NAME_CHARS)


class CaseChange(Asked):
    """What is to be different; null: nothing."""

    name: str | None = Field(default=None, min_length=1, max_length=MAX_NAME_CHARS)
    is_locked: StrictBool | None = None
    """Whether videos of its hits, and of hits to come, are kept from deletion."""


class NewNote(Asked):
    """Something to write down."""

    text: str = Field(min_length=1, max_length=MAX_NOTE_CHARS)


class NewFindings(Asked):
    """What was found, as a search answered it or as somebody chose it."""

    findings: list[Annotated[CaseFinding, AfterValidator(_require_unicode)]] = Field(
        min_length=1, max_length=MAX_FINDINGS
    )


class AddedHits(Answer):
    """The numbers that findings have in their case, in the order that they came."""

    hit_ids: list[int]


class NewPlace(Asked):
    """Where in the order a hit is to stand."""

    place: Annotated[int, Number] = Field(ge=1, le=2**31)
    """1 is the first."""
