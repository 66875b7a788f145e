"""Pictures as small video files, encoded as the shared Ped2 clips are."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from jaxtyping import UInt8


def write_clip(path: Path, pictures: UInt8[np.ndarray, "f h w 3"], *, fps: float) -> None:
    """Writes H.264 of high quality."""
    with av.open(str(path), "w") as container:
        options = {"crf": "14", "preset": "veryfast"}
        rate = Fraction(fps).limit_denominator(1000)
        video = container.add_stream("libx264", rate=rate, options=options)
        assert isinstance(video, av.VideoStream)
        video.height, video.width = pictures.shape[1:3]
        video.pix_fmt = "yuv420p"
        video.codec_context.thread_count = 1
        for pixels in pictures:
            container.mux(video.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(video.encode())
