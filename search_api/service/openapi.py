"""The service's specification: what FastAPI knows of the routes, and the problems all share."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from search_api.service.guard import QUIET
from search_api.service.problems import (
    PROBLEMS,
    FieldError,
    Problem,
    declared_codes,
    problem_responses,
)

EVERYWHERE = ("bad-request", "too-large", "invalid-request", "internal")
AT_WORK = ("overloaded", "timeout")
"""Of routes that count as work (`limits`)."""
REF = "#/components/schemas/{model}"


def install_openapi(app: FastAPI) -> None:
    """Makes `app.openapi()` the whole truth; it is made once."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _specification(app)
        return app.openapi_schema

    app.openapi = openapi


def _specification(app: FastAPI) -> dict[str, Any]:
    found = get_openapi(
        title=app.title,
        version=app.version,
        description=f"{app.description}\n\n{problem_table()}",
        routes=app.routes,
    )
    for path, operations in found["paths"].items():
        for operation in operations.values():
            _declare(operation, path)
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    models = [(Problem, "serialization"), (FieldError, "serialization")]
    _, definitions = models_json_schema(models, ref_template=REF)  # type: ignore[arg-type]
    schemas.update(definitions["$defs"])
    return found


def _declare(operation: dict[str, Any], path: str) -> None:
    """Adds what any operation may answer to what this one declares by itself."""
    responses = operation["responses"]
    own = [code for response in responses.values() for code in declared_codes(response)]
    at_work = () if path in QUIET else AT_WORK
    with_body = ("unsupported-media-type",) if "requestBody" in operation else ()
    codes = list(dict.fromkeys([*own, *EVERYWHERE, *at_work, *with_body]))
    for status, response in problem_responses(*codes).items():
        responses[str(status)] = response
    for response in responses.values():
        response.pop("x-codes", None)
    ordered = dict(sorted(responses.items()))
    responses.clear()
    responses.update(ordered)


def problem_table() -> str:
    """Every code with what it means, as Markdown."""
    rows = [
        f"| `{code}` | {kind.status} | {kind.meaning} |"
        for code, kind in sorted(PROBLEMS.items(), key=lambda item: (item[1].status, item[0]))
    ]
    head = "Errors are `application/problem+json` (RFC 9457); `code` says which:"
    return "\n".join([head, "", "| code | status | meaning |", "|---|---|---|", *rows])
