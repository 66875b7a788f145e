"""The sentences that TRACE compares footage with, and what one would find.

Sentences speak to every camera's footage, so admins change them.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from detectors import trace
from detectors.trace.sentences import Trace
from detectors.trace.traces import add_trace, remove_trace
from search_api.access.principal import PROBLEM_CODES, record, require
from search_api.access.roles import Principal, Role
from search_api.access.scope import as_seen_by, visible
from search_api.answers.traces import (
    TRACE_ID,
    ContextName,
    NewSentence,
    SentenceAnswer,
    TraceBank,
    Trial,
    TrialOrder,
)
from search_api.checks import require_known
from search_api.service.problems import ApiProblem, problem_responses
from search_api.service.state import Service, service_of
from search_api.traces.bank import KnownBank, known_bank
from search_api.traces.places import Places
from search_api.traces.trying import NOTHING_TRIED, ToTry, try_sentence
from segments.catalog import cameras_of

NO_SENTENCE = "the bank has no such sentence"
NO_CAMERA = "there is no such camera"
_ALL = (*PROBLEM_CODES, "unanswerable", "library-unavailable")
_ASKED = (*_ALL, "invalid-request")
_ONE = (*_ASKED, "not-found")

router = APIRouter(prefix="/v1/traces", tags=["traces"])
Served = Annotated[Service, Depends(service_of)]
Viewer = Annotated[Principal, Depends(require(Role.VIEWER))]
Admin = Annotated[Principal, Depends(require(Role.ADMIN))]


@router.get("", operation_id="get_trace_bank", responses=problem_responses(*_ASKED))
def get_trace_bank(
    service: Served,
    principal: Viewer,
    context: Annotated[ContextName | None, Query(description="Only this one.")] = None,
) -> TraceBank:
    """Every sentence, by context. A key of some cameras sees the library's own sentences where they
    stand for one of its cameras."""
    bank = bank_seen_by(service, principal)
    if context is None:
        return bank
    require_known("context", [context], [one.name for one in bank.contexts])
    return bank.of(context)


@router.post(
    "/sentences",
    operation_id="add_sentence",
    status_code=201,
    responses=problem_responses(*_ASKED, "conflict"),
)
def add_sentence(
    asked: NewSentence, admin: Admin, service: Served, request: Request
) -> SentenceAnswer:
    """Adds a sentence to the library's own. Footage that is indexed from now on is compared with
    it; what was indexed before is once it is rescored."""
    library = service.owner.library()
    new = Trace(asked.text, asked.context, asked.kind is not None, asked.kind)
    if (known := known_bank(library).by_id.get(new.id)) is not None:
        there = f"{known.label} in {known.context!r}"
        raise ApiProblem("conflict", f"the sentence is in the bank already, as {there}")
    add_trace(library.own_traces, new)
    record(request, admin, "trace", f"sentence added: {asked.model_dump_json()}")
    return known_bank(library).answer(new)


@router.delete(
    "/sentences/{trace_id}", operation_id="remove_sentence", responses=problem_responses(*_ONE)
)
def remove_sentence(
    trace_id: Annotated[str, Path(pattern=TRACE_ID)],
    admin: Admin,
    service: Served,
    request: Request,
) -> SentenceAnswer:
    """Takes a sentence out of the bank as this library sees it, whoever wrote it."""
    library = service.owner.library()
    bank = known_bank(library)
    found = bank.by_id.get(trace_id)
    if found is None:
        raise ApiProblem("not-found", NO_SENTENCE)
    answer = bank.answer(found)
    remove_trace(library.own_traces, trace_id)
    record(request, admin, "trace", f"sentence removed: {answer.model_dump_json()}")
    return answer


@router.post("/trial", operation_id="try_sentence", responses=problem_responses(*_ONE))
def try_a_sentence(
    asked: TrialOrder, principal: Viewer, service: Served, request: Request
) -> Trial:
    """What a sentence is near to in footage that TRACE has seen, and which sentences it would take
    the place of. It changes nothing, and need not be in the bank."""
    with service.owner.use() as opened:
        library = opened.library
        bank = known_bank(library)
        videos = _to_try(service, principal, asked, bank)
        found = NOTHING_TRIED
        if videos:  # the bank's vectors take seconds where they were never made
            found = try_sentence(
                opened.profile.encode_sentences([asked.text])[0],
                videos,
                service.sentences.of(library, opened.profile, bank),
                library=library,
                limit=asked.limit,
                max_clips=service.settings.max_tried_clips,
            )
    what = f"sentence tried: {asked.model_dump_json(exclude_defaults=True)}"
    record(request, principal, "query", what, num_results=len(found.moments))
    return found


def bank_seen_by(service: Service, principal: Principal) -> TraceBank:
    """The bank as somebody may read it."""
    library = service.owner.library()
    bank = known_bank(library)
    if principal.cameras is None:
        return bank.seen_through(None)
    return bank.seen_through(Places.of(library, bank).own_contexts(principal.cameras))


def _to_try(
    service: Service, principal: Principal, asked: TrialOrder, bank: KnownBank
) -> list[ToTry]:
    """Videos that TRACE has seen and the key may see, each with what stands beside the sentence."""
    catalog = as_seen_by(service.owner.catalog(), principal)
    known = [context.name for context in bank_seen_by(service, principal).contexts]
    require_known("context", asked.contexts, known)
    if asked.video_id is not None:
        videos = [visible(catalog, principal, asked.video_id).record]
    else:
        if asked.camera is not None and asked.camera not in catalog.cameras():
            raise ApiProblem("not-found", NO_CAMERA)
        videos = catalog.videos(camera=asked.camera)
    videos = [video for video in videos if trace.NAME in video.detectors]
    places = Places.of(service.owner.library(), bank)
    seen = {video.video_id: catalog.sources(video.video_id) for video in videos}
    return [
        ToTry(
            video,
            asked.contexts or places.for_cameras(cameras_of(seen[video.video_id])),
            next(iter(seen[video.video_id]), None),
        )
        for video in videos
    ]
