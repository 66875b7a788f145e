"""Small video files, each different, made in a fraction of a second."""

from pathlib import Path

import av
import numpy as np

FPS = 5
HEIGHT, WIDTH = 48, 64
RATE_HZ = 16_000


def write_video(path: Path, *, seconds: float, seed: int = 0, sound: bool = False) -> Path:
    """A bright box that wanders over a slowly changing ground; MPEG-4, 5 pictures a second."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=FPS)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        audio = container.add_stream("aac", rate=RATE_HZ, layout="mono") if sound else None
        for pixels in _pictures(round(seconds * FPS), rng):
            container.mux(video.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(video.encode(None))
        if audio is not None:
            frame = av.AudioFrame.from_ndarray(_tone(seconds, rng), format="fltp", layout="mono")
            frame.sample_rate = RATE_HZ
            container.mux(audio.encode(frame))
            container.mux(audio.encode(None))
    return path


def _pictures(count: int, rng: np.random.Generator) -> list[np.ndarray]:
    ground = rng.integers(20, 120, 3)
    pictures = []
    for index in range(count):
        pixels = np.empty((HEIGHT, WIDTH, 3), np.uint8)
        pixels[:] = ground + 40 * np.sin(index / 17)
        top, left = (index * 3 + 5) % (HEIGHT - 12), (index * 5 + 3) % (WIDTH - 12)
        pixels[top : top + 12, left : left + 12] = rng.integers(150, 255, 3)
        pictures.append(pixels)
    return pictures


def _tone(seconds: float, rng: np.random.Generator) -> np.ndarray:
    times = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return (0.3 * np.sin(2 * np.pi * rng.integers(200, 2000) * times)).astype(np.float32)[None]
