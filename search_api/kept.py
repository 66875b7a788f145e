"""What the searchers of one open library share."""

from dataclasses import dataclass
from typing import Self

from encoders.base import Profile
from search_api.explained import ExplainedTracks
from search_api.queries.confidence import Confidence
from segments.library import Library
from segments.manifest import SpaceManifest
from segments.store.base import VectorStore


@dataclass(frozen=True)
class Kept:
    """Read once for as long as the store is open; threads may share it."""

    manifest: SpaceManifest
    confidence: Confidence
    """What is usual in the store."""
    explained: ExplainedTracks
    """Tracks that hits were explained by lately."""

    @classmethod
    def of(cls, library: Library, store: VectorStore, profile: Profile) -> Self:
        """
        Raises:
            IndexMismatch: the library's vectors were made by something else than `profile`.
            LibraryError: its space was never made, or its manifest is damaged.
        """
        manifest = library.manifest()
        manifest.require_same(profile.manifest)
        return cls(manifest, Confidence(library, store, profile), ExplainedTracks(library))
