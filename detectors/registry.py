"""The detectors there are, by the name that options, tracks and payloads use."""

from collections.abc import Iterable

from detectors import alan, local_patterns, trace
from segments.errors import UserError

DETECTORS = (alan.NAME, trace.NAME, local_patterns.NAME)


def require_detectors(names: Iterable[str]) -> tuple[str, ...]:
    """The names, each once, in the given order.

    Raises:
        UserError: there is no such detector, or none is named.
    """
    wanted = tuple(dict.fromkeys(names))
    unknown = [name for name in wanted if name not in DETECTORS]
    if unknown or not wanted:
        raise UserError(
            f"no detector {', '.join(map(repr, unknown)) or 'is named'}; "
            f"there are: {', '.join(DETECTORS)}"
        )
    return wanted
