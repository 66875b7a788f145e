"""What TRACE kept of a library's footage, for commands that compare it with sentences."""

from collections.abc import Iterable, Iterator

import numpy as np
from jaxtyping import Float32

from detectors import trace
from detectors.trace.audit_records import Windows
from detectors.trace.contexts import choose
from detectors.trace.index import Scenes
from segments.camera_contexts import CameraContexts
from segments.catalog import Catalog, VideoRecord, cameras_of
from segments.errors import UserError
from segments.findings import load_windows
from segments.library import Library
from segments.spans import TimeSpan
from segments.timed import TimedArrays, TimedStore

WINDOW_CLIPS = 8
"""5.12 s: what an audit takes as one thing."""
ENOUGH_VIDEOS = 10
"""From here on the mean over the library's footage says what is usual."""


def clip_vectors(library: Library, video: VideoRecord) -> TimedArrays:
    """The unit vectors of a video's clips, rows "windows" [t d].

    Raises:
        UserError: TRACE has not seen the video.
    """
    found = load_windows(TimedStore(library.tracks), video.video_id, trace.NAME)
    if found is None:
        raise UserError(
            f"TRACE has not seen video {video.video_id[:12]}: run `retrace index --detectors "
            f"{trace.NAME}` on its file"
        )
    return found


def choose_for_cameras(library: Library, scenes: Scenes) -> None:
    """Chooses the contexts of every camera by all its footage, and keeps them.

    Raises:
        UserError: TRACE has seen no video.
    """
    with Catalog(library) as catalog, CameraContexts(library) as kept:
        seen = dict(_seen(library, catalog.videos()))
        if not seen:
            raise UserError("TRACE has seen no video of this library: index with its detector")
        means = [found.rows["windows"].mean(axis=0) for found in seen.values()]
        usual = np.mean(means, axis=0) if len(means) >= ENOUGH_VIDEOS else None
        for camera in catalog.cameras():
            ids = [v.video_id for v in catalog.videos(camera=camera) if v.video_id in seen]
            if not ids:
                continue
            clips = np.concatenate([seen[id].rows["windows"] for id in ids])
            chosen = {one.context: one.similarity for one in choose(clips, scenes, usual=usual)}
            kept.choose(camera, chosen, footage_s=sum(seen[id].end_s for id in ids))


def library_windows(library: Library) -> Windows:
    """All that TRACE has seen, `WINDOW_CLIPS` at a time.

    Raises:
        UserError: TRACE has seen no video.
    """
    videos: list[str] = []
    spans: list[TimeSpan] = []
    contexts: list[tuple[str, ...]] = []
    vectors: list[Float32[np.ndarray, "n d"]] = []
    with Catalog(library) as catalog, CameraContexts(library) as kept:
        for video_id, found in _seen(library, catalog.videos()):
            of_video = _spans(found)
            in_use = contexts_of(catalog, kept, video_id)
            videos += [video_id] * len(of_video)
            contexts += [in_use] * len(of_video)
            spans += of_video
            vectors.append(_pooled(found.rows["windows"]))
    if not vectors:
        raise UserError("TRACE has seen no video of this library: index with its detector")
    return Windows(tuple(videos), tuple(spans), np.concatenate(vectors), tuple(contexts))


def contexts_of(catalog: Catalog, kept: CameraContexts, video_id: str) -> tuple[str, ...]:
    """The contexts in use for the cameras that saw a video; none means the whole bank."""
    cameras = cameras_of(catalog.sources(video_id))
    return tuple(dict.fromkeys(name for camera in cameras for name in kept.in_use(camera)))


def _seen(library: Library, videos: Iterable[VideoRecord]) -> Iterator[tuple[str, TimedArrays]]:
    store = TimedStore(library.tracks)
    for video in videos:
        found = load_windows(store, video.video_id, trace.NAME)
        if found is not None:
            yield video.video_id, found


def _spans(found: TimedArrays) -> list[TimeSpan]:
    starts = found.pts_s[::WINDOW_CLIPS].tolist()
    ends = [*starts[1:], found.end_s]
    return [TimeSpan(start, end) for start, end in zip(starts, ends, strict=True)]


def _pooled(clips: Float32[np.ndarray, "t d"]) -> Float32[np.ndarray, "n d"]:
    """Unit means of `WINDOW_CLIPS` clips; the last window may have fewer."""
    starts = range(0, len(clips), WINDOW_CLIPS)
    means = np.stack([clips[start : start + WINDOW_CLIPS].mean(axis=0) for start in starts])
    return means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
