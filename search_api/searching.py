"""Question to hits: words or a sound to vectors, vectors to points, points to hits."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from jaxtyping import Float32

from encoders.base import Profile
from search_api.checks import check_answerable, check_asks
from search_api.explaining import Explainer
from search_api.hits import SourceChooser, to_hit, to_ms
from search_api.ranking import Ranked, best_first, fuse
from search_api.requests import MAX_LIMIT, SearchRequest
from search_api.schemas import SearchHit, SearchQuery, SearchResponse
from search_api.sounds import Sound, check_sound
from segments.catalog import Catalog
from segments.library import Library
from segments.payload import SegmentPayload
from segments.store.base import Filter, Match, VectorStore

FUSION_DEPTH = MAX_LIMIT
"""Places of each ranking that count; the same for every limit, so a longer list only adds hits."""

VIA_WORDS = "words."
"""Marks the parts of a sound's score that words stood for."""

RankedPoint = tuple[Ranked, SegmentPayload]


@dataclass(frozen=True)
class Probe:
    """One vector to compare the stored ones with."""

    name: str
    vector_name: str
    vector: Float32[np.ndarray, " d"]
    heard: dict[str, float] = field(default_factory=dict[str, float])
    """The words that a sound was put into, by their share; empty where it was compared itself."""

    @property
    def label(self) -> str:
        """What its parts of a score are marked by: nothing, or that words stand for the sound."""
        return VIA_WORDS if self.heard else ""


class Searcher:
    """Answers requests on one open library."""

    def __init__(
        self, library: Library, store: VectorStore, catalog: Catalog, profile: Profile
    ) -> None:
        """Raises:
        IndexMismatch: the library's vectors were made by something else than `profile`.
        """
        self._manifest = library.manifest()
        self._manifest.require_same(profile.manifest)
        self._library, self._store = library, store
        self._catalog, self._profile = catalog, profile

    def search(self, request: SearchRequest, sound: Sound | None = None) -> SearchResponse:
        """The best spans for the request's words, for a sound, or for both at once.

        One ranking is scored by similarity (Eq. 5), with the score's parts by block. Words and a
        sound, or a sound in both modes, are several rankings: their reciprocal ranks are summed.

        Raises:
            UserError: the request is empty, or names a camera or detector that is not here.
            LibraryError: nothing is indexed.
        """
        check_asks(request, has_sound=sound is not None)
        check_answerable(request, self._library, self._catalog)
        if sound:
            check_sound(sound)
        alpha = self._manifest.default_alpha if request.alpha is None else request.alpha
        probes = list(self._probes(request, sound, alpha))
        ranked = self._rank(probes, request)
        return SearchResponse(
            query=SearchQuery(
                **request.model_dump(exclude={"alpha"}),
                alpha=alpha,
                audio=sound and sound.name,
                heard={word: share for probe in probes for word, share in probe.heard.items()},
            ),
            profile=self._manifest.profile,
            level=request.level,
            ranking="similarity" if len(probes) == 1 else "rank-fusion",
            hits=self._hits(ranked, request),
        )

    def _probes(self, request: SearchRequest, sound: Sound | None, alpha: float) -> Iterator[Probe]:
        if request.text is not None:
            yield Probe("text", "alan", self._profile.encode_text(request.text).vector(alpha))
        if sound is None:
            return
        query = self._profile.encode_sound(sound.clip)
        if request.sound_mode in ("sound-to-video", "both"):
            name = "sound-to-words-to-video" if query.heard else "sound-to-video"
            yield Probe(name, "alan", query.video.vector(alpha), query.heard)
        if request.sound_mode in ("sound-to-sound", "both"):
            yield Probe("sound-to-sound", "audio", query.audio)

    def _rank(self, probes: list[Probe], request: SearchRequest) -> list[RankedPoint]:
        """Every candidate, best first, with its parts: by block, or by ranking."""
        if len(probes) == 1:
            return self._similar(probes[0], request)
        rankings = {probe.name: self._matches(probe, request, FUSION_DEPTH) for probe in probes}
        payloads = {m.point.id: m.point.payload for found in rankings.values() for m in found}
        fused = fuse({name: [m.point.id for m in found] for name, found in rankings.items()})
        return [(point, payloads[point.id]) for point in fused]

    def _similar(self, probe: Probe, request: SearchRequest) -> list[RankedPoint]:
        # A point may have its camera at one place and its time at another: `_hits` drops those.
        drops = request.cameras and (request.after or request.before)
        depth = MAX_LIMIT if drops else request.limit
        found = self._matches(probe, request, depth, with_vectors=True)
        spec = self._manifest.specs[probe.vector_name]
        payloads = {match.point.id: match.point.payload for match in found}
        parts = {
            m.point.id: spec.parts(probe.vector, m.point.vectors[probe.vector_name]) for m in found
        }
        ranked = best_first(
            Ranked(point_id, {f"{probe.label}{block}": part for block, part in blocks.items()})
            for point_id, blocks in parts.items()
        )
        return [(point, payloads[point.id]) for point in ranked]

    def _matches(
        self, probe: Probe, request: SearchRequest, depth: int, *, with_vectors: bool = False
    ) -> list[Match]:
        return self._store.search(
            probe.vector_name,
            probe.vector,
            limit=depth,
            where=to_filter(request),
            min_score=request.min_score,
            with_vectors=with_vectors,
        )

    def _hits(self, ranked: list[RankedPoint], request: SearchRequest) -> list[SearchHit]:
        places = SourceChooser(self._catalog, request)
        chosen = ((point, payload, places.choose(payload)) for point, payload in ranked)
        shown = ((point, payload, place) for point, payload, place in chosen if place)
        best = islice(shown, request.limit)
        explainer = Explainer(self._library)
        return [
            to_hit(rank, point, payload, place, explainer.of_segment(payload))
            for rank, (point, payload, place) in enumerate(best, start=1)
        ]


def to_filter(request: SearchRequest) -> Filter:
    """The request's conditions as the store understands them."""
    return Filter(
        level=request.level,
        cameras=request.cameras,
        recorded_from_ms=request.after and to_ms(request.after),
        recorded_until_ms=request.before and to_ms(request.before),
        min_anomaly=dict(request.min_anomaly),
        has_audio=request.has_sound,
    )
