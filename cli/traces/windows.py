"""What TRACE kept of a library's footage, for commands that compare it with sentences."""

from collections.abc import Collection

import numpy as np
from jaxtyping import Float32

from detectors import trace
from detectors.trace.audit_records import Windows
from indexer.choosing import NOTHING_SEEN, contexts_in_use, iter_seen
from segments.camera_contexts import contexts_for
from segments.catalog import Catalog, VideoRecord, cameras_of
from segments.errors import UserError
from segments.findings import load_windows
from segments.library import Library
from segments.spans import TimeSpan
from segments.timed import TimedArrays, TimedStore

WINDOW_CLIPS = 8
"""5.12 s: what an audit takes as one thing."""


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


def library_windows(library: Library, bank: Collection[str]) -> Windows:
    """All that TRACE has seen, `WINDOW_CLIPS` at a time.

    Args:
        bank: the names of its contexts.

    Raises:
        UserError: TRACE has seen no video, or a camera is pinned to what is not in the bank.
    """
    videos: list[str] = []
    spans: list[TimeSpan] = []
    contexts: list[tuple[str, ...]] = []
    vectors: list[Float32[np.ndarray, "n d"]] = []
    by_camera = contexts_in_use(library, bank)
    with Catalog(library) as catalog:
        for video, found in iter_seen(library, catalog):
            of_video = _spans(found)
            in_use = contexts_for(cameras_of(catalog.sources(video.video_id)), by_camera)
            videos += [video.video_id] * len(of_video)
            contexts += [in_use] * len(of_video)
            spans += of_video
            vectors.append(_pooled(found.rows["windows"]))
    if not vectors:
        raise UserError(NOTHING_SEEN)
    return Windows(tuple(videos), tuple(spans), np.concatenate(vectors), tuple(contexts))


def _spans(found: TimedArrays) -> list[TimeSpan]:
    starts = found.pts_s[::WINDOW_CLIPS].tolist()
    ends = [*starts[1:], found.end_s]
    return [TimeSpan(start, end) for start, end in zip(starts, ends, strict=True)]


def _pooled(clips: Float32[np.ndarray, "t d"]) -> Float32[np.ndarray, "n d"]:
    """Unit means of `WINDOW_CLIPS` clips; the last window may have fewer."""
    starts = range(0, len(clips), WINDOW_CLIPS)
    means = np.stack([clips[start : start + WINDOW_CLIPS].mean(axis=0) for start in starts])
    return means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
