"""What a library keeps of a video's regions, chunk by chunk, and what was last said of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float16, Float64, Shaped

from detectors import local_patterns
from detectors.local_patterns.stored import StoredRegions
from segments.findings import iter_kept
from segments.timed import TimedStore

Scene = Float16[np.ndarray, "t m"]
"""The motion of the whole picture in each clip, which says along with a region what it does."""


@dataclass(frozen=True, eq=False)
class KeptRegions:
    """The regions of one chunk."""

    pts_s: Float64[np.ndarray, " t"]
    end_s: float
    regions: StoredRegions


def told_rows(regions: StoredRegions, scene: Scene) -> dict[str, Shaped[np.ndarray, "t ..."]]:
    """What regions do in words, and the motion around them that is needed to say it anew."""
    return {"scene": scene, "odds": regions.odds, "acts": regions.acts}


def iter_regions(files: TimedStore, video_id: str) -> Iterator[KeptRegions]:
    """The regions of a video with what was last said of them.

    Raises:
        LibraryError: a file is damaged, or an older retrace wrote it.
    """
    told = {float(part.pts_s[0]): part for part in _told(files, video_id)}
    for part in iter_kept(files, video_id, local_patterns.NAME, "regions"):
        own = told.get(float(part.pts_s[0]))
        words: Mapping[str, Shaped[np.ndarray, "t ..."]] = {} if own is None else own.rows
        regions = StoredRegions.of_rows({**part.rows, **words})
        yield KeptRegions(part.pts_s, part.end_s, regions)


def load_scene(files: TimedStore, video_id: str) -> Scene | None:
    """Of all clips of a video; None where nothing says what regions do, or an older retrace kept
    no motion.

    Raises:
        LibraryError: a file is damaged.
    """
    parts: list[Scene] = [part.rows["scene"] for part in _told(files, video_id)]
    return np.concatenate(parts) if parts else None


def _told(files: TimedStore, video_id: str):
    return iter_kept(files, video_id, local_patterns.NAME, "told")
