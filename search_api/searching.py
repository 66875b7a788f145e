"""Question to hits: vectors for what is asked, moments that are near them, events to show."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from encoders.base import Profile
from search_api.checks import check_answerable, check_asks
from search_api.explaining import Explainer
from search_api.hits import SourceChooser, to_ms
from search_api.images import Image
from search_api.kept import Kept
from search_api.queries.answers import to_hit
from search_api.queries.candidates import Candidate, Finder
from search_api.queries.events import Event, gather
from search_api.queries.probes import Asked, Probe, ProbeKind
from search_api.queries.sequences import pair
from search_api.queries.unwanted import Unwanted
from search_api.requests import MAX_LIMIT, SearchRequest
from search_api.schemas import Ranking, SearchHit, SearchQuery, SearchResponse
from search_api.sounds import Sound, check_sound
from segments.catalog import Catalog
from segments.library import Library
from segments.store.base import VectorStore
from segments.store.filters import Filter

FUSION_DEPTH = MAX_LIMIT
"""Places of each ranking that count; the same for every limit, so a longer list only adds hits."""
PER_HIT = 10
"""Moments looked at per hit at first, where some of them may be merged or left out."""


class Searcher:
    """Answers requests on one open library."""

    def __init__(
        self,
        library: Library,
        store: VectorStore,
        catalog: Catalog,
        profile: Profile,
        *,
        kept: Kept | None = None,
    ) -> None:
        """
        Args:
            kept: what the searchers of a service share.

        Raises:
            IndexMismatch: the library's vectors were made by something else than `profile`.
        """
        kept = kept or Kept.of(library, store, profile)
        self._manifest, self._confidence = kept.manifest, kept.confidence
        self._library, self._store = library, store
        self._catalog, self._profile = catalog, profile
        self._background = kept.confidence.background
        self._finder = Finder(store, self._background)
        self._explainer = Explainer(library, kept.explained)

    def search(
        self, request: SearchRequest, sound: Sound | None = None, image: Image | None = None
    ) -> SearchResponse:
        """The best events for the request's words, a sound, a picture, or several at once.

        One ranking is scored by similarity (Eq. 5), with the score's parts by block. Several parts
        of a query, or a sound in both modes, are several rankings: their weighted reciprocal ranks
        are summed.

        Raises:
            UserError: the request is empty, names a camera or detector that is not here, or the
                profile has no model for a part of it.
            LibraryError: nothing is indexed.
        """
        check_asks(request, has_sound=sound is not None, has_image=image is not None)
        check_answerable(request, self._library, self._catalog)
        if sound:
            check_sound(sound)
        alpha = self._manifest.default_alpha if request.alpha is None else request.alpha
        probes = Asked(request, sound, image).probes(self._profile, alpha)
        hits = self._hits(self._events(probes, request, alpha), probes, request)
        return SearchResponse(
            query=SearchQuery(
                **request.model_dump(exclude={"alpha"}),
                alpha=alpha,
                audio=sound and sound.name,
                image=image and image.name,
                heard={word: share for probe in probes for word, share in probe.heard.items()},
            ),
            profile=self._manifest.profile,
            level=request.level,
            ranking=_ranking(probes, request),
            hits=hits,
            confident=_any(hits),
        )

    def _events(self, probes: list[Probe], request: SearchRequest, alpha: float) -> list[Event]:
        """The best events. Looks deeper where too few are left of the nearest moments."""
        unwanted = self._unwanted(request, alpha)
        after = self._following(request, alpha)
        events: list[Event] = []
        for depth in depths(request, is_mixed=len(probes) > 1):
            found = self._finder.find(
                probes, request, to_filter(request), depth=depth, unwanted=unwanted
            )
            placed = self._placed(found, request) if _is_placed_first(request) else found
            if request.then:
                placed = pair(placed, after, request.then)
            events = gather(placed, merge=request.merge, per_video=request.per_video)
            if len(found) < depth or _is_settled(events, found, request):
                break
        return list(islice(self._shown(events, request), request.limit))

    def _unwanted(self, request: SearchRequest, alpha: float) -> Unwanted | None:
        if not request.without:
            return None
        vectors = {text: self._profile.encode_text(text).vector(alpha) for text in request.without}
        return Unwanted(vectors, self._background, request.level)

    def _following(self, request: SearchRequest, alpha: float) -> list[Candidate]:
        """Moments that may come second: of the same cameras, and not before the time asked for."""
        if request.then is None:
            return []
        probe = Probe("text", "alan", self._profile.encode_text(request.then.text).vector(alpha))
        second = request.model_copy(update={"before": None, "min_anomaly": {}, "has_sound": None})
        found = self._finder.find([probe], second, to_filter(second), depth=MAX_LIMIT)
        return self._placed(found, second)

    def _placed(self, found: list[Candidate], request: SearchRequest) -> list[Candidate]:
        """Those that are still somewhere, each at the place where it is shown."""
        places = SourceChooser(self._catalog, request)
        places.read(one.payload.video_id for one in found)
        chosen = ((one, places.choose(one.payload)) for one in found)
        return [replace(one, place=place) for one, place in chosen if place]

    def _shown(self, events: list[Event], request: SearchRequest) -> Iterator[Event]:
        """Those that are still somewhere, with a place for the best moment of each."""
        places = SourceChooser(self._catalog, request)
        places.read(event.best.payload.video_id for event in events[: request.limit])
        for event in events:
            place = event.best.place or places.choose(event.best.payload)
            if place is not None:
                event.best = replace(event.best, place=place)
                yield event

    def _hits(
        self, events: list[Event], probes: list[Probe], request: SearchRequest
    ) -> list[SearchHit]:
        kinds: set[ProbeKind] = {probe.kind for probe in probes}
        kinds |= {"text"} if request.then else set()
        judge = self._confidence.judge(kinds, request.level)
        blocks = self._blocks(events, probes, request)
        return [
            to_hit(
                rank,
                event,
                parts,
                self._explainer.of_span(event.best.payload.video_id, event.span),
                judge.confidence(event.best),
            )
            for rank, (event, parts) in enumerate(zip(events, blocks, strict=True), start=1)
        ]

    def _blocks(
        self, events: list[Event], probes: list[Probe], request: SearchRequest
    ) -> Iterator[dict[str, float]]:
        """What adds up to each event's score: the blocks of a single probe are worked out here."""
        if len(probes) > 1 or request.then:
            yield from (event.best.parts for event in events)
            return
        (probe,) = probes
        spec = self._manifest.specs[probe.vector_name]
        points = {point.id: point for point in self._store.get([e.best.id for e in events])}
        for event in events:
            parts = spec.parts(probe.vector, points[event.best.id].vectors[probe.vector_name])
            named = {f"{probe.label}{block}": part for block, part in parts.items()}
            yield named | event.best.parts


