"""What somebody asks to have as evidence, as far as it may be seen."""

from search_api.access.roles import Principal
from search_api.answers.evidence import EvidenceOrder
from search_api.cases import open_cases
from segments.case_records import Case, CaseFinding
from segments.library import Library


def choose(
    order: EvidenceOrder, library: Library, principal: Principal
) -> tuple[Case | None, list[CaseFinding]]:
    """The case, if one was named, and the findings in order.

    Raises:
        ApiProblem: "not-found": it is not there, or may not be seen.
        UserError: the span is empty, or ends after its video.
    """
    with open_cases(library, principal) as room:
        if order.case_id is not None:
            case = room.find(order.case_id)
            hits = [room.hit(case, hit_id) for hit_id in order.hit_ids]
            return case, list(hits or case.hits)
        assert order.span is not None
        finding = CaseFinding(**order.span.model_dump())
        room.require_addable(finding)
        return None, [finding]
