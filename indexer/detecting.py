"""Detectors as indexing runs them: what is known of a video's clips in, findings out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from detectors import alan, local_patterns, trace
from encoders.base import Profile
from indexer.features import VideoFeatures
from indexer.region_choice import RegionChoice
from segments.findings import Finding
from segments.library import Library
from segments.media import ClipBatch, LookSpec


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


@runtime_checkable
class WatchingDetector(Protocol):
    """A detector that looks at the pictures themselves."""

    def begin(self) -> None:
        """The next batch begins a chunk: earlier ones are forgotten, as a resumed run does."""
        ...

    def watch(self, batch: ClipBatch, features: VideoFeatures) -> None:
        """Keeps, by `VideoFeatures.write_rows`, what it sees in a batch."""
        ...


Make = Callable[[Sequence[str]], ChunkDetector]
"""One detector for a video that these cameras saw."""


@dataclass(frozen=True)
class DetectorSet:
    """All detectors of a run."""

    makes: tuple[Make, ...]
    second: LookSpec | None = None
    """What must be sampled of clips beside what the profile looks at."""

    def of(self, cameras: Sequence[str]) -> tuple[ChunkDetector, ...]:
        """For a video that these cameras saw."""
        return tuple(make(cameras) for make in self.makes)


class AlanDetector:
    """ALAN's MIL confidence, which indexing has computed already: it leads the sampling."""

    name = alan.NAME
    ahead = 0  # its scores are final when they come

    def find(
        self, features: VideoFeatures, clips: range, *, known: int, duration_s: float
    ) -> Finding:
        return Finding(alan.build_track(features.read_scores(clips), clips, duration_s=duration_s))


def load_detectors(
    names: Sequence[str], profile: Profile, library: Library, *, regions: RegionChoice
) -> DetectorSet:
    """What detectors share is loaded here, once.

    Args:
        regions: what finds and reads the regions of `local_patterns`.

    Raises:
        IndexMismatch: the library holds regions that were found in another way.
        LibraryError: another process has what a detector keeps in the library.
        WeightsMissing: weights of a detector are not here.
    """
    asked = _Asked(profile, library, regions)
    loaded = [_LOADERS[name](asked) for name in names]
    makes = tuple(make for make, _ in loaded)
    return DetectorSet(makes, next((second for _, second in loaded if second), None))


def rows_of(detectors: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What detectors keep of each clip while a video is read, by detector."""
    return {name: _ROWS[name] for name in detectors if name in _ROWS}


@dataclass(frozen=True)
class _Asked:
    profile: Profile
    library: Library
    regions: RegionChoice


_Loaded = tuple[Make, LookSpec | None]


def _load_alan(asked: _Asked) -> _Loaded:
    return lambda cameras: AlanDetector(), None


def _load_trace(asked: _Asked) -> _Loaded:
    from indexer.tracing import TraceBench

    return TraceBench.load(asked.profile, asked.library).detector, None


def _load_local_patterns(asked: _Asked) -> _Loaded:
    from indexer.patterns import PatternBench

    bench = PatternBench.load(asked.profile, asked.library, regions=asked.regions)
    return bench.detector, bench.second


_LOADERS: Mapping[str, Callable[[_Asked], _Loaded]] = {
    alan.NAME: _load_alan,
    trace.NAME: _load_trace,
    local_patterns.NAME: _load_local_patterns,
}
_ROWS: Mapping[str, tuple[str, ...]] = {local_patterns.NAME: local_patterns.ROWS}
