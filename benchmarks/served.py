"""Ranks of videos in a library as it is served, by exact and by approximate search."""

import tempfile
from collections import defaultdict
from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Float32

from benchmarks.metrics import ranks_of
from encoders.base import Profile
from encoders.registry import load_profile
from segments.catalog import Catalog
from segments.errors import LibraryError, UserError
from segments.library import Library
from segments.media import Level
from segments.store.base import Filter, Match, VectorStore
from segments.store.copying import copy_points
from segments.store.edge import EdgeStore
from segments.store.opening import open_store

Query = tuple[str, str]
"""A sentence, and the video that it means: path, file name with or without extension, or id."""
VECTOR = "alan"
STORE_WAIT_S = 5.0


@dataclass(frozen=True)
class Asked:
    """Queries put to one library."""

    vectors: list[Float32[np.ndarray, " d"]]
    own: list[str]
    """Id of the video that each query means."""
    gallery: list[str]
    """Ids of all videos."""
    level: Level


def served_ranks(
    root: Path,
    queries: Sequence[Query],
    *,
    level: Level = "moment",
    exact: bool = True,
    top_k: int | None = None,
    profile: Profile | None = None,
) -> Float[np.ndarray, " q"]:
    """0-based rank of each query's video in a library, ties averaged (METHODS D).

    The query's vector is that of `retrace search`; a video is as good as its best segment, and
    videos that are not found share the places that are left.

    Args:
        exact: False asks the library's approximate index, where it has one.
        top_k: segments that a search returns; None ranks every video, which only exact search can.
        profile: None loads the library's own.

    Raises:
        UserError: a query's video is not in the library, or more than one is meant.
        LibraryError: the library is missing, empty or in use.
    """
    library = Library.open(root)
    with open_served(library, profile) as (store, loaded):
        asked = ask(library, loaded, queries, level)
        return rank_videos(store, asked, exact=exact, top_k=top_k)


@contextmanager
def open_served(
    library: Library, profile: Profile | None = None
) -> Generator[tuple[VectorStore, Profile]]:
    """The library's store, and the profile that made its vectors."""
    loaded = profile or load_profile(library.space)
    store = open_store(library, expected=loaded.manifest, wait_s=STORE_WAIT_S)
    try:
        yield store, loaded
    finally:
        store.close()


@contextmanager
def int8_copy(library: Library, store: VectorStore) -> Generator[EdgeStore]:
    """The library's points in a temporary folder, with an int8 index.

    It is made from about a megabyte of vectors on; with fewer the copy is searched exactly.
    """
    specs = library.manifest().specs
    with tempfile.TemporaryDirectory() as folder:
        EdgeStore.create(Path(folder) / "edge", specs)
        copy = EdgeStore.open(Path(folder) / "edge", specs, optimize_from=0)
        try:
            copy_points(store, copy)
            copy.optimize()
            yield copy
        finally:
            copy.close()


def ask(library: Library, profile: Profile, queries: Sequence[Query], level: Level) -> Asked:
    """Encodes the sentences as `retrace search` does, and finds the videos they mean.

    Raises:
        UserError: a query's video is not in the library, or more than one is meant.
        LibraryError: the library is empty.
    """
    alpha = library.manifest().default_alpha
    with Catalog(library) as catalog:
        gallery = [video.video_id for video in catalog.videos()]
        if not gallery:
            raise LibraryError(
                f"the library {library.root} is empty: index something first with "
                f"`retrace index FOLDER --library {library.root}`"
            )
        own = find_videos(catalog, [video for _, video in queries])
    vectors = [profile.encode_text(text).vector(alpha) for text, _ in queries]
    return Asked(vectors, own, gallery, level)


def find_videos(catalog: Catalog, names: Sequence[str]) -> list[str]:
    """Ids of the videos whose files have these names, with or without extension.

    Raises:
        UserError: some name means no video, or more than one.
    """
    by_stem: defaultdict[str, set[str]] = defaultdict(set)
    for source in catalog.sources():
        by_stem[Path(source.path).stem].add(source.video_id)
    return [_find(catalog, name, by_stem.get(name, set())) for name in names]


def _find(catalog: Catalog, name: str, found: Collection[str]) -> str:
    if len(found) > 1:
        raise UserError(f"{name!r} is the name of {len(found)} videos: give their paths or ids")
    return catalog.find(next(iter(found), name)).video_id


def rank_videos(
    store: VectorStore, asked: Asked, *, exact: bool, top_k: int | None
) -> Float[np.ndarray, " q"]:
    """See `served_ranks`."""
    columns = {video_id: column for column, video_id in enumerate(asked.gallery)}
    similarity = np.full((len(asked.own), len(columns)), -np.inf)
    for row, vector in enumerate(asked.vectors):
        for match in _matches(store, vector, asked, exact=exact, top_k=top_k):
            column = columns.get(match.point.payload.video_id)
            if column is not None:  # a video that is just being indexed is not in the catalog
                similarity[row, column] = max(similarity[row, column], match.score)
    return ranks_of(similarity, np.array([columns[own] for own in asked.own], int))


def _matches(
    store: VectorStore,
    vector: Float32[np.ndarray, " d"],
    asked: Asked,
    *,
    exact: bool,
    top_k: int | None,
) -> list[Match]:
    of_level = Filter(level=asked.level)
    if top_k is None:
        if not exact:
            raise ValueError("an approximate search has a top_k")
        videos = store.search_by_video(VECTOR, vector, videos=len(asked.gallery), where=of_level)
        return [matches[0] for matches in videos]
    return store.search(VECTOR, vector, limit=top_k, where=of_level, exact=exact)
