"""What a library holds, as far as somebody may see it."""

from collections import Counter
from collections.abc import Iterable

from search_api.access.roles import Principal
from search_api.access.scope import as_seen_by
from search_api.answers.searching import CameraAnswer, LibraryAnswer, SpaceAnswer
from search_api.service.opening import OpenLibrary
from segments.catalog import Catalog, SourceRecord
from segments.store.base import VectorStore
from segments.store.filters import Filter
from segments.store.spool import iter_chunks


def overview(opened: OpenLibrary, everything: Catalog, principal: Principal) -> LibraryAnswer:
    """Counts what the principal may see."""
    library, manifest = opened.library, opened.profile.manifest
    catalog = as_seen_by(everything, principal)
    videos = catalog.videos()
    cameras = _per_camera(catalog.sources(), {video.video_id for video in videos})
    sees_all = principal.cameras is None
    spooled = sum(1 for _ in iter_chunks(library)) if sees_all else None
    return LibraryAnswer(
        profile=manifest.profile,
        spaces=[SpaceAnswer(profile=s, is_used=s == library.space) for s in library.spaces()],
        vectors={name: list(spec.blocks) for name, spec in manifest.specs.items()},
        levels=list(manifest.levels),
        default_alpha=manifest.default_alpha,
        videos=len(videos),
        footage_s=sum(video.duration_s for video in videos),
        points=_count(opened.store, principal),
        spooled_chunks=spooled,
        cameras=cameras,
        detectors=sorted({name for video in videos for name in video.detectors}),
    )


def _per_camera(sources: Iterable[SourceRecord], video_ids: set[str]) -> list[CameraAnswer]:
    seen = {(s.camera, s.video_id) for s in sources if s.camera and s.video_id in video_ids}
    counts = Counter(camera for camera, _ in seen)
    return [CameraAnswer(name=name, videos=counts[name]) for name in sorted(counts)]


def _count(store: VectorStore, principal: Principal) -> int:
    if principal.cameras is None:
        return store.count()
    if not principal.cameras:
        return 0
    return store.count(Filter(cameras=tuple(sorted(principal.cameras))))
