"""Every error is `application/problem+json` (RFC 9457) with a stable code from one table."""

import http
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from search_api.answers.problems import FieldError, Problem
from search_api.media.errors import BeyondLimit, Busy, MediaChanged, MediaGone, OutsideVideo
from search_api.service.methods import allowed_methods
from segments.errors import (
    IndexMismatch,
    LibraryError,
    MediaError,
    RetraceError,
    UserError,
    WeightsMissing,
)

MEDIA_TYPE = "application/problem+json"


class ProblemKind(NamedTuple):
    """What a code stands for."""

    status: int
    title: str
    meaning: str
    """When it is met and what to do, for the documentation."""


PROBLEMS: dict[str, ProblemKind] = {
    "bad-request": ProblemKind(
        400, "Bad request", "The request is not well-formed HTTP, or names no host we answer to."
    ),
    "key-needed": ProblemKind(
        401, "Key needed", "No API key came, or one that is wrong, revoked or expired."
    ),
    "role-too-low": ProblemKind(
        403, "Role too low", "The key is valid, and its role may not do this: ask an admin."
    ),
    "not-found": ProblemKind(
        404, "Not found", "It is not there, or the key may not see it; the two are not told apart."
    ),
    "method-not-allowed": ProblemKind(
        405, "Method not allowed", "The path is there, but not with this method: see `Allow`."
    ),
    "too-slow": ProblemKind(
        408, "Too slow", "The body did not come in the time that the detail names: send it again."
    ),
    "conflict": ProblemKind(
        409, "Conflict", "It contradicts what is there: a name is taken, or something is locked."
    ),
    "too-large": ProblemKind(
        413, "Too large", "The body is larger than the limit that the detail names."
    ),
    "unsupported-media-type": ProblemKind(
        415, "Unsupported media type", "The body is not of a type that the route reads."
    ),
    "invalid-request": ProblemKind(
        422, "Invalid request", "A field is missing, unknown or out of bounds; `errors` lists each."
    ),
    "unanswerable": ProblemKind(
        422, "Cannot be answered", "Well-formed, but it makes no sense in this library."
    ),
    "unreadable-media": ProblemKind(
        422, "Unreadable media", "The file is not the medium that was asked for, or is damaged."
    ),
    "no-upload": ProblemKind(
        404, "No such upload", "It never was, its time is over, or another key sent it."
    ),
    "nothing-indexed": ProblemKind(
        409, "Nothing indexed", "The library holds no video that this key may see: index something."
    ),
    "too-many-uploads": ProblemKind(
        429, "Too many uploads", "As many are kept as the service keeps: see `Retry-After`."
    ),
    "too-many-jobs": ProblemKind(429, "Too many jobs", "As many wait as may: see `Retry-After`."),
    "too-many-requests": ProblemKind(
        429, "Too many requests", "The key or the address asks too often: see `Retry-After`."
    ),
    "media-gone": ProblemKind(
        410, "Media gone", "The recording is indexed, and its file is not where it was seen."
    ),
    "media-changed": ProblemKind(
        409, "Media changed", "A file lies where the recording was, with other content."
    ),
    "range-not-satisfiable": ProblemKind(
        416, "Range not satisfiable", "None of the bytes that were asked for are in the file."
    ),
    "outside-roots": ProblemKind(
        422,
        "Outside the roots",
        "A path is not there, or does not lie under a folder that may be indexed; `errors` lists "
        "each.",
    ),
    "outside-video": ProblemKind(
        422, "Outside the video", "The time or the span is no part of the video, or is empty."
    ),
    "beyond-limit": ProblemKind(
        422, "Beyond a limit", "It takes more reading than the limit that the detail names."
    ),
    "internal": ProblemKind(500, "Internal error", "A bug. The log has it under the request's id."),
    "library-unavailable": ProblemKind(
        503,
        "Library unavailable",
        "The library is missing, empty, held by another process or damaged; `/readyz` says which. "
        "The service goes on trying: repeat after `Retry-After` seconds.",
    ),
    "overloaded": ProblemKind(
        503, "Overloaded", "Too many requests at work: repeat after `Retry-After` seconds."
    ),
    "timeout": ProblemKind(
        504, "Timeout", "The answer took longer than allowed: ask for less, or later."
    ),
    "storage-full": ProblemKind(
        507, "Storage full", "The library's disk has no room for it: ask an admin to make some."
    ),
}
"""By code. Codes do not change; details may."""


