"""Which methods a path answers to."""

from fastapi import Request
from fastapi.routing import iter_route_contexts


def allowed_methods(request: Request) -> str:
    """What `Allow` says of the request's path: the methods of all of its routes."""
    path = request.scope["path"]
    routes = iter_route_contexts(request.app.routes)
    found = {m for route in routes if route.path_regex.match(path) for m in route.methods or ()}
    return ", ".join(sorted(found))
