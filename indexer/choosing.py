"""Choosing the contexts of every camera by all that TRACE kept of its footage."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64

from detectors import trace
from detectors.trace.contexts import choose
from detectors.trace.index import Scenes
from segments.camera_contexts import CameraContexts
from segments.catalog import Catalog, VideoRecord
from segments.errors import UserError
from segments.findings import load_windows
from segments.library import Library
from segments.timed import TimedArrays, TimedStore

NOTHING_SEEN = "TRACE has seen no video of this library: index with its detector"
ENOUGH_VIDEOS = 10
"""From here on the mean over the library's footage says what is usual."""


@dataclass(frozen=True)
class _Look:
    """A video in one vector."""

    mean: Float64[np.ndarray, " d"]
    num_clips: int
    footage_s: float


def iter_seen(library: Library, catalog: Catalog) -> Iterator[tuple[VideoRecord, TimedArrays]]:
    """Videos that TRACE has seen, with their clips' unit vectors, rows "windows" [t d]."""
    store = TimedStore(library.tracks)
    for video in catalog.videos():
        found = load_windows(store, video.video_id, trace.NAME)
        if found is not None:
            yield video, found


def contexts_in_use(library: Library, bank: Collection[str]) -> dict[str, tuple[str, ...]]:
    """What stands for cameras: pins, and choices as far as the bank still has them.

    Args:
        bank: the names of its contexts.

    Raises:
        UserError: a camera is pinned to a context that the bank has no longer.
    """
    with CameraContexts(library) as kept:
        pinned, by_camera = kept.pinned(), kept.by_camera()
    for camera, names in pinned.items():
        if lost := [name for name in names if name not in bank]:
            raise UserError(
                f"camera {camera} is pinned to {', '.join(map(repr, lost))}, which the bank has no "
                f"longer: pin it to others with `retrace traces pin {camera} CONTEXT...` (`retrace "
                f"traces list` names them), or let its footage choose with `retrace traces unpin "
                f"{camera}`"
            )
    there = {cam: tuple(n for n in names if n in bank) for cam, names in by_camera.items()}
    return {camera: names for camera, names in there.items() if names}


def choose_for_cameras(library: Library, scenes: Scenes) -> None:
    """Chooses the contexts of cameras by all their footage, and keeps them. Reads it once.

    Raises:
        UserError: TRACE has seen no video.
    """
    with Catalog(library) as catalog, CameraContexts(library) as kept:
        looks = {video.video_id: _look(found) for video, found in iter_seen(library, catalog)}
        if not looks:
            raise UserError(NOTHING_SEEN)
        usual = _usual(list(looks.values()))
        for camera in catalog.cameras():
            videos = [video.video_id for video in catalog.videos(camera=camera)]
            if of_camera := [looks[video] for video in videos if video in looks]:
                chosen = choose(_mean(of_camera)[None], scenes, usual=usual)
                footage_s = sum(look.footage_s for look in of_camera)
                kept.choose(
                    camera, {one.context: one.similarity for one in chosen}, footage_s=footage_s
                )


def _look(found: TimedArrays) -> _Look:
    windows = found.rows["windows"]
    return _Look(windows.mean(axis=0, dtype=np.float64), len(windows), found.end_s)


def _usual(looks: list[_Look]) -> Float32[np.ndarray, " d"] | None:
    """What footage is like, each video counted once."""
    if len(looks) < ENOUGH_VIDEOS:
        return None
    return np.mean([look.mean for look in looks], axis=0).astype(np.float32)


def _mean(looks: list[_Look]) -> Float32[np.ndarray, " d"]:
    """Of all clips."""
    clips = [look.num_clips for look in looks]
    return np.average([look.mean for look in looks], axis=0, weights=clips).astype(np.float32)
