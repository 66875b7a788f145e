"""Points as an engine keeps them, and back."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

import numpy as np

from segments.payload import SegmentPayload
from segments.store.base import Point


def is_uuid(id: str) -> bool:
    """Whether `id` is a UUID as `segments.payload.point_id` writes it."""
    try:
        return str(UUID(id)) == id
    except ValueError:
        return False


def to_point(id: object, vectors: object, payload: Mapping[str, Any] | None) -> Point:
    """A record of either engine as a `Point`."""
    named = cast(dict[str, list[float]], vectors or {})
    arrays = {name: np.asarray(vector, np.float32) for name, vector in named.items()}
    return Point(str(id), arrays, SegmentPayload.model_validate(payload))


def to_fields(payload: SegmentPayload) -> dict[str, Any]:
    """A payload as it is stored.

    Times and scores keep 12 significant digits: the engines' JSON reader gets numbers of that
    length back exactly, and longer ones sometimes a last bit off, different after every copy.
    """
    fields = payload.model_dump()
    fields |= {key: _short(fields[key]) for key in ("start_s", "end_s")}
    fields["anomaly"] = {name: _short(score) for name, score in payload.anomaly.items()}
    return fields


def _short(number: float) -> float:
    return float(f"{number:.12g}")
