"""Which contexts stand for cameras, why, and whether the scores of their footage say so."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from detectors import local_patterns, trace
from detectors.trace.origin import origin_of_bank
from search_api.answers.traces import CameraPlaces, Choice
from search_api.traces.bank import KnownBank
from segments.camera_contexts import CameraContexts, ChosenContexts, contexts_for
from segments.catalog import Catalog, SourceRecord, VideoRecord, cameras_of
from segments.library import Library
from segments.score_origins import ScoreOrigins

Names = tuple[str, ...]


@dataclass(frozen=True)
class Places:
    """What is kept of the cameras of one library."""

    pinned: Mapping[str, Names]
    chosen: Mapping[str, ChosenContexts]
    bank: KnownBank

    @classmethod
    def of(cls, library: Library, bank: KnownBank) -> "Places":
        """Raises:
        LibraryError: the database is damaged.
        """
        with CameraContexts(library) as kept:
            return cls(kept.pinned(), kept.chosen(), bank)

    def in_force(self, camera: str | None) -> Names:
        """Contexts of the bank that a camera's footage is compared with; none: the whole bank."""
        if camera is None:
            return ()
        if pins := self.pinned.get(camera, ()):
            return self._there(pins)
        choice = self.chosen.get(camera)
        return self._there(choice.similarities) if choice else ()

    def for_cameras(self, cameras: Iterable[str]) -> Names:
        """Those of a video that all of these saw."""
        known = {camera: self.in_force(camera) for camera in cameras}
        return contexts_for(known, known)

    def lost(self, camera: str | None) -> list[str]:
        """Pins that the bank has no longer."""
        pins = self.pinned.get(camera, ()) if camera else ()
        return [name for name in pins if name not in self.bank.contexts]

    def own_contexts(self, cameras: Iterable[str]) -> frozenset[str] | None:
        """Whose own sentences somebody may read who sees these cameras; None: all."""
        in_force = [self.in_force(camera) for camera in cameras]
        if not all(in_force):
            return None
        return frozenset(name for names in in_force for name in names)

    def _there(self, names: Iterable[str]) -> Names:
        return tuple(name for name in names if name in self.bank.contexts)


def list_places(
    places: Places, library: Library, everything: Catalog, *, cameras: Collection[str] | None
) -> list[CameraPlaces]:
    """A row for each camera, by name, and one for footage of none.

    Args:
        everything: the catalog as nobody's key narrows it.
        cameras: only these; None means all, and footage of none too.
    """
    counts = _count(places, library, everything)
    known = {*everything.cameras(), *places.pinned, *places.chosen}
    names: list[str | None] = [*sorted(known if cameras is None else known & set(cameras))]
    if cameras is None and None in counts:
        names.append(None)
    return [_row(places, name, counts.get(name, _Counts())) for name in names]


def places_of(camera: str, places: Places, library: Library, everything: Catalog) -> CameraPlaces:
    """The row of one camera, which need not have footage any more."""
    return _row(places, camera, _count(places, library, everything).get(camera, _Counts()))


@dataclass
class _Counts:
    videos: int = 0
    seen: int = 0
    outdated: int = 0


def _count(places: Places, library: Library, everything: Catalog) -> Mapping[str | None, _Counts]:
    with ScoreOrigins(library) as kept:
        origins, words = kept.of(trace.NAME), kept.of(local_patterns.NAME)
    sources: dict[str, list[SourceRecord]] = {}
    for source in everything.sources():
        sources.setdefault(source.video_id, []).append(source)
    judge = _Judge(places, origins, words)
    counts: dict[str | None, _Counts] = {}
    for video in everything.videos():
        cameras = cameras_of(sources.get(video.video_id, []))
        is_outdated = judge.is_outdated(video, cameras)
        for camera in cameras or (None,):
            count = counts.setdefault(camera, _Counts())
            count.videos += 1
            count.seen += judge.is_seen(video)
            count.outdated += is_outdated
    return counts


class _Judge:
    """Says which videos were scored by other sentences than are in force now.

    Args:
        origins: of TRACE's scores.
        words: of Local Patterns', where sentences say what things do: by the whole bank everywhere.
    """

    def __init__(
        self, places: Places, origins: Mapping[str, str], words: Mapping[str, str]
    ) -> None:
        self._places, self._origins, self._words = places, origins, words
        self._known: dict[Names, str] = {}

    def is_seen(self, video: VideoRecord) -> bool:
        return trace.NAME in video.detectors or video.video_id in self._words

    def is_outdated(self, video: VideoRecord, cameras: Sequence[str]) -> bool:
        words = self._words.get(video.video_id)
        if words is not None and words != self._now(()):
            return True
        if trace.NAME not in video.detectors:
            return False
        return self._origins.get(video.video_id) != self._now(self._places.for_cameras(cameras))

    def _now(self, names: Names) -> str:
        if names not in self._known:
            self._known[names] = origin_of_bank(self._places.bank.contexts, names)
        return self._known[names]


def _row(places: Places, camera: str | None, counts: _Counts) -> CameraPlaces:
    choice = places.chosen.get(camera) if camera else None
    in_force = places.in_force(camera)
    is_pinned = camera is not None and camera in places.pinned
    return CameraPlaces(
        camera=camera,
        contexts=list(in_force),
        because="pin" if is_pinned else "footage" if in_force else "whole-bank",
        chosen=Choice.model_validate(choice, from_attributes=True) if choice else None,
        lost=places.lost(camera),
        videos=counts.videos,
        seen=counts.seen,
        outdated=counts.outdated,
    )
