"""Removing a video from a library: the part that a service needs to know of it.

The tables that say what was indexed belong to the indexer, which this package may not import: who
starts a service hands the removal over (`indexer.spaces.remove_from_all`).
"""

from collections.abc import Sequence
from typing import Protocol

from segments.library import Library
from segments.store.base import VectorStore


class Removal(Protocol):
    """What was removed of one video from one vector space."""

    @property
    def space(self) -> str: ...
    @property
    def points(self) -> int: ...
    @property
    def tracks(self) -> tuple[str, ...]:
        """Files of scores, reasons and windows, by name."""
        ...

    @property
    def features(self) -> int:
        """Files of features that an unfinished run had left."""
        ...

    @property
    def cached(self) -> int:
        """Thumbnails and other files that were made for showing."""
        ...


class Remove(Protocol):
    """Removes a video from every space of a library; may be repeated after a crash."""

    def __call__(self, library: Library, video_id: str, *, held: VectorStore) -> Sequence[Removal]:
        """Args:
            library: seen through the space whose store is open.
            held: that store.

        Raises:
            UserError: a case locks the video; nothing is removed.
            LibraryInUse: another process has another space's store, or is indexing.
        """
        ...
