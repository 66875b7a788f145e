"""A video as the compact profile sees it, straight from the drawn pictures: no file is written.

At `videos.FPS` a clip has four pictures. The profile's two pictures of a clip and the four pairs
that its motion fields compare are all among them, so nothing is drawn that nothing looks at, and
the times are those that reading a file of the same video gives (`segments.reading.clips`).

What is cheaper than a camera, and not the same:
- pictures are drawn at the profile's size, and what the recorder loses is one JPEG round trip;
- flow is taken before the sensor's noise, and only where two pictures differ;
- a clip in which no visible thing moves is looked at once, and where it rains or snows over an
  empty place, the drops begin anew every four clips (in a file of the video they do not).
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Float32, Int64, UInt8

from benchmarks.simulator.render import Renderer
from benchmarks.simulator.sampling import sample_scene
from benchmarks.simulator.scenes import Scene
from benchmarks.simulator.sounds import render_sound
from benchmarks.simulator.things import Thing
from encoders.compact.spec import COMPACT
from segments.levels import CLIP_S, count_clips
from segments.media import AUDIO_RATE_HZ, MOTION_GRID
from segments.motion import GRAY_SIZE, FlowEstimator, cell_velocity, still_field

PICTURES_PER_CLIP = 4
SHOWN = (1, 3)
"""Which of a clip's pictures are on show at the profile's sampling times."""
CELL_PX = GRAY_SIZE[0] // MOTION_GRID[0]
MARGIN_CELLS = 3
LEAST_CELLS = 16
"""Side of the smallest piece that flow is taken of."""
SAME = 2
"""Two grey levels that differ by no more show the same."""
DROPS_CLIPS = 4


@dataclass(frozen=True)
class DrawnClip:
    """One clip that differs from those before it."""

    frames: UInt8[np.ndarray, "f h w 3"]
    motion: Float32[np.ndarray, "m gh gw 2"]


class Recording:
    """All of a video at the profile's picture size, drawn clip by clip when it is asked for.

    Raises:
        ValueError: the scene does not have four pictures per clip.
    """

    def __init__(self, scene: Scene) -> None:
        if round(scene.fps * CLIP_S, 6) != PICTURES_PER_CLIP:
            raise ValueError(f"{scene.fps = }: a recorded video has {PICTURES_PER_CLIP / CLIP_S}")
        self._recorder = _Recorder(scene)
        self._scene = scene
        rows: dict[object, int] = {}
        self._firsts = list[int]()
        shown = list[int]()
        for clip in range(count_clips(scene.duration_s)):
            key = self._recorder.key(clip)
            if key not in rows:
                rows[key] = len(rows)
                self._firsts.append(clip)
            shown.append(rows[key])
        self.shown = tuple(shown)
        """For each clip of the video, which of `clips` looks like it."""

    def clips(self) -> Iterator[DrawnClip]:
        """Each different clip once, by first appearance."""
        return (self._recorder.draw(clip) for clip in self._firsts)

    def sound(self) -> Float32[np.ndarray, "t s"] | None:
        """The samples of each clip of the video; None if it is silent."""
        return _audio(self._scene)


def fingerprint() -> str:
    """SHA-256 of a few drawn clips and their sound: another renderer, another fingerprint."""
    digest = hashlib.sha256()
    for seed in range(3):
        scene = sample_scene(seed, duration_s=8 * CLIP_S, has_sound=True)
        recording = Recording(replace(scene, fps=PICTURES_PER_CLIP / CLIP_S))
        for clip in recording.clips():
            digest.update(clip.frames.tobytes() + clip.motion.tobytes())
        sound = recording.sound()
        assert sound is not None
        digest.update(sound.tobytes())
    return digest.hexdigest()


class _Recorder:
    """Draws clip after clip; keeps the last picture, which the next clip begins with."""

    def __init__(self, scene: Scene) -> None:
        height, width = COMPACT.frame_size
        self._fps = scene.fps
        self._aspect = scene.width / scene.height
        self._renderer = Renderer(replace(scene, width=width, height=height))
        self._falls = scene.weather in ("rain", "snow")
        self._quality = max(5, 150 - 4 * scene.view.compression)
        self._flow = FlowEstimator()
        self._things: dict[int, tuple[Thing, ...]] = {}
        self._last: tuple[int, UInt8[np.ndarray, "h w 3"]] | None = None

    def key(self, clip: int) -> object:
        """Clips of the same key look the same."""
        things = tuple(self._visible(k) for k in self._pictures(clip))
        return things, clip == 0, clip % DROPS_CLIPS if self._falls else 0

    def draw(self, clip: int) -> DrawnClip:
        pictures = [self._draw(k) for k in self._pictures(clip)]
        greys = [_grey(picture) for picture in pictures]
        motion = [self._field(*pair) for pair in zip(greys, greys[1:], strict=False)]
        if clip == 0:
            motion.insert(0, still_field())
        shown = pictures[-PICTURES_PER_CLIP:]
        frames = [self._kept(shown[k]) for k in SHOWN]
        return DrawnClip(np.stack(frames), np.stack(motion))

    def _pictures(self, clip: int) -> range:
        """The clip's own, and the one before them."""
        first = clip * PICTURES_PER_CLIP
        return range(max(0, first - 1), first + PICTURES_PER_CLIP)

    def _visible(self, picture: int) -> tuple[Thing, ...]:
        if picture not in self._things:
            self._things[picture] = self._renderer.visible(picture / self._fps)
        return self._things[picture]

    def _draw(self, picture: int) -> UInt8[np.ndarray, "h w 3"]:
        if self._last is None or self._last[0] != picture:
            time_s = picture / self._fps
            falling_s = time_s % (DROPS_CLIPS * CLIP_S)
            self._last = picture, self._renderer.draw(self._visible(picture), falling_s)
        return self._last[1]

    def _kept(self, picture: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        """What is left of a picture after the sensor and the recorder."""
        noisy = picture.copy()
        self._renderer.atmosphere.sense(noisy)
        _, code = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, self._quality])
        return np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR), np.uint8)

    def _field(
        self, earlier: UInt8[np.ndarray, "gh gw"], later: UInt8[np.ndarray, "gh gw"]
    ) -> Float32[np.ndarray, "rows columns 2"]:
        field = still_field()
        rows, columns = _changed(earlier, later)
        if rows.stop > rows.start:
            piece = (_pixels(rows), _pixels(columns))
            flow_px = self._flow.displacement(
                np.ascontiguousarray(earlier[piece]), np.ascontiguousarray(later[piece])
            )
            gap_s = 1 / self._fps
            field[rows, columns] = cell_velocity(flow_px, gap_s=gap_s, aspect=self._aspect)
        return field


