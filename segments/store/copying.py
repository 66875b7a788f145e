"""Moving points from one store to another: from a library's folder to a server, or back."""

from collections.abc import Callable, Iterator
from itertools import islice

from segments.errors import LibraryError
from segments.store.base import Point, VectorStore

BATCH = 256


def copy_points(
    source: VectorStore,
    target: VectorStore,
    *,
    batch: int = BATCH,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Copies every point of `source`; how many had to be written.

    Points that the target has with the same payload are passed over (an id names content and
    vector space, so their vectors are the same), which makes a second call finish an interrupted
    first one. Points that only the target has stay.

    Args:
        progress: called with the points done so far and their number.

    Raises:
        LibraryError: the target does not hold what was written to it.
    """
    num_points, done, num_written = source.count(), 0, 0
    for points in _batches(source.iter_points(batch=batch), batch):
        missing = _missing(points, target)
        target.upsert(missing)
        if left_out := _missing(missing, target):
            raise LibraryError(
                f"{len(left_out)} of {len(missing)} points did not arrive: try again"
            )
        done, num_written = done + len(points), num_written + len(missing)
        if progress is not None:
            progress(done, num_points)
    if done != num_points:
        raise LibraryError(
            f"{done} of {num_points} points were copied: the library is being changed"
        )
    return num_written


def _missing(points: list[Point], target: VectorStore) -> list[Point]:
    """Those that `target` lacks, or has with another payload."""
    there = target.get([point.id for point in points], with_vectors=False)
    payloads = {point.id: point.payload for point in there}
    return [point for point in points if payloads.get(point.id) != point.payload]


def _batches(points: Iterator[Point], size: int) -> Iterator[list[Point]]:
    while batch := list(islice(points, size)):
        yield batch
