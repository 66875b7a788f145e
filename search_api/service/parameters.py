"""Query parameters that no route knows are refused, as unknown fields of a body are."""

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from fastapi.routing import APIRoute

from search_api.service.problems import ApiProblem, FieldError


async def refuse_unknown(request: Request) -> None:
    """The dependency of every route.

    Raises:
        ApiProblem: "invalid-request": a parameter has a name that the route does not know.
    """
    if not request.query_params:
        return
    known = known_parameters(request.scope["route"])
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        listing = f"known are {', '.join(sorted(known))}" if known else "there are none here"
        errors = [FieldError(field=f"query.{n}", detail="unknown parameter") for n in unknown]
        names = ", ".join(repr(name) for name in unknown[:3])
        raise ApiProblem("invalid-request", f"unknown parameter {names}: {listing}", errors)


def known_parameters(route: APIRoute) -> frozenset[str]:
    """Names of the route's query parameters, those of its dependencies included."""
    params = get_flat_params(route.dependant)
    return frozenset(param.alias for param in params if isinstance(param.field_info, Query))