class ApiProblem(Exception):
    """A request that ends in a problem.

    Args:
        code: of `PROBLEMS`.
        detail: for people: what came, what is allowed, what to do next.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        errors: Sequence[FieldError] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail
        self.errors = None if errors is None else list(errors)
        self.headers = dict(headers or {})


CODES: dict[type[RetraceError], str] = {
    MediaGone: "media-gone",
    MediaChanged: "media-changed",
    OutsideVideo: "outside-video",
    BeyondLimit: "beyond-limit",
    Busy: "overloaded",
    UserError: "unanswerable",
    MediaError: "unreadable-media",
    IndexMismatch: "library-unavailable",
    LibraryError: "library-unavailable",
    WeightsMissing: "library-unavailable",
}
UNAVAILABLE = "the library cannot answer now; /readyz says what is missing"
"""In place of messages that name folders, which the log has."""
_UNAVAILABLE_STATUS = 503


def problem_responses(*codes: str) -> dict[int | str, dict[str, Any]]:
    """What a route declares: `responses=problem_responses("not-found")`."""
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(PROBLEMS[code].status, []).append(code)
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        status: {
            "description": _described(names),
            "content": {MEDIA_TYPE: schema},
            "x-codes": names,
        }
        for status, names in by_status.items()
    }


def declared_codes(response: Mapping[str, Any]) -> list[str]:
    """The codes of a response that `problem_responses` made."""
    return list(response.get("x-codes", ()))


def problem_response(
    request_id: str,
    code: str,
    detail: str,
    *,
    errors: Sequence[FieldError] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The response that a problem becomes."""
    kind = PROBLEMS[code]
    problem = Problem(
        type=f"urn:retrace:problem:{code}",
        title=kind.title,
        status=kind.status,
        detail=detail,
        code=code,
        instance=f"urn:retrace:request:{request_id}",
        errors=None if errors is None else list(errors),
    )
    return JSONResponse(
        problem.model_dump(exclude_none=True), kind.status, dict(headers or {}), MEDIA_TYPE
    )


def _described(codes: Sequence[str]) -> str:
    return "; ".join(f"`{code}`: {PROBLEMS[code].meaning}" for code in codes)


def request_id_of(request: Request) -> str:
    return str(getattr(request.state, "request_id", "unknown"))


def install_problems(app: FastAPI) -> None:
    """Turns what routes raise into problems."""
    app.add_exception_handler(ApiProblem, _api_problem)
    app.add_exception_handler(RetraceError, _retrace_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_exception)


def _api_problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiProblem)
    return problem_response(
        request_id_of(request),
        error.code,
        error.detail,
        errors=error.errors,
        headers=error.headers,
    )


def _retrace_error(request: Request, error: Exception) -> JSONResponse:
    code = next(code for kind, code in CODES.items() if isinstance(error, kind))
    is_inside = code == "library-unavailable"
    headers = {"Retry-After": "2"} if PROBLEMS[code].status == _UNAVAILABLE_STATUS else {}
    detail = UNAVAILABLE if is_inside else str(error)
    return problem_response(request_id_of(request), code, detail, headers=headers)


def _validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [
        FieldError(field=".".join(str(part) for part in found["loc"]), detail=str(found["msg"]))
        for found in error.errors()
    ]
    detail = "; ".join(f"{e.field}: {e.detail}" for e in errors[:3])
    return problem_response(request_id_of(request), "invalid-request", detail, errors=errors)


def _http_exception(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    of_status = {kind.status: code for code, kind in reversed(PROBLEMS.items())}
    code = of_status.get(error.status_code, "bad-request")
    detail = error.detail or http.HTTPStatus(error.status_code).phrase
    headers = dict(error.headers or {})
    if code == "method-not-allowed":
        headers["Allow"] = allowed_methods(request)  # the router names those of one route only
    return problem_response(request_id_of(request), code, detail, headers=headers)
