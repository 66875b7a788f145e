"""Cases as somebody may see and change them.

A key that may see some cameras only has the cases whose every hit it may see: notes and names speak
of all of a case, so there is no half of one. A case without hits is everybody's.
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager

from search_api.access.roles import Principal
from search_api.access.scope import NO_VIDEO, catalog_for
from search_api.evidence.findings import require_within
from search_api.service.problems import ApiProblem
from segments.case_records import Case, CaseFinding, CaseHit
from segments.cases import Cases
from segments.catalog import Catalog
from segments.errors import UserError
from segments.library import Library


@contextmanager
def open_cases(library: Library, principal: Principal) -> Generator["CaseRoom"]:
    """Within one thread.

    Raises:
        LibraryError: the database is damaged or of another version.
    """
    with Cases(library) as cases, catalog_for(library, principal) as catalog:
        yield CaseRoom(cases, catalog, principal)


class CaseRoom:
    """A library's cases for one principal.

    Every method raises ApiProblem "not-found" for a case that is not there or not to be seen,
    "conflict" where a name is taken or a lock is in the way, and UserError for the rest.
    """

    def __init__(self, cases: Cases, catalog: Catalog, principal: Principal) -> None:
        self._cases, self._catalog, self._principal = cases, catalog, principal

    def all(self) -> list[Case]:
        """By name."""
        return [case for case in self._cases.all() if self._is_visible(case)]

    def find(self, case_id: int) -> Case:
        case = self._cases.by_id(case_id)
        if case is None or not self._is_visible(case):
            raise ApiProblem("not-found", "there is no such case")
        return case

    def create(self, name: str) -> Case:
        self._require_free(name)
        return self._cases.create(name)

    def rename(self, case_id: int, to: str) -> None:
        case = self.find(case_id)
        if to.strip() != case.name:
            self._require_free(to)
        self._cases.rename(case.name, to)

    def lock(self, case_id: int, *, locked: bool) -> None:
        self._cases.lock(self.find(case_id).name, locked=locked)

    def delete(self, case_id: int) -> Case:
        case = _require_unlocked(self.find(case_id))
        self._cases.delete(case.name)
        return case

    def add_note(self, case_id: int, text: str) -> Case:
        self._cases.add_note(self.find(case_id).name, text)
        return self.find(case_id)

    def add(self, case_id: int, findings: Sequence[CaseFinding]) -> list[int]:
        """All findings, or none; their numbers."""
        case = self.find(case_id)
        for finding in findings:
            self.require_addable(finding)
        return [self._cases.add(case.name, finding) for finding in findings]

    def move(self, case_id: int, hit_id: int, to: int) -> Case:
        case = self._with_hit(case_id, hit_id)
        self._cases.move(case.name, hit_id, to)
        return self.find(case_id)

    def remove(self, case_id: int, hit_id: int) -> Case:
        case = _require_unlocked(self._with_hit(case_id, hit_id))
        self._cases.remove(case.name, hit_id)
        return case

    def hit(self, case: Case, hit_id: int) -> CaseHit:
        found = next((hit for hit in case.hits if hit.hit_id == hit_id), None)
        if found is None:
            raise ApiProblem("not-found", "the case has no such hit")
        return found

    def _with_hit(self, case_id: int, hit_id: int) -> Case:
        case = self.find(case_id)
        self.hit(case, hit_id)
        return case

    def _require_free(self, name: str) -> None:
        if any(case.name == name.strip() for case in self._cases.all()):
            raise ApiProblem("conflict", f"there is a case {name.strip()!r}: choose another name")

    def require_addable(self, finding: CaseFinding) -> None:
        """Raises "not-found" where its video is not to be seen, UserError where its time is off."""
        if self._catalog.video(finding.video_id) is None or not self._names_own(finding):
            raise ApiProblem("not-found", NO_VIDEO)
        require_within(self._catalog, finding)
        if finding.end_s <= finding.start_s:
            raise UserError(
                f"a span from {finding.start_s:g} to {finding.end_s:g} s is empty: let it end later"
            )

    def _is_visible(self, case: Case) -> bool:
        return self._principal.cameras is None or all(map(self._may_see, case.hits))

    def _may_see(self, hit: CaseHit) -> bool:
        return self._catalog.video(hit.video_id) is not None and self._names_own(hit)

    def _names_own(self, finding: CaseFinding) -> bool:
        """Whether the request that found it names no camera that the principal may not see."""
        named = (finding.query or {}).get("cameras") or []
        names = [str(camera) for camera in named] if isinstance(named, list) else [str(named)]
        return all(map(self._principal.may_see, names))


def _require_unlocked(case: Case) -> Case:
    if case.is_locked:
        raise ApiProblem("conflict", f"the case {case.name!r} is locked: unlock it first")
    return case
