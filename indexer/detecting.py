"""Detectors as indexing runs them: what is known of a video's clips in, findings out."""

from collections.abc import Callable, Sequence
from typing import Protocol

from detectors import alan, trace
from encoders.base import Profile
from indexer.features import VideoFeatures
from segments.findings import Finding
from segments.library import Library


class ChunkDetector(Protocol):
    """One detector on one video, chunk by chunk."""

    @property
    def name(self) -> str: ...

    @property
    def ahead(self) -> int:
        """Clips after its own that a clip's score depends on."""
        ...

    def find(
        self, features: VideoFeatures, clips: range, *, known: int, duration_s: float
    ) -> Finding:
        """What it says of a run of clips; the same wherever a run resumed.

        Args:
            features: of the clips before `known`, with their MIL scores before `clips.stop`.
            duration_s: length of the whole video.
        """
        ...


Make = Callable[[Sequence[str]], ChunkDetector]
"""One detector for a video that these cameras saw."""
MakeDetectors = Callable[[Sequence[str]], tuple[ChunkDetector, ...]]
"""All of a run's detectors for such a video."""


class AlanDetector:
    """ALAN's MIL confidence, which indexing has computed already: it leads the sampling."""

    name = alan.NAME
    ahead = 0  # its scores are final when they come

    def find(
        self, features: VideoFeatures, clips: range, *, known: int, duration_s: float
    ) -> Finding:
        return Finding(alan.build_track(features.read_scores(clips), clips, duration_s=duration_s))


def load_detectors(names: Sequence[str], profile: Profile, library: Library) -> MakeDetectors:
    """What detectors share is loaded here, once.

    Raises:
        LibraryError: another process has what a detector keeps in the library.
        WeightsMissing: weights of a detector are not here.
    """
    makes = [LOADERS[name](profile, library) for name in names]
    return lambda cameras: tuple(make(cameras) for make in makes)


def _load_alan(profile: Profile, library: Library) -> Make:
    return lambda cameras: AlanDetector()


def _load_trace(profile: Profile, library: Library) -> Make:
    from indexer.tracing import TraceBench

    return TraceBench.load(profile, library).detector


LOADERS: dict[str, Callable[[Profile, Library], Make]] = {
    alan.NAME: _load_alan,
    trace.NAME: _load_trace,
}
