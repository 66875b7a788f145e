"""A library seen from outside: what it holds, and whether its parts agree."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from indexer.ledger import Ledger
from indexer.spaces import SpaceState, describe_spaces
from segments.catalog import Catalog, VideoRecord
from segments.errors import LibraryError, UserError
from segments.levels import iter_segments
from segments.library import Library
from segments.payload import point_id
from segments.store.base import Filter, VectorStore
from segments.store.spool import iter_chunks, iter_damaged
from segments.tracks import TrackStore

HOUR_S = 3600.0


@dataclass(frozen=True)
class Listed:
    """One video of the library."""

    video_id: str
    paths: list[str]
    duration_s: float
    problems: list[str]


@dataclass(frozen=True)
class LibraryFacts:
    """What a library holds."""

    root: str
    space: str
    spaces: list[SpaceState]
    digests: dict[str, dict[str, str]]
    """Weights' digests by name, by vector space."""
    num_points: int | None
    """None while another process has the store."""
    footage_s: float
    cameras: dict[str, int]
    """Videos by camera."""
    clock_offsets: dict[str, float]
    disk_bytes: dict[str, int]
    """By part: store, tracks, traces, spool, work, database."""
    failed: dict[str, str]
    """Reason by path, or by content where the path is not known."""
    unfinished: int
    """Contents that a run has begun and not finished."""
    videos: list[Listed]

    def lines(self, *, max_videos: int) -> list[str]:
        """For people; a fact per line."""
        points = "?" if self.num_points is None else self.num_points
        cameras = ", ".join(f"{name} ({count})" for name, count in self.cameras.items()) or "none"
        total = sum(self.disk_bytes.values()) / 2**20
        parts = ", ".join(f"{part} {size / 2**20:.1f}" for part, size in self.disk_bytes.items())
        lines = [
            f"library {self.root}, searched by the profile {self.space}",
            f"{len(self.videos)} videos, {self.footage_s / HOUR_S:.2f} h, {points} points",
            f"cameras: {cameras}",
            f"disk: {total:.1f} MiB ({parts})",
        ]
        lines += [_space_line(state) for state in self.spaces if not state.in_use]
        lines += [f"clock of {name}: {s:+g} s" for name, s in self.clock_offsets.items()]
        lines += [f"failed: {where}: {reason}" for where, reason in self.failed.items()]
        if self.unfinished:
            lines.append(f"unfinished: {self.unfinished}; run `retrace index` again to go on")
        lines += [_line(video) for video in self.videos[:max_videos]]
        if len(self.videos) > max_videos:
            lines.append(f"and {len(self.videos) - max_videos} more (--json lists all)")
        return lines


def describe_library(library: Library) -> LibraryFacts:
    """Reads the tables and measures the folders; works while another process has the store."""
    with Catalog(library) as catalog, Ledger(library) as ledger:
        videos = catalog.videos()
        listed = [_listed(video, catalog) for video in videos]
        return LibraryFacts(
            root=str(library.root.absolute()),
            space=library.space,
            spaces=describe_spaces(library),
            digests={name: library.through(name).manifest().digests for name in library.spaces()},
            num_points=_count_points(library),
            footage_s=sum(video.duration_s for video in videos),
            cameras={c: len(catalog.videos(camera=c)) for c in catalog.cameras()},
            clock_offsets=catalog.clock_offsets(),
            disk_bytes=_disk_bytes(library),
            failed=_failures(catalog, ledger),
            unfinished=len(ledger.contents("indexing")),
            videos=listed,
        )


def find_problems(library: Library, store: VectorStore) -> list[str]:
    """Everything that does not fit together, in words; empty where all is well."""
    with Catalog(library) as catalog, Ledger(library) as ledger:
        begun = {content.video_id for content in ledger.contents("indexing")}
        return [
            *_digest_problems(library, ledger),
            *(p for video in catalog.videos() for p in _video_problems(library, store, video)),
            *_orphans(catalog, store, begun),
            *(f"{path.name} waits in the spool: index again" for path in iter_chunks(library)),
            *(
                f"{path} cannot be read: delete its video, and index again"
                for path in iter_damaged(library)
            ),
            *(f"{path} was left half-written: index again" for path in _partials(library)),
            *(f"{v[:12]} is stale in the store: index again" for v in ledger.stale()),
        ]


