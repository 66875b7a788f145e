"""Points as an engine keeps them, and back."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

import numpy as np

from segments.store.base import P, Point


def is_uuid(id: str) -> bool:
    """Whether `id` is a UUID as `segments.payload.point_id` writes it."""
    try:
        return str(UUID(id)) == id
    except ValueError:
        return False


def to_point(
    id: object, vectors: object, fields: Mapping[str, Any] | None, *, payload: type[P]
) -> Point[P]:
    """A record of either engine as a `Point` that carries `payload`."""
    named = cast(dict[str, list[float]], vectors or {})
    arrays = {name: np.asarray(vector, np.float32) for name, vector in named.items()}
    return Point(str(id), arrays, payload.model_validate(fields))
