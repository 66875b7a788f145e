"""Finished chunks on their way into the store: files that are complete or not there.

Whoever indexes writes them; whoever owns the store ingests them, in any number of attempts. A file
is an .npz (checksummed by its zip container) of float32 vectors, a matrix per vector name, of what
detectors say of the chunk, and of a JSON header with everything else. A file that a failing disk
damaged is set aside, so that those behind it are ingested.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float32
from pydantic import BaseModel, ConfigDict

from segments.arrays import from_npz, to_npz
from segments.errors import LibraryError
from segments.files import sync_folder, write_atomically
from segments.library import Library
from segments.names import require_name
from segments.payload import SegmentPayload
from segments.store.base import Point, VectorStore
from segments.timed import TimedArrays, TimedStore

DAMAGED = "damaged"
"""Folder in the spool of chunks that could not be read."""
_HEADER = "header"
_log = logging.getLogger(__name__)


class ChunkKey(NamedTuple):
    """What the ledger calls a chunk."""

    video_id: str
    chunk_index: int


@dataclass(frozen=True)
class SpooledChunk:
    """What indexing one chunk of a video produced."""

    video_id: str
    chunk_index: int
    """0-based position of the chunk in its video."""
    space: str
    """The vector space its points belong to."""
    points: tuple[Point, ...]
    pieces: Mapping[str, TimedArrays] = field(default_factory=dict[str, TimedArrays])
    """What it adds to the files of the video's tracks, by file name (`segments.findings`)."""

    @property
    def key(self) -> ChunkKey:
        return ChunkKey(self.video_id, self.chunk_index)


class _PointRecord(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    payload: SegmentPayload
    rows: dict[str, int]
    """The point's row in each vector name's matrix."""


class _Header(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: int = 2
    video_id: str
    chunk_index: int
    space: str
    points: list[_PointRecord]
    ends_s: dict[str, float]
    """Where each piece ends, by its name."""


def write_chunk(library: Library, chunk: SpooledChunk) -> Path:
    """Puts a chunk into the spool; writing it again replaces it. Durable on return.

    Raises:
        UserError: the video id or the space cannot name a file.
    """
    path = library.spool / _file_name(chunk)
    write_atomically(path, to_npz(_to_arrays(chunk)))
    return path


def iter_chunks(library: Library) -> Iterator[Path]:
    """The chunks in the spool, by space, video and position; half-written ones are not there."""
    yield from sorted(library.spool.glob("[!.]*.npz"))


def iter_damaged(library: Library) -> Iterator[Path]:
    """The chunks that were set aside, by name."""
    yield from sorted((library.spool / DAMAGED).glob("*.npz"))


def forget_damaged(library: Library, video_id: str) -> None:
    """Deletes what was set aside of a video that is about to go, or to be made anew."""
    for path in iter_damaged(library):
        if path.name.startswith(f"{library.space}.{video_id}."):
            path.unlink()


def read_chunk(path: Path) -> SpooledChunk:
    """Reads a chunk; vectors bit for bit as they were written.

    Raises:
        LibraryError: the file is damaged; the message names it.
    """
    try:
        return _from_arrays(from_npz(path.read_bytes()))
    except (ValueError, KeyError, IndexError) as error:
        raise LibraryError(
            f"the finished chunk {path} is damaged ({error}): delete its video and index again"
        ) from error


def remove(path: Path) -> None:
    """Takes a chunk out of the spool, for good; a no-op where it is gone already."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def ingest(library: Library, store: VectorStore) -> list[ChunkKey]:
    """Moves every finished chunk of the space into its store and tracks; what was moved.

    Each step may be repeated, and a file goes last: after a crash anywhere, another call makes the
    same state as an undisturbed one. Damaged chunks are set aside: `iter_damaged`.

    Args:
        store: the open store of the library's space; chunks of others stay where they are.

    Raises:
        LibraryError: the store or a file of tracks is damaged; the chunks before are ingested.
    """
    tracks, ingested = TimedStore(library.tracks), list[ChunkKey]()
    for path in iter_chunks(library):
        if path.name.split(".")[0] != library.space:
            continue
        chunk = _read_or_set_aside(path)
        if chunk is None:
            continue
        store.upsert(chunk.points)
        for name, piece in chunk.pieces.items():
            tracks.append(chunk.video_id, name, piece)
        remove(path)
        ingested.append(chunk.key)
    return ingested


def _read_or_set_aside(path: Path) -> SpooledChunk | None:
    try:
        return read_chunk(path)
    except LibraryError as error:
        aside = path.parent / DAMAGED / path.name
        aside.parent.mkdir(exist_ok=True)
        path.replace(aside)
        sync_folder(aside.parent)
        sync_folder(path.parent)
        _log.error("%s; it was set aside as %s", error, aside)
        return None


def _file_name(chunk: SpooledChunk) -> str:
    for name in (chunk.space, chunk.video_id):
        require_name(name, of="a finished chunk")
    return f"{chunk.space}.{chunk.video_id}.{chunk.chunk_index:06d}.npz"


def _to_arrays(chunk: SpooledChunk) -> dict[str, np.ndarray]:
    rows: dict[str, list[Float32[np.ndarray, " d"]]] = {}
    records = [_point_record(point, rows) for point in chunk.points]
    header = _Header(
        video_id=chunk.video_id,
        chunk_index=chunk.chunk_index,
        space=chunk.space,
        points=records,
        ends_s={name: piece.end_s for name, piece in chunk.pieces.items()},
    )
    arrays = {f"vectors/{name}": np.stack(vectors) for name, vectors in rows.items()}
    for name, piece in chunk.pieces.items():
        arrays[f"pts_s/{name}"] = piece.pts_s
        arrays |= {f"rows/{name}/{row}": array for row, array in piece.rows.items()}
    arrays[_HEADER] = np.frombuffer(header.model_dump_json().encode(), np.uint8)
    return arrays


def _point_record(point: Point, rows: dict[str, list[Float32[np.ndarray, " d"]]]) -> _PointRecord:
    """The point without its vectors, which are added to `rows`."""
    places: dict[str, int] = {}
    for name, vector in point.vectors.items():
        matrix = rows.setdefault(name, [])
        places[name] = len(matrix)
        matrix.append(vector)
    return _PointRecord(id=point.id, payload=point.payload, rows=places)


def _from_arrays(arrays: Mapping[str, np.ndarray]) -> SpooledChunk:
    header = _Header.model_validate_json(arrays[_HEADER].tobytes())
    names = {name for record in header.points for name in record.rows}
    vectors = {name: arrays[f"vectors/{name}"] for name in names}
    points = tuple(
        Point(r.id, {name: vectors[name][row] for name, row in r.rows.items()}, r.payload)
        for r in header.points
    )
    pieces = {
        name: TimedArrays(arrays[f"pts_s/{name}"], end_s, _rows(arrays, f"rows/{name}/"))
        for name, end_s in header.ends_s.items()
    }
    return SpooledChunk(header.video_id, header.chunk_index, header.space, points, pieces)


def _rows(arrays: Mapping[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {key.removeprefix(prefix): a for key, a in arrays.items() if key.startswith(prefix)}
