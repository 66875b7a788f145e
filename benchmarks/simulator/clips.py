"""Writes a scene as a video file."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.codec.codec import UnknownCodecError
from av.container import OutputContainer
from jaxtyping import Float32

from benchmarks.simulator.render import render_frames
from benchmarks.simulator.scenes import Scene
from benchmarks.simulator.sounds import render_sound
from segments.media import AUDIO_RATE_HZ

QUALITY = {
    # With AVX-512 x264 gives other bytes from run to run, and on other machines.
    "libx264": {"preset": "veryfast", "x264-params": "asm=avx2"},
    "libx265": {
        "crf": "27",
        "preset": "ultrafast",
        "x265-params": "log-level=error:pools=none:frame-threads=1",
    },
    "mpeg4": {"qscale": "5"},
}
"""Options by encoder; x264 also takes the camera's own `View.compression`."""
AAC_FRAME = 1024


def write_clip(
    scene: Scene, path: Path, *, codec: str = "libx264", options: dict[str, str] | None = None
) -> None:
    """Encodes the pictures and, where there is one, the sound track (AAC) of a scene.

    The file is there completely or not at all. The container follows from the name (mp4, mkv,
    avi, ...).

    Args:
        codec: an encoder of FFmpeg that takes yuv420p (mjpeg: yuvj420p).
        options: of the encoder; `QUALITY` says what they are without.

    Raises:
        ValueError: `codec` encodes no pictures.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _check_encoder(codec)
    partial = path.with_name(f".{path.stem}.partial{path.suffix}")
    settings = options if options is not None else _quality(scene, codec)
    with av.open(str(partial), "w") as container:
        _write(scene, container, codec, settings)
    partial.replace(path)


def _quality(scene: Scene, codec: str) -> dict[str, str]:
    rate_factor = {"crf": str(scene.view.compression)} if codec == "libx264" else {}
    return rate_factor | QUALITY.get(codec, {})


def _check_encoder(codec: str) -> None:
    try:
        is_video = av.Codec(codec, "w").type == "video"
    except UnknownCodecError:
        is_video = False
    if not is_video:
        raise ValueError(f"{codec = } encodes no pictures here; use for example libx264")


def _write(scene: Scene, container: OutputContainer, codec: str, options: dict[str, str]) -> None:
    rate = Fraction(scene.fps).limit_denominator(1000)
    video = container.add_stream(codec, rate=rate, options=options)
    assert isinstance(video, av.VideoStream)
    video.width, video.height = scene.width, scene.height
    video.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    video.codec_context.thread_count = 1
    sound = render_sound(scene)
    audio = (
        None if sound is None else container.add_stream("aac", rate=AUDIO_RATE_HZ, layout="mono")
    )
    for k, pixels in enumerate(render_frames(scene)):
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        frame.pts, frame.time_base = k, 1 / rate
        container.mux(video.encode(frame))
    container.mux(video.encode())
    if audio is not None and sound is not None:
        _write_sound(container, audio, sound)


def _write_sound(
    container: OutputContainer, audio: av.AudioStream, sound: Float32[np.ndarray, " s"]
) -> None:
    for start in range(0, len(sound), AAC_FRAME):
        part = np.ascontiguousarray(sound[None, start : start + AAC_FRAME])
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="mono")
        frame.sample_rate, frame.pts = AUDIO_RATE_HZ, start
        frame.time_base = Fraction(1, AUDIO_RATE_HZ)
        container.mux(audio.encode(frame))
    container.mux(audio.encode())
