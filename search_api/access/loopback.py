"""Whether a request comes from somebody at this very machine."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from fastapi import Request

_NAMES = ("localhost",)
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""A proxy here speaks for people elsewhere."""
_OLD_HTTP = "1.0"
"""What a proxy speaks that was told nothing else, and sends none of these headers."""
_SAME = ("same-origin", "none", "")


def is_local(request: Request) -> bool:
    """Whether it was sent from this machine, by no proxy, and by no page from elsewhere."""
    headers = request.headers
    return (
        is_at_machine(request)
        and headers.get("sec-fetch-site", "") in _SAME
        and _is_own_page(headers.get("origin"))
    )


def is_at_machine(request: Request) -> bool:
    """Whether it was sent from this machine and by no proxy, whatever page asked for it."""
    client = request.client.host if request.client else ""
    return (
        is_loopback(client)
        and is_loopback(request.url.hostname or "")
        and not any(name in request.headers for name in _FORWARDED)
        and request.scope["http_version"] != _OLD_HTTP
    )


def is_loopback(host: str) -> bool:
    """Whether a host's name or address can only mean this machine."""
    if host.lower() in _NAMES:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_own_page(origin: str | None) -> bool:
    return origin is None or is_loopback(urlsplit(origin).hostname or "")
