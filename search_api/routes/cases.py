"""Cases: what an investigation has found, with notes, and locks that keep videos from deletion."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from search_api.access.principal import PROBLEM_CODES, record, require
from search_api.access.roles import Principal, Role
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
from search_api.cases import open_cases
from search_api.service.problems import problem_responses
from search_api.service.state import Service, service_of
from segments.case_records import Case

_ALL = (*PROBLEM_CODES, "invalid-request")
_ONE = problem_responses(*_ALL, "not-found")
_CHANGE = problem_responses(*_ALL, "not-found", "conflict", "unanswerable")

router = APIRouter(prefix="/v1/cases", tags=["cases"])
Asker = Annotated[Principal, Depends(require(Role.INVESTIGATOR))]
Served = Annotated[Service, Depends(service_of)]
Number = Annotated[int, Path(ge=1, le=2**62)]


@router.get("", operation_id="list_cases", responses=problem_responses(*PROBLEM_CODES))
def list_cases(asker: Asker, service: Served) -> CaseList:
    """The cases that the key may see: those whose every hit it may see."""
    with open_cases(service.owner.library(), asker) as room:
        return CaseList(cases=[CaseSummary.of(case) for case in room.all()])


@router.post(
    "",
    operation_id="create_case",
    status_code=201,
    responses=problem_responses(*_ALL, "conflict", "unanswerable"),
)
def create_case(asked: NewCase, asker: Asker, service: Served, request: Request) -> Case:
    """Opens a case."""
    with open_cases(service.owner.library(), asker) as room:
        made = room.create(asked.name)
    _record(request, asker, made, "opened")
    return made


@router.get("/{case_id}", operation_id="get_case", responses=_ONE)
def get_case(case_id: Number, asker: Asker, service: Served, request: Request) -> Case:
    """A case with its notes, and its hits in order."""
    with open_cases(service.owner.library(), asker) as room:
        found = room.find(case_id)
    record(request, asker, "view", f"case {case_id}", num_results=len(found.hits))
    return found


@router.patch("/{case_id}", operation_id="change_case", responses=_CHANGE)
def change_case(
    case_id: Number, asked: CaseChange, asker: Asker, service: Served, request: Request
) -> Case:
    """Renames, locks or unlocks a case."""
    with open_cases(service.owner.library(), asker) as room:
        if asked.name is not None:
            room.rename(case_id, asked.name)
        if asked.is_locked is not None:
            room.lock(case_id, locked=asked.is_locked)
        changed = room.find(case_id)
    _record(request, asker, changed, f"changed to {asked.model_dump_json(exclude_none=True)}")
    return changed


@router.delete("/{case_id}", operation_id="delete_case", status_code=204, responses=_CHANGE)
def delete_case(case_id: Number, asker: Asker, service: Served, request: Request) -> None:
    """Forgets a case with its notes and hits, unless it is locked; videos stay."""
    with open_cases(service.owner.library(), asker) as room:
        gone = room.delete(case_id)
    _record(request, asker, gone, "deleted")


@router.post("/{case_id}/notes", operation_id="add_note", status_code=201, responses=_CHANGE)
def add_note(
    case_id: Number, asked: NewNote, asker: Asker, service: Served, request: Request
) -> Case:
    """Writes a note into a case, with the time; the case as it is then."""
    with open_cases(service.owner.library(), asker) as room:
        changed = room.add_note(case_id, asked.text)
    _record(request, asker, changed, "note added")
    return changed


@router.post("/{case_id}/hits", operation_id="add_hits", status_code=201, responses=_CHANGE)
def add_hits(
    case_id: Number, asked: NewFindings, asker: Asker, service: Served, request: Request
) -> AddedHits:
    """Adds findings as a case's last hits: all of them, or none where one is of no video here."""
    with open_cases(service.owner.library(), asker) as room:
        hit_ids = room.add(case_id, asked.findings)
        changed = room.find(case_id)
    _record(request, asker, changed, f"hits {hit_ids} added", num_results=len(hit_ids))
    return AddedHits(hit_ids=hit_ids)


@router.put("/{case_id}/hits/{hit_id}", operation_id="move_hit", responses=_CHANGE)
def move_hit(
    case_id: Number,
    hit_id: Number,
    asked: NewPlace,
    asker: Asker,
    service: Served,
    request: Request,
) -> Case:
    """Puts a hit at another place of its case's order."""
    with open_cases(service.owner.library(), asker) as room:
        changed = room.move(case_id, hit_id, asked.place)
    _record(request, asker, changed, f"hit {hit_id} moved to {asked.place}")
    return changed


@router.delete(
    "/{case_id}/hits/{hit_id}", operation_id="remove_hit", status_code=204, responses=_CHANGE
)
def remove_hit(
    case_id: Number, hit_id: Number, asker: Asker, service: Served, request: Request
) -> None:
    """Takes a hit out of a case, unless it is locked; the video stays."""
    with open_cases(service.owner.library(), asker) as room:
        changed = room.remove(case_id, hit_id)
    _record(request, asker, changed, f"hit {hit_id} removed")


def _record(
    request: Request, asker: Principal, case: Case, done: str, *, num_results: int | None = None
) -> None:
    what = f"case {case.case_id} {case.name!r}: {done}"
    record(request, asker, "case", what, num_results=num_results)
