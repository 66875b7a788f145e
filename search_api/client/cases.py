"""Cases: what an investigation has found."""

from collections.abc import Sequence

from search_api.answers.cases import (
    AddedHits,
    CaseChange,
    CaseList,
    CaseSummary,
    NewCase,
    NewFindings,
    NewNote,
    NewPlace,
)
from search_api.client.wire import Wire
from segments.case_records import Case, CaseFinding


class CaseRoom:
    """`client.cases`. Errors as of `Wire.ask`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def list(self) -> Sequence[CaseSummary]:
        """The cases that the key may see, by name."""
        return self._wire.ask("GET", "/v1/cases", CaseList).cases

    def create(self, name: str) -> Case:
        return self._wire.ask("POST", "/v1/cases", Case, body=NewCase(name=name))

    def get(self, case_id: int) -> Case:
        """With its notes, and its hits in order."""
        return self._wire.ask("GET", f"/v1/cases/{case_id}", Case)

    def rename(self, case_id: int, name: str) -> Case:
        change = CaseChange(name=name)
        return self._wire.ask("PATCH", f"/v1/cases/{case_id}", Case, body=change)

    def lock(self, case_id: int, *, is_locked: bool = True) -> Case:
        """Keeps videos of its hits, and of hits to come, from deletion, or no more."""
        change = CaseChange(is_locked=is_locked)
        return self._wire.ask("PATCH", f"/v1/cases/{case_id}", Case, body=change)

    def delete(self, case_id: int) -> None:
        """Forgets it with its notes and hits, unless it is locked; videos stay."""
        self._wire.tell("DELETE", f"/v1/cases/{case_id}")

    def add_note(self, case_id: int, text: str) -> Case:
        note = NewNote(text=text)
        return self._wire.ask("POST", f"/v1/cases/{case_id}/notes", Case, body=note)

    def add_hits(self, case_id: int, findings: Sequence[CaseFinding]) -> Sequence[int]:
        """Adds findings as the last hits, all or none; the numbers that they have there."""
        path, asked = f"/v1/cases/{case_id}/hits", NewFindings(findings=list(findings))
        return self._wire.ask("POST", path, AddedHits, body=asked).hit_ids

    def move_hit(self, case_id: int, hit_id: int, place: int) -> Case:
        """Puts a hit at another place of the order; 1 is the first."""
        path, asked = f"/v1/cases/{case_id}/hits/{hit_id}", NewPlace(place=place)
        return self._wire.ask("PUT", path, Case, body=asked, is_safe=True)

    def remove_hit(self, case_id: int, hit_id: int) -> None:
        """Takes a hit out; the video stays."""
        self._wire.tell("DELETE", f"/v1/cases/{case_id}/hits/{hit_id}")
