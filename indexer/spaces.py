"""The vector spaces of a library side by side: which are complete, switching, and freeing one.

Each profile's vectors are a space with a store, tracks and rows of its own; sources, cameras and
clocks are shared. A second space is built while the first one answers (DESIGN §4).
"""

from dataclasses import dataclass

from indexer.ledger import Ledger
from indexer.upkeep import Removal, remove_video
from segments.cases import require_removable
from segments.catalog import Catalog
from segments.errors import UserError
from segments.library import Library
from segments.store.base import VectorStore
from segments.store.lock import OwnerLock
from segments.store.opening import open_store

MAX_NAMED = 3
"""Files that a message lists."""


@dataclass(frozen=True)
class SpaceState:
    """How far one space is."""

    name: str
    in_use: bool
    """Whether it answers searches."""
    num_videos: int
    """Completely indexed in it."""
    missing: tuple[str, ...]
    """Contents that the space in use has and this one has not."""


def describe_spaces(library: Library) -> list[SpaceState]:
    """Every space that was made, by name.

    Args:
        library: seen through the space in use.
    """
    wanted = _done(library)
    states: list[SpaceState] = []
    for name in library.spaces():
        done = _done(library.through(name))
        missing = tuple(sorted(wanted - done))
        states.append(SpaceState(name, name == library.space, len(done), missing))
    return states


def use_space(library: Library, name: str, *, incomplete: bool = False) -> Library:
    """Lets another space answer searches; the library seen through it.

    Args:
        library: seen through the space in use.
        incomplete: also where it lacks videos that the space in use has.

    Raises:
        UserError: there is no such space, or it lacks videos.
    """
    state = _state(library, name)
    if state.missing and not incomplete:
        raise UserError(
            f"the space {name!r} lacks {len(state.missing)} videos that {library.space!r} has: "
            f"{_listed(library, state.missing)}. Index them with `retrace index --profile {name} "
            f"--library {library.root}`, or switch all the same with --incomplete"
        )
    chosen = library.through(name)
    chosen.use()
    return chosen


def drop_space(library: Library, name: str) -> None:
    """Deletes a space that is not in use: its vectors, tracks and rows.

    Args:
        library: seen through the space in use.

    Raises:
        UserError: there is no such space, it answers searches, or it alone has a video that a case
            locks.
        LibraryError: another process has it open, or is indexing.
    """
    state = _state(library, name)
    if state.in_use:
        raise UserError(
            f"the space {name!r} answers searches: switch to another one first, with "
            "`retrace library use NAME`"
        )
    dropped = library.through(name)
    for video_id in sorted(_done(dropped) - _done(library)):
        require_removable(library, video_id)
    indexing = OwnerLock.acquire(library.indexer_lock_file)
    try:
        owner = OwnerLock.acquire(dropped.lock_file)
        try:
            with Catalog(dropped) as catalog, Ledger(dropped) as ledger:
                catalog.drop_space()
                ledger.drop_space()
            dropped.drop_space()
        finally:
            owner.release()
    finally:
        indexing.release()


def remove_from_all(
    library: Library, video_id: str, *, wait_s: float = 0.0, held: VectorStore | None = None
) -> list[Removal]:
    """Removes a video from every space; may be repeated after a crash.

    Args:
        wait_s: how long to wait for another owner of a store to leave.
        held: the store of the space that `library` is seen through, where it is open already.

    Raises:
        UserError: a case locks the video; nothing is removed.
        LibraryError: another process goes on having a store; spaces before it are done.
    """
    removals: list[Removal] = []
    for name in library.spaces():
        if held is not None and name == library.space:
            removals.append(_remove(library, held, video_id))
            continue
        store = open_store(library.through(name), wait_s=wait_s)
        try:
            removals.append(_remove(library.through(name), store, video_id))
        finally:
            store.close()
    return removals


def _remove(library: Library, store: VectorStore, video_id: str) -> Removal:
    with Catalog(library) as catalog, Ledger(library) as ledger:
        return remove_video(library, store, video_id, catalog=catalog, ledger=ledger)


def _state(library: Library, name: str) -> SpaceState:
    library.require_space(name)
    return next(state for state in describe_spaces(library) if state.name == name)


def _done(library: Library) -> set[str]:
    with Ledger(library) as ledger:
        return {content.video_id for content in ledger.contents("done")}


def _listed(library: Library, video_ids: tuple[str, ...]) -> str:
    with Catalog(library) as catalog:
        paths = [catalog.sources(video_id) for video_id in video_ids[:MAX_NAMED]]
    names = [sources[0].path for sources in paths if sources]
    more = len(video_ids) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")
