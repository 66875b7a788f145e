"""Bodies of requests that are JSON: said to be so, and meaning one thing only."""

import json
from typing import Any, NoReturn

from fastapi import Request

from search_api.service.problems import ApiProblem, FieldError

MEDIA_TYPE = "application/json"


async def require_plain_json(request: Request) -> None:
    """The dependency of every route; those that read no JSON are let through.

    Parsers differ on a name that comes twice and on numbers that are none, so that a proxy and this
    service could read two different requests: both are refused.

    Raises:
        ApiProblem: "unsupported-media-type", "invalid-request".
    """
    if not request.scope["route"].dependant.body_params:
        return
    body = await request.body()
    if not body:
        return  # what is missing is said where the body is read
    came = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if came != MEDIA_TYPE and not (came.startswith("application/") and came.endswith("+json")):
        detail = f"send JSON as {MEDIA_TYPE}, not as {came or None!r}"
        raise ApiProblem("unsupported-media-type", detail)
    json.loads(body, object_pairs_hook=_once_each, parse_constant=_refuse_constant)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        _refuse(f"{twice[:50]!r} comes more than once in an object")
    return found


def _refuse_constant(name: str) -> NoReturn:
    _refuse(f"{name} is no number of JSON")


def _refuse(detail: str) -> NoReturn:
    errors = [FieldError(field="body", detail=detail)]
    raise ApiProblem("invalid-request", f"body: {detail}", errors)