def depths(request: SearchRequest, *, is_mixed: bool) -> Iterator[int]:
    """How many of the nearest moments to look at, each time more."""
    drops = bool(request.cameras and (request.after or request.before))
    if is_mixed or request.then or drops:
        yield FUSION_DEPTH
        return
    some = request.merge or request.per_video is not None or bool(request.without)
    first = min(MAX_LIMIT, request.limit * (PER_HIT if some else 1))
    yield from dict.fromkeys((first, MAX_LIMIT) if some else (first,))


def _is_placed_first(request: SearchRequest) -> bool:
    """Whether a moment's place decides about more than what is shown of a hit."""
    return bool(request.then or request.cameras or request.after or request.before)


def _is_settled(events: list[Event], found: list[Candidate], request: SearchRequest) -> bool:
    """Whether nothing that lies deeper could be among the hits.

    What is unwanted lowers scores, so a moment that is farther away may come before those found.
    """
    if len(events) < request.limit:
        return False
    last = events[request.limit - 1].best.score
    return not request.without or last >= min(one.score - sum(one.parts.values()) for one in found)


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


def _ranking(probes: list[Probe], request: SearchRequest) -> Ranking:
    if request.then:
        return "sequence"
    return "similarity" if len(probes) == 1 else "rank-fusion"


def _any(hits: list[SearchHit]) -> bool | None:
    """Whether any hit is one to rely on; not known where it is known of none."""
    known = [hit.confident for hit in hits if hit.confident is not None]
    return any(known) if known else None