def _video_problems(library: Library, store: VectorStore, video: VideoRecord) -> Iterator[str]:
    name = video.video_id[:12]
    segments = iter_segments(video.video_id, video.duration_s)
    wanted = {point_id(segment, library.space) for segment in segments}
    where = Filter(video_ids=(video.video_id,))
    found = {point.id for point in store.iter_points(where, with_vectors=False)}
    again = f"delete it and index again (`retrace library delete {name}`)"
    if wanted - found:
        yield f"{name} lacks {len(wanted - found)} of {len(wanted)} points: {again}"
    if found - wanted:
        yield f"{name} has {len(found - wanted)} points too many: {again}"
    for detector in video.detectors:
        try:
            track = TrackStore(library.tracks).load(video.video_id, detector)
        except (LibraryError, UserError) as error:
            yield f"{name}: {error}"
            continue
        if abs(track.end_s - video.duration_s) > 1e-6 or track.pts_s[0] != 0.0:
            yield f"{name}: its {detector} track covers {track.pts_s[0]}..{track.end_s} s: {again}"


def _digest_problems(library: Library, ledger: Ledger) -> Iterator[str]:
    digests = library.manifest().digests
    for content in ledger.contents("done"):
        if content.digests != digests:
            yield f"{content.video_id[:12]} was made with other weights than the manifest names"


def _orphans(catalog: Catalog, store: VectorStore, begun: set[str]) -> Iterator[str]:
    """Points of videos that the catalog does not have, and that no run is about to finish."""
    known = {video.video_id for video in catalog.videos()} | begun
    found = {p.payload.video_id for p in store.iter_points(with_vectors=False)}
    for video_id in sorted(found - known):
        yield f"{video_id[:12]} has points and is not in the catalog: index its file again"


def _partials(library: Library) -> list[Path]:
    return sorted(library.spool.glob(".*.partial"))


def _listed(video: VideoRecord, catalog: Catalog) -> Listed:
    paths = [source.path for source in catalog.sources(video.video_id)]
    return Listed(video.video_id, paths, video.duration_s, list(video.problems))


def _line(video: Listed) -> str:
    problems = f" [{'; '.join(video.problems)}]" if video.problems else ""
    return f"{video.video_id[:12]}  {video.duration_s:9.1f} s  {', '.join(video.paths)}{problems}"


def _space_line(state: SpaceState) -> str:
    lacks = f", lacks {len(state.missing)}" if state.missing else ", complete"
    return f"also indexed by the profile {state.name}: {state.num_videos} videos{lacks}"


def _count_points(library: Library) -> int | None:
    from segments.store.opening import open_store

    try:
        store = open_store(library)
    except LibraryError:
        return None
    try:
        return store.count()
    finally:
        store.close()


def _disk_bytes(library: Library) -> dict[str, int]:
    spaces = library.root / "spaces"
    parts = {
        "store": spaces.glob("*/edge/**/*"),
        "tracks": spaces.glob("*/tracks/**/*"),
        "traces": spaces.glob("*/traces/**/*"),
        "spool": library.spool.rglob("*"),
        "work": spaces.glob("*/work/**/*"),
        "database": library.root.glob("library.sqlite*"),
    }
    return {part: _size(paths) for part, paths in parts.items()}


def _size(paths: Iterator[Path]) -> int:
    return sum(path.stat().st_blocks * 512 for path in paths if path.is_file())


def _failures(catalog: Catalog, ledger: Ledger) -> dict[str, str]:
    unreadable = {f.path: f.reason for f in ledger.files().values() if f.reason}
    for content in ledger.contents("failed"):
        paths = [source.path for source in catalog.sources(content.video_id)]
        for where in paths or [content.video_id]:
            unreadable[where] = content.reason or "unknown"
    return unreadable
