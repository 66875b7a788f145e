"""Where footage is shown: files found, pictures and clips made once and kept, all within limits."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import UInt8
from pydantic import JsonValue

from search_api.answers.videos import ClipMode
from search_api.heat import warmed
from search_api.media import boards, clips, loudness, regions, shots
from search_api.media.cache import Facts, Kept, MediaCache, Wish
from search_api.media.files import Digests, find_among
from search_api.media.formats import Playback, playback_of
from search_api.media.limits import MediaLimits
from search_api.media.shots import Shot
from search_api.media.turns import Turns
from search_api.schemas import RegionReason
from segments.catalog import SourceRecord, VideoRecord
from segments.media import VideoSource
from segments.scores import AnomalyTrack
from segments.spans import TimeSpan

Warmth = tuple[tuple[float, float, float, float], UInt8[np.ndarray, "hh hw"]]
"""A box, as shares of the picture, and how warm its parts are, 0 to 255."""
BoardForm = Literal["jpeg", "webp"]


class MediaRoom:
    """Shows the footage of one library. Threads share it."""

    def __init__(self, cache: Path, limits: MediaLimits | None = None) -> None:
        """Args:
        cache: the library's folder for what was made for showing; it need not be there yet.
        """
        self.limits = limits or MediaLimits()
        turns = Turns(self.limits)
        self._cache = MediaCache(cache, turns, max_bytes=self.limits.max_cache_bytes)
        self._digests = Digests(max_bytes=self.limits.max_hashed_bytes)

    def source(self, video: VideoRecord, places: Sequence[SourceRecord]) -> VideoSource:
        """The recording, where it lies unchanged at one of these places.

        Raises:
            MediaGone: none of them has a file any more.
            MediaChanged: files are there, with other content.
        """
        return find_among(places, video, check=self._digests.check)

    def playback(self, source: VideoSource) -> Playback:
        """Raises:
        MediaError: the file cannot be read.
        """
        return playback_of(source.path, source.video_id)

    def frame(
        self,
        source: VideoSource,
        *,
        time_s: float | None = None,
        pts: int = 0,
        width: int,
        odd: Sequence[RegionReason] = (),
        warm: Sequence[Warmth] = (),
    ) -> Kept:
        """A JPEG of the picture nearest to a time, else to a timestamp; facts as `Shot.facts`.

        Args:
            odd: things to draw into it.
            warm: boxes with what is to be warmed in each.

        Raises:
            OutsideVideo, BeyondLimit, MediaError, Busy.
        """
        width = min(width, self.limits.max_width_px)

        def make() -> tuple[bytes, Facts]:
            shot = self._shot(source, time_s, pts, width)
            pixels = shot.pixels
            for box, heat in warm:
                pixels = warmed(pixels, box, heat)
            pixels = regions.draw_regions(pixels, odd) if odd else pixels
            return shots.to_jpeg(pixels), shot.facts()

        drawn: list[JsonValue] = [[*one.box, regions.label_of(one)] for one in odd]
        asked: dict[str, JsonValue] = {"time_s": time_s, "pts": pts, "width": width, "odd": drawn}
        if warm:
            asked["warm"] = [[*box, heat.tolist()] for box, heat in warm]
        return self._keep(Wish(source.video_id, "frame", ".jpg", asked), make)

    def storyboard(
        self, source: VideoSource, span: TimeSpan, count: int, *, width: int, form: BoardForm
    ) -> Kept:
        """Pictures spread over a span, in one file.

        The facts of a JPEG are its layout (`boards.to_sprite`).

        Raises:
            OutsideVideo, BeyondLimit, MediaError, Busy.
        """
        span = clips.require_inside(source, span)

        def make() -> tuple[bytes, Facts]:
            read = boards.read_shots(source, span, count, width=width, limits=self.limits)
            return boards.to_sprite(read) if form == "jpeg" else (boards.to_animation(read), {})

        asked = {"start_s": span.start_s, "end_s": span.end_s, "count": count, "width": width}
        return self._keep(Wish(source.video_id, "board", f".{form}", asked), make)

    def clip(self, source: VideoSource, span: TimeSpan, mode: ClipMode) -> Kept:
        """An MP4 of a span; facts as `ClipFacts`.

        Raises:
            OutsideVideo, BeyondLimit, MediaError, Busy.
        """
        span = clips.require_length(clips.require_inside(source, span), self.limits)

        def make(path: Path) -> Facts:
            return asdict(
                clips.write_clip(
                    source,
                    span,
                    path,
                    mode=mode,
                    playback=self.playback(source),
                    limits=self.limits,
                )
            )

        asked = {"start_s": span.start_s, "end_s": span.end_s, "mode": mode}
        return self._cache.get(Wish(source.video_id, "clip", ".mp4", asked), make)

    def loudness(self, source: VideoSource, span: TimeSpan) -> AnomalyTrack:
        """How loud the parts of a video are that a span touches; each is read once.

        Raises:
            OutsideVideo, BeyondLimit, MediaError, Busy.
        """
        span = clips.require_inside(source, span)
        stop = int(np.ceil(span.end_s / loudness.PIECE_S))
        pieces = range(int(span.start_s // loudness.PIECE_S), stop)
        unread = sum(not self._cache.has(_levels_wish(source, piece)) for piece in pieces)
        loudness.require_affordable(unread, max_s=self.limits.max_loudness_s)
        levels = np.concatenate([self._levels(source, piece) for piece in pieces])
        first_s = pieces.start * loudness.PIECE_S
        pts_s = first_s + np.arange(len(levels)) * loudness.STEP_S
        end_s = min(source.duration_s, float(pts_s[-1]) + loudness.STEP_S)
        return AnomalyTrack(loudness.NAME, levels, pts_s, end_s)

    def _levels(self, source: VideoSource, piece: int) -> np.ndarray:
        def make(path: Path) -> Facts:
            np.save(path, loudness.read_levels(source, piece))
            return {}

        return np.load(self._cache.get(_levels_wish(source, piece), make).path)

    def _shot(self, source: VideoSource, time_s: float | None, pts: int, width: int) -> Shot:
        if time_s is None:
            return shots.shot_by_pts(source, pts, width=width, limits=self.limits)
        return shots.shot_at(source, time_s, width=width, limits=self.limits)

    def _keep(self, wish: Wish, make: Callable[[], tuple[bytes, Facts]]) -> Kept:
        def write(path: Path) -> Facts:
            content, facts = make()
            path.write_bytes(content)
            return facts

        return self._cache.get(wish, write)


def _levels_wish(source: VideoSource, piece: int) -> Wish:
    return Wish(source.video_id, "loudness", ".npy", {"piece": piece})
