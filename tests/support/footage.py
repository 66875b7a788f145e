"""Synthetic media files whose pictures, times, motion and sound are known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.audio.frame import AudioFrame
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation

TICK = Fraction(1, 12_800)
_EXACT = Interpolation.BILINEAR | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND
_DARKEST, _STEP = 24, 6
_QUIET = {"libx265": {"preset": "ultrafast", "x265-params": "log-level=none:pools=1"}}


@dataclass(frozen=True)
class Tone:
    """A sine from `start_s` to `end_s` of the sound track; silence elsewhere."""

    hz: float = 440.0
    start_s: float = 0.0
    end_s: float = 1.0
    length_s: float = 2.0
    """Of the whole track."""
    rate_hz: int = 44_100
    codec: str = "aac"
    channels: int = 1
    offset_s: float = 0.0
    """Of the track against the pictures."""


def numbered(count: int, *, height: int = 48, width: int = 64) -> list[np.ndarray]:
    """Grey pictures whose brightness tells their number (at most 38)."""
    return [np.full((height, width, 3), _DARKEST + _STEP * i, np.uint8) for i in range(count)]


def number_of(picture: np.ndarray) -> int:
    """Which of the `numbered` pictures this is."""
    return round((float(picture.mean()) - _DARKEST) / _STEP)


def write_video(
    path: Path,
    pictures: Iterable[np.ndarray],
    *,
    codec: str = "libx264",
    fps: float = 25,
    times_s: Sequence[float] | None = None,
    pix_fmt: str = "yuv420p",
    options: dict[str, str] | None = None,
    rotation_deg: int = 0,
    tone: Tone | None = None,
    movflags: str = "",
    shift_s: float = 0.0,
    format: str | None = None,
    sample_aspect: Fraction | None = None,
) -> Path:
    """Encodes RGB pictures, and a tone, to a file.

    Args:
        times_s: presentation times; None takes a constant rate.
        rotation_deg: clockwise turn that the display matrix asks for.
        shift_s: added to the packets' times: below 0, MP4 hides the beginning by an edit list.
    """
    container_options = {"movflags": movflags} if movflags else {}
    with av.open(str(path), "w", format=format, container_options=container_options) as out:
        stream = out.add_stream(codec, rate=Fraction(fps).limit_denominator(1001))
        stream.pix_fmt, stream.options = pix_fmt, {**_QUIET.get(codec, {}), **(options or {})}
        if times_s is not None:
            stream.codec_context.time_base = TICK
        sound = None
        if tone is not None:
            sound = out.add_stream(
                tone.codec, rate=tone.rate_hz, layout="mono" if tone.channels == 1 else "stereo"
            )
        for index, pixels in enumerate(pictures):
            if index == 0:
                stream.height, stream.width = pixels.shape[:2]
                if sample_aspect is not None:
                    stream.codec_context.sample_aspect_ratio = sample_aspect
                if rotation_deg:
                    stream.set_display_rotation(-rotation_deg)
            frame = VideoFrame.from_ndarray(pixels, format="rgb24").reformat(
                format=pix_fmt, interpolation=_EXACT
            )
            if times_s is not None:
                frame.pts, frame.time_base = round(times_s[index] / TICK), TICK
            _mux(out, stream.encode(frame), shift_s)
        _mux(out, stream.encode(None), shift_s)
        if tone is not None and sound is not None:
            _write_tone(out, sound, tone)
    return path


def write_tone(path: Path, tone: Tone) -> Path:
    """A file of sound only."""
    with av.open(str(path), "w") as out:
        layout = "mono" if tone.channels == 1 else "stereo"
        _write_tone(out, out.add_stream(tone.codec, rate=tone.rate_hz, layout=layout), tone)
    return path


def _mux(out: OutputContainer, packets: Iterable[av.Packet], shift_s: float) -> None:
    for packet in packets:
        ticks = round(shift_s / packet.time_base)
        packet.pts += ticks
        packet.dts += ticks
        out.mux(packet)


def _write_tone(out: OutputContainer, stream, tone: Tone) -> None:
    time_s = np.arange(round(tone.length_s * tone.rate_hz)) / tone.rate_hz
    is_on = (time_s >= tone.start_s) & (time_s < tone.end_s)
    wave = (0.5 * np.sin(2 * np.pi * tone.hz * time_s) * is_on).astype(np.float32)
    for start in range(0, len(wave), 1024):
        samples = np.tile(wave[start : start + 1024], (tone.channels, 1))
        layout = "mono" if tone.channels == 1 else "stereo"
        frame = AudioFrame.from_ndarray(samples, format="fltp", layout=layout)
        frame.sample_rate, frame.time_base = tone.rate_hz, Fraction(1, tone.rate_hz)
        frame.pts = start
        _mux(out, stream.encode(frame), tone.offset_s)
    _mux(out, stream.encode(None), tone.offset_s)


@dataclass(frozen=True)
class MovingScene:
    """A textured card that moves over a textured, still background."""

    velocity_px: tuple[float, float] = (60.0, 20.0)
    """Right and down, in pixels per second."""
    height: int = 240
    width: int = 320
    card_px: tuple[int, int] = (80, 80)
    start_px: tuple[float, float] = (60.0, 60.0)
    noise: float = 0.0
    seed: int = 0

    def picture(self, time_s: float) -> np.ndarray:
        """The scene at a time: uint8 [height width 3]."""
        rng = np.random.default_rng(self.seed)
        background = _texture(rng, self.height, self.width, 110)
        card = _texture(rng, *self.card_px, 140)
        left, top = self.corner_px(time_s)
        move = np.array([[1, 0, left], [0, 1, top]], np.float32)
        size = (self.width, self.height)
        mask = cv2.warpAffine(np.ones_like(card), move, size)
        scene = background * (1 - mask) + cv2.warpAffine(card, move, size) * mask
        grain = np.random.default_rng(round(time_s * 1e6)).normal(0, self.noise, scene.shape)
        return np.repeat(np.clip(scene + grain, 0, 255).astype(np.uint8)[..., None], 3, axis=2)

    def corner_px(self, time_s: float) -> tuple[float, float]:
        """Left and top of the card."""
        return tuple(s + v * time_s for s, v in zip(self.start_px, self.velocity_px, strict=True))

    def pictures(self, count: int, fps: float = 25) -> list[np.ndarray]:
        return [self.picture(i / fps) for i in range(count)]

    @property
    def velocity(self) -> tuple[float, float]:
        """Right and down, in frame heights per second."""
        return self.velocity_px[0] / self.height, self.velocity_px[1] / self.height


def _texture(rng: np.random.Generator, height: int, width: int, mean: float) -> np.ndarray:
    blurred = cv2.GaussianBlur(rng.normal(size=(height, width)).astype(np.float32), (0, 0), 3)
    return blurred / blurred.std() * 35 + mean