def _grey(picture: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "gh gw"]:
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(grey, GRAY_SIZE[::-1], interpolation=cv2.INTER_AREA), np.uint8)


def _changed(
    earlier: UInt8[np.ndarray, "gh gw"], later: UInt8[np.ndarray, "gh gw"]
) -> tuple[slice, slice]:
    """Rows and columns of cells around all that differs; empty slices where nothing does."""
    differs = cv2.absdiff(earlier, later) > SAME
    rows, columns = (np.flatnonzero(differs.any(axis=axis)) for axis in (1, 0))
    return _around(rows, MOTION_GRID[0]), _around(columns, MOTION_GRID[1])


def _around(pixels: Int64[np.ndarray, " n"], num_cells: int) -> slice:
    if not len(pixels):
        return slice(0, 0)
    first = max(0, int(pixels[0]) // CELL_PX - MARGIN_CELLS)
    last = min(num_cells, int(pixels[-1]) // CELL_PX + 1 + MARGIN_CELLS)
    missing = max(0, LEAST_CELLS - (last - first))
    first = max(0, first - (missing + 1) // 2)
    last = min(num_cells, max(last, first + LEAST_CELLS))
    return slice(min(first, max(0, last - LEAST_CELLS)), last)


def _pixels(cells: slice) -> slice:
    return slice(cells.start * CELL_PX, cells.stop * CELL_PX)


def _audio(scene: Scene) -> Float32[np.ndarray, "t s"] | None:
    sound = render_sound(scene)
    if sound is None:
        return None
    num_clips, size = count_clips(scene.duration_s), round(CLIP_S * AUDIO_RATE_HZ)
    track = np.zeros(num_clips * size, np.float32)
    track[: len(sound)] = sound[: len(track)]
    return track.reshape(num_clips, size)
